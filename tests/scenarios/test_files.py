"""Mistakes in scenario files are told all at once, each with its place and its mend."""

import shutil

import pytest

from points_api.city import load_city
from scenarios import files
from scenarios.files import ScenarioError, load
from tests.scenarios.shipped import DAY

KNOWN = load_city().known(DAY)
LIBRARY = (files.SHIPPED / "library.toml").read_text()


@pytest.fixture
def folder(tmp_path):
    shutil.copy(files.SHIPPED / files.SEATS, tmp_path)
    (tmp_path / "library.toml").write_text(LIBRARY)
    return tmp_path


def faults(folder):
    with pytest.raises(ScenarioError) as refusal:
        load(KNOWN, folder)
    return [str(fault) for fault in refusal.value.faults]


def mend(folder, old, new):
    text = (folder / "library.toml").read_text()
    assert old in text
    (folder / "library.toml").write_text(text.replace(old, new, 1))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('type = "deposit_waive", cap_fen = 10000', 'type = "surcharge", fen = 1', "benefit"),
        ("visitors = true", "visitors = true\npenalty_fen = 500", "没有这个键"),
        ('band = "good"', 'band = "bad"', "等级应为"),
        ('title = "图书馆免押金办借书证"', "", "请补上"),
        ("cap_fen = 10000", "cap_fen = -1", "cap_fen"),
        ("score = 60.0\neligible = true", "score = 59.0\neligible = true", "与例子不符"),
        ("valid_until = 2027-12-31", "valid_until = 2039-12-31", "三年"),
        ("可借 2 册、1 个月，退证退押金", "失信者加收押金", "只奖励、不惩戒"),
        ('division = "420202"', 'division = "429999"', "seats.toml"),
        ('discloses = ["eligible", "benefit", "valid_until", "member_hash"]',
         'discloses = ["eligible", "id_number"]', "discloses"),
        ('{ type = "nothing_overdue" }', '{ type = "score", at_least = 70.0 }', "每种条件"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_file_scenario_and_mend(folder, old, new, told):
    mend(folder, old, new)
    found = faults(folder)
    assert any(told in fault for fault in found), found
    assert all(fault.startswith("library.toml") for fault in found)


def test_names_that_the_city_does_not_have_are_refused(folder):
    mend(
        folder,
        '{ type = "nothing_overdue" }',
        '{ type = "dimension", dimension = "luck", at_least = 1.0, title = "运气", '
        'title_en = "Luck" }, { type = "membership", items = ["no.such"], title = "某项", '
        'title_en = "Some" }',
    )
    found = faults(folder)
    assert any("luck" in fault for fault in found)
    assert any("no.such" in fault for fault in found)


def test_a_near_copy_is_refused_and_names_its_twin(folder):
    block = LIBRARY.split("[[scenario]]")[1]
    twin = block.replace("huangshi-library-no-deposit", "library-twin").replace(
        "图书馆免押金办借书证", "借书证不收押金"
    )
    (folder / "library.toml").write_text(f"{LIBRARY}\n[[scenario]]{twin}")
    assert any(
        "library-twin" in fault and "huangshi-library-no-deposit" in fault
        for fault in faults(folder)
    )


def test_one_id_stands_for_one_scenario(folder):
    block = LIBRARY.split("[[scenario]]")[1]
    (folder / "library.toml").write_text(f"{LIBRARY}\n[[scenario]]{block}")
    assert any("id 已经用过" in fault for fault in faults(folder))


def test_every_mistake_of_every_file_is_told_at_once(folder):
    mend(folder, "cap_fen = 10000", "cap_fen = -1")
    (folder / "other.toml").write_text("not toml at all [")
    found = faults(folder)
    assert any("library.toml" in fault for fault in found)
    assert any("other.toml" in fault for fault in found)


def test_the_digest_names_the_text_and_nothing_else():
    folder = load(KNOWN)
    digests = {one.digest for one in folder.scenarios}
    assert len(digests) == len(folder.scenarios)
    assert {one.digest for one in load(KNOWN).scenarios} == digests
