"""What is written where a city fills more than one part."""

import numpy as np
import pytest

from points_api.snapshot.layout import (
    PART_PEOPLE,
    open_snapshot,
    publish,
    with_people,
    write_part,
)
from points_api.snapshot.merging import share_of, within
from points_api.snapshot.service import check
from tests.points_api.snapshot.town import HOURS, PENALTY, agreed, everybody, numbers


async def in_two_parts(town, folder):
    """Snapshot of five: three fill the end of the first part, two begin the second."""
    ids = [await town.join(n) for n in range(5)]
    for n in range(5):
        await town.deliver(n, HOURS, n)
    await town.rebuild(folder)
    snapshot = open_snapshot(folder)
    share = share_of(snapshot, snapshot.parts[0])
    parts = []
    for number, low, high, move in ((0, 0, 3, PART_PEOPLE - 3), (1, 3, 5, PART_PEOPLE - 3)):
        people, columns, marks = within(share, low, high)
        people = people._replace(number=people.number + np.uint32(move))
        columns = columns._replace(person=columns.person + np.uint32(move))
        parts.append(write_part(folder, number, columns, marks, people, "moved"))
    publish(folder, snapshot.manifest.with_parts(*parts))
    by_number = {number: id_ for id_, number in numbers(open_snapshot(folder)).items()}
    return [ids.index(by_number[number]) for number in sorted(by_number)]


async def test_a_part_in_which_nobody_changed_keeps_its_files(town, folder):
    order = await in_two_parts(town, folder)
    first, second = open_snapshot(folder).parts
    written = {name: (folder / name).stat().st_mtime_ns for name in first.files.values()}
    await town.deliver(order[3], PENALTY, 20)
    await town.leave(order[4])
    new = await town.join(5)
    assert (await town.refresh(folder)).people == 5
    kept, other = open_snapshot(folder).parts
    assert kept == first
    assert {name: (folder / name).stat().st_mtime_ns for name in written} == written
    assert other.files.keys() == second.files.keys()
    assert not set(other.files.values()) & set(second.files.values())
    assert numbers(open_snapshot(folder))[new] == PART_PEOPLE + 2
    await town.rebuild(folder / "fresh")
    assert everybody(open_snapshot(folder)) == everybody(open_snapshot(folder / "fresh"))


async def test_a_part_of_which_all_have_left_is_gone(town, folder):
    order = await in_two_parts(town, folder)
    for n in order[:3]:
        await town.leave(n)
    assert (await town.refresh(folder)).gone == 3
    (left,) = open_snapshot(folder).parts
    assert (left.number, left.people) == (1, 2)
    assert await town.refresh(folder)
    assert numbers(open_snapshot(folder)).keys() == {await town.id_of(n) for n in order[3:]}


async def test_scores_can_be_noted_without_touching_the_records(town, folder):
    order = await in_two_parts(town, folder)
    snapshot = open_snapshot(folder)
    parts = []
    for part in snapshot.parts:
        people = snapshot.people(part)
        scored = people._replace(value=people.value + np.int32(1), revision=people.revision + 1)
        parts.append(with_people(snapshot, part, scored, "night"))
    publish(folder, snapshot.manifest.with_parts(*parts))
    after = open_snapshot(folder)
    for old, new in zip(snapshot.parts, after.parts, strict=True):
        assert {k: v for k, v in new.files.items() if v == old.files[k]}.keys() == {
            "records", "marks",
        }  # fmt: skip
    assert (await check(folder, agreed())).changed == len(order)
    with pytest.raises(ValueError, match="part 0 has 3 persons, not 2"):
        with_people(after, after.parts[0], after.people(after.parts[1]), "wrong")
