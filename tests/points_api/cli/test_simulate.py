"""`points scorecard simulate`: who gains and who loses, counted as the definition counts."""

import json
from collections import Counter
from datetime import date, timedelta
from random import Random
from xml.etree import ElementTree as ET

import pytest
from typer.testing import CliRunner

from points_api.__main__ import app
from points_api.statistics.simulation import AGES
from scoring.engine import score
from scoring.scorecard_files import SHIPPED, in_force, load_scorecard, shipped_scorecards
from tests.points_api.cli.small_city import DAY, agrees, counts, made_up, write_city

DIVISIONS = [420202] * 60 + [420222] * 80 + [420281] * 35 + [110101] * 20 + [120101] * 5
NAMES = {420202: "黄石港区", 420222: "阳新县", 420281: "大冶市"}
PEOPLE = len(DIVISIONS)
SVG = "{http://www.w3.org/2000/svg}"


def simulate(*words):
    command = ["scorecard", "simulate", *(str(word) for word in words)]
    return CliRunner().invoke(app, command, env={"COLUMNS": "120"})


@pytest.fixture(scope="module")
def persons():
    return made_up(PEOPLE, most=14)


@pytest.fixture(scope="module")
def births():
    random = Random(2)
    edges = [DAY.replace(year=DAY.year - age) + timedelta(days=n) for age in AGES for n in (0, 1)]
    drawn = (DAY - timedelta(days=random.randrange(6700, 30000)) for _ in range(PEOPLE))
    return [edges[n] if n < len(edges) and n != 1 else day for n, day in enumerate(drawn)]


@pytest.fixture(scope="module")
def city(tmp_path_factory, persons, births):
    return write_city(tmp_path_factory.mktemp("city") / "snapshot", persons, DIVISIONS, births)


@pytest.fixture(scope="module")
def shipped():
    return SHIPPED / f"{in_force(shipped_scorecards(), DAY).version}.toml"


@pytest.fixture(scope="module")
def draft(tmp_path_factory, shipped):
    """Other limits of dimensions, so that some gain and some lose."""
    text = shipped.read_text(encoding="utf-8")
    for before, after in (
        (shipped.stem, "huangshi-<draft>&1"),
        ("ceiling = 15.0", "ceiling = 9.0"),
        ("ceiling = 8.0", "ceiling = 14.0"),
        ("floor = -40.0", "floor = -25.0"),
    ):
        assert before in text
        text = text.replace(before, after)
    path = tmp_path_factory.mktemp("draft") / "draft.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def told(city, draft):
    result = simulate(draft, "--snapshot", city, "--as-of", DAY, "--json")
    assert result.exit_code == 0, result.stderr
    assert result.stderr == ""
    return json.loads(result.stdout)


@pytest.fixture(scope="module")
def pairs(persons, shipped, draft):
    """Old and new score of everybody, by the definition."""
    cards = [load_scorecard(path) for path in (shipped, draft)]
    return [tuple(score(person, card, DAY) for card in cards) for person in persons]


def assert_counted(row, pairs):
    for name, count in counts(pairs).items():
        assert agrees(row[name], count), name


def test_the_whole_city_is_counted_as_the_definition_counts(told, pairs):
    assert_counted(told["whole"], pairs)
    assert told["whole"]["people"] == PEOPLE
    assert min(counts(pairs)[name] for name in ("gain", "lose", "same")) >= 10
    changes = [new.value - old.value for old, new in pairs]
    assert float(told["whole"]["mean_change"]) == pytest.approx(
        sum(changes) / PEOPLE / 1000, abs=0.0006
    )
    assert (told["old"], told["new"]) == ("huangshi-2026.1", "huangshi-<draft>&1")


def test_bands_and_the_movement_between_them_are_counted_as_the_definition_counts(told, pairs):
    moves = Counter((old.band.id, new.band.id) for old, new in pairs)
    for old, row in zip(told["bands"]["old"], told["movement"]["cells"], strict=True):
        for new, cell in zip(told["bands"]["new"], row, strict=True):
            assert agrees(cell, moves[old["id"], new["id"]])
    for row in told["groups"]["band"]:
        assert_counted(row, [pair for pair in pairs if pair[0].band.id == row["id"]])


