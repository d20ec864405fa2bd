from collections import Counter, defaultdict
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from points_api.generate import generate
from points_api.generate.people import people_block
from points_api.identifiers import id_number
from scoring.catalog_files import shipped_catalog
from scoring.engine import score
from scoring.records import Record
from scoring.scorecard_files import in_force, shipped_scorecards

PEOPLE = 6000
DAY = date(2026, 9, 30)
NATURE = {item.code: item.nature for item in shipped_catalog().items}


@pytest.fixture(scope="module")
def lives(tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    folder = tmp_path_factory.mktemp("lives") / "city"
    generate(folder, PEOPLE, seed=2, format="parquet")
    records = pl.read_parquet(folder / "records-*.parquet")
    return records.with_columns(pl.col("item").cast(pl.String), pl.col("level").cast(pl.String))


def _share_with(lives: pl.DataFrame, *codes: str) -> float:
    mine = lives.filter(pl.any_horizontal(pl.col("item").str.starts_with(c) for c in codes))
    return mine["person"].n_unique() / PEOPLE


def test_about_fifteen_in_a_hundred_have_nothing_that_counts(lives: pl.DataFrame) -> None:
    neutral = [code for code, nature in NATURE.items() if nature == "neutral"]
    counting = lives.filter(~pl.col("item").is_in(neutral))["person"].n_unique()
    assert 0.12 < 1 - counting / PEOPLE < 0.18


def test_the_number_of_records_is_skewed(lives: pl.DataFrame) -> None:
    counts = lives.group_by("person").len()["len"]
    assert len(lives) == 20 * PEOPLE
    assert len(counts.filter(counts < counts.mean())) > len(counts) / 2
    assert (counts > 80).any()


def test_bills_on_time_are_common_penalties_rare_and_listings_rarer(lives: pl.DataFrame) -> None:
    assert _share_with(lives, "power.", "water.", "gas.") > 0.7
    assert 0.15 < _share_with(lives, "volunteer.") < 0.7
    assert 0.01 < _share_with(lives, "penalty.") < 0.035
    assert 0 < _share_with(lives, "court.defaulter", "court.restriction", "list.") < 0.004


def test_records_lie_within_six_years_and_end_after_they_begin(lives: pl.DataFrame) -> None:
    assert lives["occurred_on"].is_between(date(2020, 9, 29), DAY).all()
    assert lives.filter(pl.col("ended_on") < pl.col("occurred_on")).is_empty()
    assert lives.filter(pl.col("valid_until") <= pl.col("occurred_on")).is_empty()


def test_only_continuing_acts_are_open(lives: pl.DataFrame) -> None:
    continuing = {item.code for item in shipped_catalog().items if item.continuing}
    assert set(lives.filter(pl.col("ended_on").is_null())["item"]) <= continuing


def test_nobody_is_penalized_as_a_minor_and_nobody_gives_blood_at_60(lives: pl.DataFrame) -> None:
    born = [id_number.birth_date(number) for number in people_block(2, 0, PEOPLE).id_numbers]
    adverse = [code for code, nature in NATURE.items() if nature == "adverse"]
    for row in lives.filter(pl.col("item").is_in(adverse)).iter_rows(named=True):
        assert (row["occurred_on"] - born[row["person"]]).days > 18 * 365
    for row in lives.filter(pl.col("item") == "blood.donation").iter_rows(named=True):
        assert (row["occurred_on"] - born[row["person"]]).days < 56 * 365.25


def test_levels_and_quantities_are_those_of_the_items(lives: pl.DataFrame) -> None:
    items = shipped_catalog().in_force(DAY)
    for (code,), mine in lives.group_by("item"):
        item = items[str(code)]
        levels = {level.id for level in item.levels}
        assert set(mine["level"].drop_nulls()) <= levels
        assert mine["level"].is_null().all() == (not levels)
        assert mine["quantity"].is_null().all() == (item.unit == "")
        column = item.layout.column_of("quantity")
        if column is not None:
            assert (mine["quantity"] > 0).all()
            assert (mine["quantity"] <= (column.maximum or 0) * item.scale).all()


def test_scores_are_spread_as_a_city_would_expect(lives: pl.DataFrame) -> None:
    people: defaultdict[int, list[Record]] = defaultdict(list)
    for n, row in enumerate(lives.iter_rows(named=True)):
        act = row.pop("act")
        person = row.pop("person")
        people[person].append(Record(key=str(n), act_key="" if act is None else str(act), **row))
    card = in_force(shipped_scorecards(), DAY)
    bands = Counter(score(people[n], card, DAY).band.id for n in range(0, PEOPLE, 2))
    shares = {band: count / (PEOPLE / 2) for band, count in bands.items()}
    assert shares["good"] > 0.8
    assert 0.02 < shares["excellent"] < 0.12
    assert 0.003 < shares["outstanding"] < 0.05
    assert 0.002 < shares["growing"] < 0.04


def test_the_same_act_is_sometimes_reported_twice(lives: pl.DataFrame) -> None:
    pairs = lives.drop_nulls("act").group_by("act").agg(pl.all())
    assert len(pairs) > 50
    for pair in pairs.iter_rows(named=True):
        assert len(set(pair["person"])) == 1
        assert len(set(pair["item"])) == 2
        assert len(set(pair["occurred_on"])) == 1


def test_the_same_people_live_the_same_lives_in_agency_files(tmp_path: Path) -> None:
    """The draws know nothing of the format: only what stands in the files tells them apart."""
    snapshot = generate(tmp_path / "a", 200, seed=4, format="parquet")
    files = generate(tmp_path / "b", 200, seed=4, spoil=0.2)
    counts = Counter(pl.read_parquet(snapshot.folder / "records-*.parquet")["item"].to_list())
    rows: Counter[str] = Counter()
    for entry in files.files:
        if not entry.repeat_of and not entry.changes:
            rows[entry.item] += entry.rows
    assert rows == counts
