"""`points rescore` from the snapshot, and what it counted, as commands."""

import json

import pytest

from tests.points_api.snapshot.town import HOURS, PENALTY, town_of


@pytest.fixture
def town_of_three(in_database, frozen_clock):
    async def join():
        async with town_of(frozen_clock) as town:
            for n in range(3):
                await town.join(n)
                await town.deliver(n, (HOURS, PENALTY)[n % 2], n)

    in_database(join)


def test_the_city_is_rescored_from_its_snapshot_and_counted(points, town_of_three, tmp_path):
    folder = tmp_path / "snapshot"

    def ask(*words):
        return json.loads(points(*words, "--json", SNAPSHOT_DIR=str(folder)).stdout)

    order = ("rescore", "--as-of", "2027-08-01", "--engine", "array")
    first, again = ask(*order), ask(*order)
    assert (first["people"], first["engine"]) == (3, "array")
    assert first["changed"] >= 1
    assert (again["people"], again["changed"]) == (3, 0)
    told = ask("statistics")
    assert told["day"] == "2027-08-01"
    assert {count["people"] for count in told["counts"]} == {None}
    shown = points("statistics", SNAPSHOT_DIR=str(folder)).stdout
    assert "<10" in shown
    assert "信用良好 Good" in shown


def test_a_damaged_snapshot_is_made_anew_and_never_scored(points, town_of_three, tmp_path):
    folder = tmp_path / "snapshot"
    order = ("rescore", "--as-of", "2027-08-01", "--engine", "array", "--json")
    assert points(*order, SNAPSHOT_DIR=str(folder)).exit_code == 0
    [records] = folder.glob("records-*")
    records.write_bytes(records.read_bytes()[:-1] + b"?")
    later = ("rescore", "--as-of", "2027-12-01", "--engine", "array", "--json")
    done = points(*later, SNAPSHOT_DIR=str(folder))
    assert json.loads(done.stdout)["people"] == 3
    assert "snapshot.refused" in done.stderr


def test_without_any_count_the_mend_is_told(points, in_database):
    told = points("statistics")
    assert told.exit_code == 2
    assert "points rescore" in told.stderr