def test_divisions_have_their_names_and_unknown_and_small_ones_are_others(told, pairs):
    rows = {row["name"]: row for row in told["groups"]["division"]}
    assert set(rows) == {*NAMES.values(), "其他"}
    for name, row in rows.items():
        mine = [NAMES.get(code, "其他") == name for code in DIVISIONS]
        assert_counted(row, [pair for pair, is_mine in zip(pairs, mine, strict=True) if is_mine])


def test_an_age_is_full_on_the_birthday(told, pairs, births):
    ages = [DAY.year - b.year - ((DAY.month, DAY.day) < (b.month, b.day)) for b in births]
    assert {18, 29, 30, 44, 45, 59, 60} <= set(ages)
    for row in told["groups"]["age"]:
        low, _, high = row["id"].rstrip("+").partition("-")
        mine = [int(low) <= age <= int(high or 200) for age in ages]
        assert_counted(row, [pair for pair, is_mine in zip(pairs, mine, strict=True) if is_mine])


def test_both_distributions_hold_everybody(told, pairs):
    for side in (0, 1):
        values = [pair[side].value for pair in pairs]
        for n, row in enumerate(told["distribution"]):
            low, last = 5000 * n, n == len(told["distribution"]) - 1
            inside = sum(low <= value < low + 5000 + last for value in values)
            assert agrees(row[("old", "new")[side]], inside)


def numbers(value):
    if isinstance(value, dict):
        return [n for entry in value.values() for n in numbers(entry)]
    if isinstance(value, list):
        return [n for entry in value for n in numbers(entry)]
    return [value] if isinstance(value, int) and not isinstance(value, bool) else []


def test_no_cell_of_fewer_than_ten_people_is_told(told):
    assert "<10" in json.dumps(told)
    assert not [n for n in numbers(told) if 0 < n < 10]


def test_no_mean_or_measure_gives_a_withheld_count_away(told):
    rows = [told["whole"], *(row for group in told["groups"].values() for row in group)]
    assert any(isinstance(row["down"], str) for row in rows)
    for row in rows:
        if isinstance(row["up"], str) or isinstance(row["down"], str):
            assert row["mean_steps"] is None
        if row["ks"] and isinstance(row["people"], int):
            assert row["ks"] * row["people"] > 9.5


def test_the_scorecard_in_force_changes_nobody_and_may_be_published(city, shipped):
    result = simulate(shipped, "--snapshot", city, "--as-of", DAY, "--json")
    found = json.loads(result.stdout)
    assert found["whole"]["same"] == found["whole"]["people"] == PEOPLE
    assert (found["whole"]["psi"], found["whole"]["ks"]) == (0, 0)
    assert (found["gates"], found["publishable"]) == ([], True)
    plain = simulate(shipped, "--snapshot", city, "--as-of", DAY)
    assert "both scorecards give everybody the same score" in plain.stdout


def test_a_lower_base_for_all_shifts_the_city_and_is_no_scorecard_to_publish(
    city, shipped, tmp_path
):
    lower = tmp_path / "lower.toml"
    text = shipped.read_text(encoding="utf-8")
    lower.write_text(text.replace("base = 60.0", "base = 40.0"), encoding="utf-8")
    result = simulate(lower, "--snapshot", city, "--as-of", DAY)
    assert result.exit_code == 0
    assert "不得发布 · publication refused: 全市分数分布变化过大" in result.stdout
    assert "change less" in result.stdout


def test_people_read_it_in_both_languages_and_a_pipe_gets_no_progress_bar(city, draft):
    result = simulate(draft, "--snapshot", city, "--as-of", DAY)
    assert result.exit_code == 0
    assert result.stderr == ""
    for said in ("加分", "gain", "阳新县 420222", "其他 other", "18-29 岁", "信用良好 Good",
                 "等级移动", "movement between bands", "PSI", "KS", "<10"):  # fmt: skip
        assert said in result.stdout
    assert "the same score" not in result.stdout


def test_the_picture_is_one_file_that_runs_nothing_and_asks_nobody(city, draft, tmp_path):
    picture = tmp_path / "picture.svg"
    result = simulate(draft, "--snapshot", city, "--as-of", DAY, "--picture", picture)
    assert str(picture) in result.stdout.replace("\n", "")
    root = ET.parse(picture).getroot()
    assert {node.tag for node in root.iter()} == {
        f"{SVG}{name}" for name in ("svg", "title", "desc", "rect", "path", "text")
    }
    assert root[0].text == "新评分卡试算 huangshi-2026.1 → huangshi-<draft>&1"
    assert f"全市 {PEOPLE} 人" in (root[1].text or "")
    assert root.attrib["lang"] == "zh"
    attributes = [entry for node in root.iter() for entry in node.attrib.items()]
    assert not [
        name
        for name, value in attributes
        if name.startswith("on") or "href" in name or "url" in value
    ]
    assert root.attrib["width"] == "390"


