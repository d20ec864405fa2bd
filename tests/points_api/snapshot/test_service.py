"""The snapshot is what the database is, whatever happened since it was last brought up to date."""

import random
from dataclasses import replace
from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from points_api import clock
from points_api.residents.models import Person
from points_api.scores.models import ScoreRow
from points_api.snapshot.layout import (
    NO_SCORE,
    PART_PEOPLE,
    SnapshotRefused,
    open_snapshot,
)
from points_api.snapshot.merging import share_of
from points_api.snapshot.reading import Reader
from points_api.snapshot.service import Checked, check, rebuild, refresh
from scoring.batch import Pass
from scoring.digest import digest_of_marks
from tests.factories import city, make_person
from tests.points_api.snapshot.town import HOURS, PENALTY, agreed, everybody, id_at, numbers

PEOPLE = 6


async def something(town, chance):
    """Let one of the things happen that change a person."""
    n, document = chance.randrange(PEOPLE), chance.randrange(8)
    incoming = chance.choice((PENALTY, HOURS))
    match chance.randrange(8):
        case 0 | 1:
            await town.join(n)
        case 2:
            await town.leave(n)
        case 3 | 4 | 5:
            more = {"content": f"{chance.randrange(4):032}"}
            if incoming is PENALTY:
                more["level"] = chance.choice(("minor", "ordinary"))
            await town.deliver(n, incoming, document, **more)
        case 6 if keys := await town.keys(n, "active"):
            await town.decide(n, chance.choice(keys), chance.choice(("disputed", "repaired")))
        case _ if keys := await town.keys(n, "disputed"):
            await town.decide(n, chance.choice(keys), "active")


@pytest.mark.parametrize("seed", range(4))
async def test_after_any_mixture_of_changes_a_refresh_equals_a_rebuild(town, folder, seed):
    chance = random.Random(seed)
    await town.rebuild(folder / "kept")
    for round_ in range(6):
        for _ in range(chance.randrange(1, 10)):
            await something(town, chance)
        done = await town.refresh(folder / "kept", chunk=2)
        fresh = await town.rebuild(folder / f"fresh{round_}")
        kept = open_snapshot(folder / "kept")
        assert everybody(kept) == everybody(open_snapshot(folder / f"fresh{round_}"))
        assert (done.people, done.records) == (fresh.people, fresh.records)
        await scores_are_those_of_the_database(kept)
        assert (await check(folder / "kept", agreed())).current


async def scores_are_those_of_the_database(snapshot):
    """The pass and the marks give what is stored, person by person."""
    day = clock.today()
    compiled = Pass.of(city().scorecard(day), snapshot.words)
    for part in snapshot.parts:
        people, columns, marks = share_of(snapshot, part)
        results = compiled.score(columns, PART_PEOPLE, day, first=part.first)
        for at, number in enumerate(people.number.tolist()):
            stored = await ScoreRow.get(person_id=id_at(snapshot, part, at))
            counted = results.counted & (columns.person == number)
            assert results.value[number - part.first] == stored.value == people.value[at]
            assert digest_of_marks(marks[counted].tobytes()) == stored.records_digest
            assert snapshot.manifest.scorecards[people.card[at]] == stored.scorecard


async def test_persons_keep_their_numbers_and_new_ones_come_after_them(town, folder):
    for n in (3, 1, 2):
        await town.join(n)
    await town.rebuild(folder)
    before = numbers(open_snapshot(folder))
    assert sorted(before.values()) == [0, 1, 2]
    await town.leave(1)
    new = [await town.join(0), await town.join(4)]
    done = await town.refresh(folder)
    assert (done.people, done.changed, done.gone) == (4, 2, 1)
    after = numbers(open_snapshot(folder))
    assert {after[id_] for id_ in new} == {3, 4}
    assert after.items() - before.items() == {(id_, after[id_]) for id_ in new}


async def test_only_who_was_changed_is_read_again(town, folder):
    for n in range(4):
        await town.join(n)
    steps = []
    await town.rebuild(folder, chunk=3, progress=lambda done, total: steps.append((done, total)))
    assert steps == [(3, 4), (4, 4)]
    await town.deliver(2, PENALTY, 1)
    assert await check(folder, agreed()) == Checked(people=4, records=0, changed=1, gone=0)
    steps.clear()
    done = await town.refresh(folder, progress=lambda done, total: steps.append((done, total)))
    assert (done.people, done.changed, done.gone, done.records) == (4, 1, 0, 1)
    assert steps == [(1, 1)]
    assert (await town.refresh(folder)).changed == 0


