"""A small city as a snapshot, from made-up records, and its changes counted one by one."""

from datetime import date, timedelta
from random import Random

import numpy as np

from points_api.snapshot.layout import (
    LAYOUT,
    NO_SCORE,
    PART_PEOPLE,
    Manifest,
    People,
    publish,
    write_part,
)
from scoring.catalog_files import shipped_catalog
from scoring.columns import NEVER, Vocabulary, columns_of, day_of
from scoring.digest import MARK_BYTES
from scoring.records import Record

DAY = date(2026, 6, 1)
ITEMS = [item for item in shipped_catalog().in_force(DAY).values() if item.nature != "neutral"]


def record(random, key):
    """A record of any item that counts, adverse ones being the rarer."""
    item = random.choice(ITEMS)
    if item.nature == "adverse" and random.random() < 0.6:
        item = random.choice(ITEMS)
    occurred = DAY - timedelta(days=random.randrange(1500))
    return Record(
        key=key,
        item=item.code,
        occurred_on=occurred,
        ended_on=None if item.continuing and random.random() < 0.5 else occurred,
        level=random.choice(item.levels).id if item.levels else None,
        quantity=random.randrange(60) * item.scale if item.unit else None,
    )


def made_up(people, seed=1, most=9):
    """Each person's records; some have none."""
    random = Random(seed)
    return [
        [record(random, f"{n:02d}") for n in range(random.randrange(most))] for _ in range(people)
    ]


def write_city(folder, persons, divisions, births, items=None, parts=2):
    """A snapshot of these persons in some parts, with gaps between their numbers."""
    folder.mkdir(parents=True, exist_ok=True)
    catalog = shipped_catalog().items
    words = Vocabulary.of(i for i in catalog if items is None or i.code in items)
    written = []
    for number in range(parts):
        rows = range(number, len(persons), parts)
        first = number * PART_PEOPLE
        # Every other number is unused, as after people have left.
        spread: list[list[Record]] = [[] for _ in range(2 * len(rows))]
        for at, row in enumerate(rows):
            spread[2 * at + 1] = persons[row]
        columns = columns_of(spread, words, first)
        count = len(rows)
        everybody = People(
            number=np.arange(first + 1, first + 2 * count, 2, dtype=np.uint32),
            id_high=np.zeros(count, np.uint64),
            id_low=np.arange(count, dtype=np.uint64),
            revision=np.zeros(count, np.int64),
            division=np.array([divisions[row] for row in rows], np.int32),
            born=np.array([day_of(births[row]) for row in rows], np.int32),
            value=np.full(count, NO_SCORE, np.int32),
            stale=np.full(count, NEVER, np.int32),
            card=np.zeros(count, np.int16),
        )
        marks = np.zeros((len(columns.person), MARK_BYTES), np.uint8)
        written.append(write_part(folder, number, columns, marks, everybody, "made-up"))
    publish(
        folder,
        Manifest(
            layout=LAYOUT, made_on=DAY, items=words.items, levels=words.levels, scorecards=(),
            parts=tuple(written),
        ),
    )  # fmt: skip
    return folder


def counts(pairs):
    """Who gains and who moves, from each person's old and new score by the definition."""
    changes = [new.value - old.value for old, new in pairs]
    places = [
        [[band.id for band in s.scorecard.bands].index(s.band.id) for s in pair] for pair in pairs
    ]
    return {
        "people": len(pairs),
        "gain": sum(change > 0 for change in changes),
        "lose": sum(change < 0 for change in changes),
        "same": changes.count(0),
        "up": sum(new > old for old, new in places),
        "stay": sum(new == old for old, new in places),
        "down": sum(new < old for old, new in places),
    }


def agrees(said, count):
    """A cell says the count, or that it is withheld, and then truly."""
    return said == (count if isinstance(said, int) else "<10" if count < 10 else "≥10")
