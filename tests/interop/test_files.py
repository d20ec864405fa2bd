"""Mistaken files: every fault is told at once, with its place and its mend."""

import shutil

import pytest

from interop import files


@pytest.fixture
def copy(tmp_path):
    folder = tmp_path / "data"
    shutil.copytree(files.SHIPPED, folder)
    return folder


def spoil(folder, name, before, after):
    path = folder / name
    said = path.read_text("utf-8")
    assert before in said
    path.write_text(said.replace(before, after, 1), "utf-8")


SPOILT = [
    ("cities/weihai.toml", "from = 950", "from = 700", "bands ascend"),
    ("cities/weihai.toml", "from = 0\n", "from = 10\n", "begins at the minimum"),
    ("cities/fuzhou.toml", "from = 850", "from = 850.5", "no point of the scale"),
    ("cities/fuzhou.toml", "from = 850", "from = 850.00001", "finer than a thousandth"),
    ("cities/fuzhou.toml", 'id = "poor"', 'id = "very_poor"', "used twice"),
    ("cities/fuzhou.toml", "step = { value = 1,", "step = { value = 7,", "multiple of step"),
    ("cities/fuzhou.toml", "width = 25", "width = 0.5", "do not fit the step"),
    ("cities/fuzhou.toml", "lowest = 0", "lowest = 500", "outside the scale"),
    ("cities/fuzhou.toml", "shares_ppm = [", "shares_ppm = [\n  1,", "must add up"),
    ("cities/fuzhou.toml", 'signatory = "unconfirmed"', 'signatory = "named"', "says otherwise"),
    ("cities/fuzhou.toml", 'signatory = "unconfirmed"', 'signatory = "signed"', "signatory"),
    ("cities/fuzhou.toml", 'id = "fuzhou"', 'id = "foochow"', "file's name"),
    ("cities/fuzhou.toml", 'division = "350100"', 'division = "350200"', "another city has it"),
    ("cities/fuzhou.toml", "fuzhou-message-2026", "xiamen-message-2026", "id is taken"),
    ("cities/fuzhou.toml", "until = 2027-12-31", "until = 2025-12-31", "before from"),
    ("cities/fuzhou.toml", "from = 2026-01-01", 'from = 2026-01-01\npublic = "x"', "public"),
    ("cities/fuzhou.toml", "note = ", "remark = ", "no such key"),
    ("cities/fuzhou.toml", "note = ", "note = = ", "not TOML"),
    ("agreements/ten-cities.toml", 'weihai = "a"', 'weihai = "z"', "one of its bands"),
    ("agreements/ten-cities.toml", 'weihai = "a"', 'weihai = "aaa"', "must ascend"),
    ("agreements/ten-cities.toml", 'weihai = "a"', 'weihai = "a"\nwuhan = "a"', "no such city"),
    ("agreements/ten-cities.toml", '"371000"', '"350200"', "named twice"),
    ("agreements/daye-counties.toml", 'center = "420281"', 'center = "420222"', "one of the part"),
    ("agreements/daye-counties.toml", '"420683"', '"420221"', "during the term"),
    ("agreements/daye-counties.toml", "until = 2027", "until = 2025", "before from"),
    ("agreements/daye-counties.toml", 'huangshi = "good"\n', "", "name one of its bands"),
    ("agreements/daye-counties.toml", 'enshi = "good"', 'enshi = "best"', "name one of its bands"),
    ("divisions.toml", 'code = "420221"', 'code = "4202"', "division.0.code"),
]


@pytest.mark.parametrize(("name", "before", "after", "told"), SPOILT)
def test_a_mistake_is_told_with_its_file_and_mend(copy, name, before, after, told):
    spoil(copy, name, before, after)
    with pytest.raises(files.InteropError) as caught:
        files.load(copy)
    assert told in str(caught.value)
    file = name.rpartition("/")[2]
    assert any(file in fault.where or "agreements" in fault.where for fault in caught.value.faults)


def test_all_mistakes_are_told_at_once(copy):
    spoil(copy, "cities/fuzhou.toml", "note = ", "remark = ")
    spoil(copy, "cities/weihai.toml", "from = 950", "from = 700")
    spoil(copy, "agreements/daye-counties.toml", '"420683"', '"420221"')
    with pytest.raises(files.InteropError) as caught:
        files.load(copy)
    places = " ".join(fault.where for fault in caught.value.faults)
    assert all(name in places for name in ("fuzhou", "weihai", "daye-counties"))


def test_an_agreement_of_long_ago_is_read_with_the_codes_of_today(copy):
    name = "agreements/daye-counties.toml"
    spoil(copy, name, 'center = "420281"', 'center = "420221"')
    spoil(copy, name, 'division = "420281"', 'division = "420221"')
    spoil(copy, name, "from = 2026-01-01", "from = 1990-01-01")
    spoil(copy, name, 'division = "421181"', 'division = "422822"')  # which was there in 1990
    spoil(copy, name, "macheng = ", "# macheng = ")
    pilot = files.load(copy).agreements["daye-counties"]
    assert pilot.center == "420281"
    assert {"420281", "420683"} < pilot.codes


def test_a_folder_that_is_not_there_is_an_error_of_the_system(tmp_path):
    with pytest.raises(OSError, match=r"divisions\.toml"):
        files.load(tmp_path)
