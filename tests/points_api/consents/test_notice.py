import re
import tomllib
from datetime import date
from pathlib import Path

import pytest

from points_api.consents import notice
from points_api.consents.notice import SHIPPED, NoticeError

FILE = SHIPPED / "huangshi-2026.1.toml"
TEXT = FILE.read_text(encoding="utf-8")


def written(folder: Path, *texts: str) -> Path:
    for text in texts:
        version = tomllib.loads(text)["notice"]["version"]
        (folder / f"{version}.toml").write_text(text, encoding="utf-8")
    return folder


def leaves(table: object, path: str = "") -> list[str]:
    """Every text of the file, as the path to it."""
    if isinstance(table, dict):
        return [leaf for key, value in table.items() for leaf in leaves(value, f"{path}.{key}")]
    if isinstance(table, list):
        return [leaf for value in table for leaf in leaves(value, path)]
    return [path] if isinstance(table, str) else []


def test_the_shipped_notice_tells_what_the_law_demands():
    current = notice.load("huangshi").current(date(2026, 11, 23))
    assert current.handler.name.zh
    assert current.handler.contact.en
    assert [one.id for one in current.purpose if one.needed_to_join] == ["scoring"]
    articles = " ".join(section.basis for _, section in current.sections.in_order())
    for article in ("十四", "十五", "十六", "十七", "二十一", "二十三", "二十四", "三十", "四十七"):
        assert f"第{article}条" in articles, article


def test_no_consent_is_asked_for_longer_than_24_months():
    for one in notice.load("huangshi").current(date(2026, 11, 23)).purpose:
        assert one.months <= 24
    with pytest.raises(NoticeError, match="months"):
        notice._read(saved(TEXT.replace("months = 24", "months = 25", 1)))


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def saved(text: str) -> Path:
    path = Path("huangshi-2026.1.toml")
    path.write_text(text, encoding="utf-8")
    return path


def test_the_file_as_it_stands_loads():
    assert notice._read(saved(TEXT)).version == "huangshi-2026.1"


@pytest.mark.parametrize("place", range(len(re.findall(r'(zh|en) = "[^"]+"', TEXT))))
def test_a_notice_with_any_text_left_empty_is_refused(place):
    found = list(re.finditer(r'(zh|en) = "[^"]+"', TEXT))[place]
    with pytest.raises(NoticeError, match="依法必填"):
        notice._read(saved(TEXT[: found.start()] + f'{found[1]} = " "' + TEXT[found.end() :]))


@pytest.mark.parametrize("place", range(len(re.findall(r"(?m)^[a-z_]+ = .*$", TEXT))))
def test_a_notice_with_any_field_left_out_is_refused(place):
    found = list(re.finditer(r"(?m)^[a-z_]+ = .*$", TEXT))[place]
    with pytest.raises(NoticeError):
        notice._read(saved(TEXT[: found.start()] + TEXT[found.end() :]))


@pytest.mark.parametrize("section", re.findall(r"(?m)^\[sections\.([a-z]+)\]", TEXT))
def test_a_notice_without_one_of_its_sections_is_refused(section):
    text = re.sub(rf"(?ms)^\[sections\.{section}\].*?(?=^\[|\Z)", "", TEXT)
    with pytest.raises(NoticeError, match=section):
        notice._read(saved(text))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('version = "huangshi-2026.1"', 'version = "huangshi-2026.2"', "文件名"),
        ('id = "contact"', 'id = "scoring"', "重复"),
        ("needed_to_join = true", "needed_to_join = false", "加入"),
        ("[handler]", "[handler", "TOML"),
        ("[handler]", "[extra]\nx = 1\n[handler]", "extra"),
    ],
)
def test_a_faulty_notice_names_what_to_mend(old, new, said):
    with pytest.raises(NoticeError, match=said):
        notice._read(saved(TEXT.replace(old, new)))


def later(text: str = TEXT) -> str:
    return text.replace("huangshi-2026.1", "huangshi-2027.1").replace("2026-01-01", "2027-01-01")


def test_the_notice_in_force_is_the_last_that_has_started(tmp_path):
    found = notice.load("huangshi", written(tmp_path, TEXT, later()))
    assert found.current(date(2026, 12, 31)).version == "huangshi-2026.1"
    assert found.current(date(2027, 1, 1)).version == "huangshi-2027.1"
    with pytest.raises(NoticeError, match="2025-12-31"):
        found.current(date(2025, 12, 31))


def test_two_notices_that_start_on_one_day_are_refused(tmp_path):
    twin = TEXT.replace("huangshi-2026.1", "huangshi-2026.2")
    with pytest.raises(NoticeError, match="同日"):
        notice.load("huangshi", written(tmp_path, TEXT, twin))


def test_a_city_without_a_notice_cannot_start():
    with pytest.raises(NoticeError, match="tianjin"):
        notice.load("tianjin")


def test_the_digest_names_exactly_what_was_read(tmp_path):
    first = notice.load("huangshi").all[0].digest
    changed = notice.load("huangshi", written(tmp_path, TEXT + "\n")).all[0].digest
    assert first.startswith("sha256:")
    assert first != changed
