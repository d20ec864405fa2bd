"""The synthetic city as a snapshot: the same city as in Parquet, in the layout that is scored."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from points_api.generate import generate
from points_api.generate.people import people_block
from points_api.snapshot.layout import MANIFEST, NO_CARD, NO_SCORE, PART_PEOPLE, open_snapshot
from points_api.snapshot.merging import share_of
from scoring.columns import NEVER, OPEN, TYPES
from scoring.digest import MARK_BYTES

PEOPLE, RECORDS = 50_120, 90_000


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("generated")
    made = generate(folder, PEOPLE, RECORDS, seed=7, format="snapshot")
    assert (made.people, made.records) == (PEOPLE, RECORDS)
    return folder


def test_the_same_seed_gives_the_same_bytes(city, tmp_path):
    generate(tmp_path / "again", PEOPLE, RECORDS, seed=7, format="snapshot")
    generate(tmp_path / "other", 60, 90, seed=8, format="snapshot")
    names = {path.name for path in city.iterdir()}
    assert names == {path.name for path in (tmp_path / "again").iterdir()}
    for name in names:
        assert (city / name).read_bytes() == (tmp_path / "again" / name).read_bytes()
    other = open_snapshot(tmp_path / "other")
    ours = open_snapshot(city)
    for column in ("people", "marks"):
        one, two = getattr(ours, column)(ours.parts[0]), getattr(other, column)(other.parts[0])
        assert not np.array_equal(np.asarray(one)[:50], np.asarray(two)[:50])


def test_it_reads_back_sorted_in_whole_parts(city):
    snapshot = open_snapshot(city)
    assert [(part.number, part.people) for part in snapshot.parts] == [(0, PART_PEOPLE), (1, 120)]
    assert sum(part.records for part in snapshot.parts) == RECORDS
    seen = []
    for part in snapshot.parts:
        people, columns, marks = share_of(snapshot, part)
        assert [column.dtype for column in columns] == list(TYPES.values())
        assert np.array_equal(people.number, part.first + np.arange(part.people))
        assert (np.diff(columns.person.astype(np.int64)) >= 0).all()
        assert set(columns.person.tolist()) <= set(people.number.tolist())
        assert marks.shape == (part.records, MARK_BYTES)
        seen.append(people)
    ids = {pair for people in seen for pair in zip(people.id_high, people.id_low, strict=True)}
    assert len(ids) == PEOPLE


def test_nobody_has_a_score_and_all_have_what_their_id_number_says(city):
    snapshot = open_snapshot(city)
    made = people_block(7, 0, PEOPLE)
    people = [snapshot.people(part) for part in snapshot.parts]
    joined = {name: np.concatenate([getattr(p, name) for p in people]) for p in people[:1]
              for name in p._fields}  # fmt: skip
    assert joined["division"].tolist() == [int(number[:6]) for number in made.id_numbers]
    assert joined["born"].tolist() == made.births.tolist()
    assert set(joined["value"]) == {NO_SCORE}
    assert set(joined["card"]) == {NO_CARD}
    assert set(joined["stale"]) == set(joined["revision"]) == {0}


def test_it_is_the_city_of_the_parquet_files(city, tmp_path):
    generate(tmp_path, PEOPLE, RECORDS, seed=7, format="parquet")
    told = pl.concat(pl.read_parquet(path) for path in sorted(tmp_path.glob("*.parquet")))
    snapshot = open_snapshot(city)
    columns = {name: np.concatenate([getattr(snapshot.columns(p), name) for p in snapshot.parts])
               for name in TYPES}  # fmt: skip
    words = snapshot.words
    assert columns["person"].tolist() == told["person"].to_list()
    assert [words.items[at] for at in columns["item"]] == told["item"].to_list()
    levels = [words.levels[at] if at >= 0 else None for at in columns["level"]]
    assert levels == told["level"].to_list()
    assert columns["quantity"].tolist() == told["quantity"].fill_null(0).to_list()
    days_of = {"occurred": "occurred_on", "ended": "ended_on", "until": "valid_until"}
    for (name, other), absent in zip(days_of.items(), (0, OPEN, NEVER), strict=True):
        days = told[other].cast(pl.Int32).fill_null(absent)
        assert columns[name].tolist() == days.to_list()


def test_reports_of_one_act_have_the_place_of_the_first(city, tmp_path):
    generate(tmp_path, PEOPLE, RECORDS, seed=7, format="parquet")
    told = pl.concat(pl.read_parquet(path) for path in sorted(tmp_path.glob("*.parquet")))
    snapshot = open_snapshot(city)
    acts = [act for part in snapshot.parts for act in snapshot.columns(part).act.tolist()]
    firsts: dict[object, int] = {}
    wanted, place, before = [], 0, None
    for person, act in zip(told["person"], told["act"], strict=True):
        place = place + 1 if person == before else 0
        before = person
        key = (person, "act", act) if act is not None else (person, "own", place)
        wanted.append(firsts.setdefault(key, place))
    assert acts == wanted
    assert told["act"].drop_nulls().len() > 100


def test_parts_are_whole_also_where_people_have_so_many_records_that_blocks_are_small(tmp_path):
    generate(tmp_path, people=51_000, records=3_000_000, format="snapshot")
    snapshot = open_snapshot(tmp_path)
    assert [part.people for part in snapshot.parts] == [PART_PEOPLE, 1000]
    assert sum(part.records for part in snapshot.parts) == 3_000_000
    people = snapshot.people(snapshot.parts[0]).number
    assert np.array_equal(people, np.arange(PART_PEOPLE))


def test_the_only_manifest_is_that_of_the_snapshot(city):
    names = {path.name for path in city.iterdir()}
    named = {name for part in open_snapshot(city).parts for name in part.files.values()}
    assert names == named | {MANIFEST}


def test_spoiling_is_for_agency_files_only(tmp_path):
    with pytest.raises(ValueError, match="spoil"):
        generate(tmp_path, 5, spoil=0.5, format="snapshot")
