"""`points cities`: nothing is told as sure that is not."""

import json
from typing import get_args
from xml.etree import ElementTree as ET

import pytest
from typer.testing import CliRunner

from interop.directory import sign
from interop.directory_changes import Kind
from points_api.__main__ import app
from points_api.cli import terminal
from points_api.cli.directory import KINDS
from tests.interop.cities import HUANGSHI, SANYA
from tests.interop.editions import ROOTS, edition, member


@pytest.fixture
def points(monkeypatch):
    """Run `points …`, which needs no database here, on a wide terminal."""
    monkeypatch.setattr(terminal.out, "width", 160)

    def run(*words):
        return CliRunner().invoke(app, [str(word) for word in words])

    return run


def test_the_list_marks_assumptions_and_unconfirmed_signatories(points):
    told = points("cities", "list")
    assert told.exit_code == 0
    assert told.stdout.count("＊") > 20
    assert told.stdout.count("（是否签约未证实）") == 12
    counties = ("枣阳市", "恩施市", "麻城市", "宜城市", "利川市", "武穴市")
    for name in ("福州", "杭州", "郑州", "威海", "厦门", "盐城", *counties):
        assert f"{name}（是否签约未证实）" in told.stdout


def test_the_list_for_programs_carries_a_basis_with_each_figure(points):
    cities = json.loads(points("cities", "list", "--json").stdout)
    assert len(cities) == 16  # ten cities, six counties of the pilots
    for city in cities:
        assert city["signatory"] in {"named", "unconfirmed"}
        assert city["scale"]["minimum"]["basis"] in {"published", "assumption"}
        assert {band["basis"] for band in city["bands"]} <= {"published", "assumption"}
        assert city["distribution"]["basis"] == "assumption"


@pytest.mark.parametrize("method", ["bands", "linear", "equipercentile", "kernel"])
def test_a_link_tells_table_error_and_what_may_be_used(points, method, tmp_path):
    picture = tmp_path / "link.svg"
    words = ("cities", "link", "zhengzhou", "huangshi", "--method", method)
    told = json.loads(points(*words, "--json", "--picture", picture).stdout)
    assert told["use"] in {"bands", "yes_no"}
    assert [row["to"] and row["to"]["id"] for row in told["bands"]] == [
        None, None, "good", "excellent", "outstanding",
    ]  # fmt: skip
    assert bool(told["study"]) == (method != "bands")
    assert all(float(row["error"]) >= 0 for row in told["study"])
    drawn = picture.read_text("utf-8")
    ET.fromstring(drawn)
    assert "未证实" in drawn
    assert "assumptions" in drawn
    assert ("in points" in drawn) == bool(told["study"])
    seen = points(*words)
    assert seen.exit_code == 0
    assert "起点（分） points" in seen.stdout
    title = "".join(seen.stdout.split())  # which a narrow terminal folds
    assert ("errors(points)" in title) == bool(told["study"])
    assert "assumption" in seen.stdout


def test_the_bootstrap_error_stands_beside_the_formula(points):
    words = ("cities", "link", "zhengzhou", "huangshi", "--method", "linear")
    told = json.loads(points(*words, "--json", "--resamples", 50).stdout)
    for row in told["study"]:
        assert float(row["bootstrap_error"]) == pytest.approx(float(row["error"]), rel=0.5)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("weihai", "weihai"), "two different"),
        (("weihai", "wuhan"), "no such city"),
        (("weihai", "huangshi", "--method", "magic"), "one of these"),
    ],
)
def test_a_mistaken_request_is_one_line(points, words, said):
    result = points("cities", "link", *words)
    assert result.exit_code == 2
    assert said in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_a_city_is_shown_figure_by_figure_with_its_basis(points):
    told = points("cities", "show", "weihai")
    assert told.exit_code == 0
    assert "威海（是否签约未证实）" in told.stdout
    assert "不封顶" in told.stdout
    assert told.stdout.count("公布 published") == 9
    assert "ten-cities" in told.stdout
    shown = json.loads(points("cities", "show", "huangshi", "--json").stdout)
    assert [one["id"] for one in shown["agreements"]] == [
        "daye-counties", "ten-cities", "yangxin-counties",
    ]  # fmt: skip


def test_no_such_city_is_told_with_those_there_are(points):
    told = points("cities", "show", "atlantis")
    assert told.exit_code == 2
    assert "weihai" in told.stderr


def test_agreements_show_county_pilots_and_mark_each_unconfirmed_party(points):
    told = points("cities", "agreements")
    assert told.exit_code == 0
    for name in ("大冶市", "阳新县", "枣阳市", "恩施市", "麻城市"):
        assert f"{name}（是否签约未证实）" in told.stdout
    assert "420200 黄石\n" in "\n".join(line.strip("│ ") for line in told.stdout.splitlines())
    for one in json.loads(points("cities", "agreements", "--json").stdout):
        for party in one["parties"]:
            assert ("未证实" in party["name"]) == (party["signatory"] == "unconfirmed")
        assert one["basis"] in {"published", "assumption"}


@pytest.fixture
def editions(tmp_path):
    """Write editions of the directory as files."""

    def write(**changed):
        file = tmp_path / f"{len(list(tmp_path.iterdir()))}.json"
        file.write_bytes(sign(edition(**changed), ROOTS))
        return file

    return write


def test_what_an_edition_changes_is_told_before_it_counts(points, editions):
    moved = member(SANYA) | {"address": "https://points.sanya.example:8443"}
    first = editions()
    second = editions(version=2, issued=1, members=[member(HUANGSHI), moved])
    told = points("cities", "changes", first, second)
    assert told.exit_code == 0
    assert "地址改为 is now at" in told.stdout
    assert "https://points.sanya.example:8443" in told.stdout
    assert "退出 leaves" in told.stdout  # Tianjin is not in it
    found = json.loads(points("cities", "changes", first, second, "--json").stdout)
    assert (found["from"], found["to"]) == (1, 2)
    assert {"city": SANYA, "kind": "address", "what": moved["address"]} in found["changes"]


def test_an_edition_that_does_not_follow_is_refused_by_name(points, editions):
    first, third = editions(), editions(version=3, issued=1)
    gap = points("cities", "changes", first, third)
    assert gap.exit_code == 1
    assert f"{third}: 中间缺了一版名录" in gap.stderr
    back = points("cities", "changes", third, first)
    assert back.exit_code == 1
    assert "比已信任的名录旧" in back.stderr


def test_an_edition_that_differs_in_its_dates_only_says_so(points, editions):
    told = points("cities", "changes", editions(), editions(version=2, issued=1))
    assert "只有期号和日期不同 (only number and dates differ)" in told.stdout


def test_the_same_edition_twice_is_told_to_be_one(points, editions):
    told = points("cities", "changes", editions(), editions())
    assert "两个文件是同一期，第 1 期 (both files are the same edition)" in told.stdout


def test_every_kind_of_change_has_words():
    assert set(KINDS) == set(get_args(Kind))