async def test_who_has_left_is_in_no_file_of_the_folder(town, folder):
    for n in range(3):
        await town.join(n)
        await town.deliver(n, PENALTY, n)
    await town.rebuild(folder)
    low = np.uint64((await town.id_of(1)).int % 2**64)
    assert low in ids_in(folder)
    await town.leave(1)
    await town.refresh(folder)
    assert low not in ids_in(folder)
    marks = pl.concat(pl.read_parquet(path) for path in folder.glob("marks-*"))
    assert len(marks) == 2
    assert len(list(folder.iterdir())) == 4


def ids_in(folder):
    files = pl.concat(pl.read_parquet(path) for path in folder.glob("people-*"))
    return set(files["id_low"])


class Killed(Exception):
    pass


async def test_a_refresh_that_is_killed_changes_nothing(town, folder):
    for n in range(3):
        await town.join(n)
    await town.rebuild(folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    def kill(done, total):
        # As a refresh leaves it that has written a part and was killed before publishing.
        (folder / "people-00000-killed.parquet").write_bytes(b"half a file")
        raise Killed

    await town.leave(0)
    await town.deliver(1, PENALTY, 1)
    for work in (town.refresh, town.rebuild):
        with pytest.raises(Killed):
            await work(folder, progress=kill)
        assert {name: (folder / name).read_bytes() for name in before} == before
        assert (await check(folder, agreed())).people == 3
    await town.refresh(folder)
    assert not (folder / "people-00000-killed.parquet").exists()
    assert (await check(folder, agreed())) == Checked(people=2, records=1, changed=0, gone=0)


async def test_who_leaves_or_changes_while_it_is_read_is_as_when_they_were_read(town, folder):
    joined, left = await town.join(0), await town.join(1)
    await town.leave(1)
    stranger = await make_person()
    await town.rebuild(folder)
    reader = Reader(town.registry.keyring, open_snapshot(folder).words, {})
    share = await reader.read({left: 7, stranger: 8, joined: 9})
    assert share.people.number.tolist() == [9]
    person = await Person.get(id=joined)
    assert share.people.revision.tolist() == [person.revision]


async def test_one_who_has_joined_without_a_score_is_in_it_without_one(town, folder):
    id_ = await town.join(0)
    await ScoreRow.filter(person_id=id_).delete()
    await town.rebuild(folder)
    snapshot = open_snapshot(folder)
    people = snapshot.people(snapshot.parts[0])
    assert (people.value.tolist(), people.stale.tolist(), people.card.tolist()) == (
        [NO_SCORE], [0], [-1],
    )  # fmt: skip


async def test_new_words_come_after_the_known_ones(town, folder):
    of_all = city()
    known = tuple(item for item in of_all.catalog.items if item.code != "volunteer.hours")
    smaller = replace(of_all, catalog=replace(of_all.catalog, items=known))
    await town.join(0)
    await town.deliver(0, PENALTY, 0)
    await town.rebuild(folder)
    await rebuild(folder / "small", town.registry.keyring, smaller, agreed())
    before = open_snapshot(folder / "small")
    await town.deliver(0, HOURS, 1)
    with pytest.raises(SnapshotRefused, match="catalog"):
        await refresh(folder / "small", town.registry.keyring, smaller, agreed())
    await town.refresh(folder / "small")
    after = open_snapshot(folder / "small")
    assert after.manifest.items[: len(before.manifest.items)] == before.manifest.items
    assert after.manifest.items[-1] == "volunteer.hours"
    await town.refresh(folder)
    assert everybody(after) == everybody(open_snapshot(folder))


async def test_the_day_of_bringing_it_up_to_date_is_told_though_nobody_changed(town, folder):
    await town.join(0)
    await town.rebuild(folder)
    town.time.forward(timedelta(days=2))
    await town.refresh(folder)
    assert open_snapshot(folder).manifest.made_on == clock.today()


async def test_a_city_that_nobody_has_joined_has_an_empty_snapshot(town, folder):
    done = await town.rebuild(folder / "new" / "folder")
    assert (done.people, done.records) == (0, 0)
    assert open_snapshot(folder / "new" / "folder").parts == ()