def test_with_json_the_picture_is_drawn_without_a_word(city, draft, tmp_path):
    picture = tmp_path / "picture.svg"
    result = simulate(draft, "--snapshot", city, "--as-of", DAY, "--json", "--picture", picture)
    assert json.loads(result.stdout)["publishable"] in (True, False)
    assert picture.exists()


def test_without_a_snapshot_one_line_says_how_to_get_one(draft, tmp_path):
    result = simulate(draft, "--snapshot", tmp_path, "--as-of", DAY)
    assert (result.exit_code, result.stdout) == (2, "")
    [line] = result.stderr.splitlines()
    assert "points snapshot" in line


def test_a_damaged_snapshot_is_refused_in_one_line(draft, tmp_path, births):
    folder = write_city(tmp_path, made_up(20), DIVISIONS, births)
    part = next(folder.glob("records-*.parquet"))
    part.write_bytes(part.read_bytes()[:-1] + b"?")
    result = simulate(draft, "--snapshot", folder, "--as-of", DAY)
    assert (result.exit_code, result.stdout) == (2, "")
    [line] = result.stderr.splitlines()
    assert part.name in line


def test_an_empty_snapshot_says_that_nobody_has_joined(draft, tmp_path):
    result = simulate(draft, "--snapshot", write_city(tmp_path, [], [], []), "--as-of", DAY)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "nobody is in the snapshot" in result.stderr


def test_a_city_of_fewer_than_ten_people_tells_nothing_of_them(draft, tmp_path, births):
    folder = write_city(tmp_path, made_up(7), DIVISIONS, births)
    result = simulate(draft, "--snapshot", folder, "--as-of", DAY, "--json")
    found = json.loads(result.stdout)
    assert [n for n in numbers(found) if n] == []
    assert (found["whole"]["mean_change"], found["verdicts"]) == (None, None)
    picture = tmp_path / "picture.svg"
    assert simulate(
        draft, "--snapshot", folder, "--as-of", DAY, "--picture", picture
    ).exit_code == 0  # fmt: skip
    assert "全市 &lt;10 人" in picture.read_text(encoding="utf-8")


def test_a_mistaken_scorecard_has_the_faults_that_check_tells(city, tmp_path):
    mistaken = tmp_path / "mistaken.toml"
    mistaken.write_text("[scorecard]\n", encoding="utf-8")
    checked = CliRunner().invoke(app, ["scorecard", "check", str(mistaken)])
    result = simulate(mistaken, "--snapshot", city)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == checked.stderr
    assert all(line.startswith("mistaken.toml: ") for line in result.stderr.splitlines())


def test_a_version_that_was_never_published_is_answered_with_those_that_were(city, draft):
    result = simulate(draft, "--snapshot", city, "--against", "huangshi-1999.1")
    assert result.exit_code == 2
    assert "huangshi-2026.1" in result.stderr


def test_before_the_first_scorecard_there_is_nothing_to_compare_with(city, draft):
    result = simulate(draft, "--snapshot", city, "--as-of", date(1999, 1, 1))
    assert result.exit_code == 2
    assert "--as-of" in result.stderr
    named = simulate(
        draft, "--snapshot", city, "--as-of", "2025-06-01", "--against", "huangshi-2026.1"
    )
    assert named.exit_code == 0


def test_items_that_a_scorecard_prices_and_no_record_has_are_fine(tmp_path, persons, births, draft):
    """A snapshot of before these items came into the catalog."""
    some = [[r for r in person if r.item.startswith("penalty.")] for person in persons]
    whole = write_city(tmp_path / "whole", some, DIVISIONS, births)
    items = sorted({r.item for person in some for r in person})
    short = write_city(tmp_path / "short", some, DIVISIONS, births, items=items)
    words = ("--as-of", DAY, "--json")
    assert (
        simulate(draft, "--snapshot", short, *words).stdout
        == simulate(draft, "--snapshot", whole, *words).stdout
    )
