"""A block of records as bare numbers: who, what, when, how much; nothing of any file's form."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from points_api.generate.lives import ALL_KINDS, PUPIL, draw_counts, draw_kinds
from points_api.generate.people import Days, People
from points_api.generate.plan import Plan

Ints32 = NDArray[np.int32]
Ints64 = NDArray[np.int64]

OPEN = np.int32(2**31 - 1)  # a day that has not come: no end, no last day
YEAR = 365
TWIN_SHARE = 0.12  # of acts that could be reported by a second agency
DONOR_AGE = 55
PUPIL_KIND = ALL_KINDS.index(PUPIL)


@dataclass(frozen=True)
class Facts:
    """Records in the order of persons; days count from 1970-01-01, levels from the weakest."""

    person: Ints32  # place in the block
    item: NDArray[np.int16]
    serial: Ints64  # number of the report, counted per item
    first_item: NDArray[np.int16]  # the item and number of the act's first report:
    first_serial: Ints64  # a second report has those of another item
    act: Ints64  # shared by the reports of one act; -1: reported once
    decided: Ints32
    occurred: Ints32
    ended: Ints32
    valid: Ints32  # last day
    level: NDArray[np.int8]  # -1: the item has none
    quantity: Ints64  # in smallest units
    taste: NDArray[np.uint32]  # picks wordings
    spoiled: NDArray[np.bool_]

    def of(self, rows: Ints64 | slice) -> "Facts":
        """Some of the records; of a slice, a view."""
        return Facts(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})


@dataclass
class Counters:
    """How many decisions of each item, and acts reported twice, there were in earlier blocks."""

    serials: Ints64
    acts: int = 0


@dataclass(frozen=True)
class Window:
    """The days in which records begin, and the last one: the day of delivery."""

    first: int
    last: int


def draw_facts(
    plan: Plan, people: People, records: int, window: Window, counters: Counters,
    rng: np.random.Generator, spoil: float,
) -> Facts:  # fmt: skip
    """`records` records of a block of people; `counters` move on."""
    kinds = draw_kinds(rng, len(people.births))
    # Whoever is not of age has neither penalties nor listings.
    kinds[people.births > window.last - 18 * YEAR - 200] = PUPIL_KIND
    counts = draw_counts(rng, kinds, records)
    person = np.repeat(np.arange(len(kinds), dtype=np.int32), counts)
    draws = rng.integers(0, 1 << 16, records, dtype=np.uint16)
    item = plan.choices[kinds[person], draws]
    births = people.births[person]
    item = _without_old_donors(plan, item, births, window)
    twin = _twin_rows(plan, item, person, rng)
    occurred = _occurred(plan, item, births, window, rng)
    level = _levels(plan, item, rng)
    ended, decided = _ended_and_decided(plan, item, occurred, window, rng)
    facts = Facts(
        person=person,
        item=item,
        serial=np.zeros(records, dtype=np.int64),
        first_item=item.copy(),
        first_serial=np.zeros(records, dtype=np.int64),
        act=np.full(records, -1, dtype=np.int64),
        decided=decided,
        occurred=np.where(plan.starts[item], occurred, decided).astype(np.int32),
        ended=ended,
        valid=_valid(plan, item, occurred, decided, level, rng),
        level=level,
        quantity=_quantities(plan, item, rng),
        taste=rng.integers(0, 1 << 32, records, dtype=np.uint32),
        spoiled=rng.random(records, dtype=np.float32) < spoil,
    )
    _number(facts, twin, counters)
    return facts


def _without_old_donors(
    plan: Plan, item: NDArray[np.int16], births: Days, window: Window
) -> NDArray[np.int16]:
    """Nobody gives blood after 55 (献血法 article 2): they get the commonest record instead."""
    donation = plan.place("blood.donation")
    if donation < 0:
        return item
    old = births < window.last - (DONOR_AGE - 1) * YEAR
    commonest = np.bincount(plan.choices.ravel()).argmax()
    return np.where((item == donation) & old, commonest, item).astype(np.int16)


def _twin_rows(
    plan: Plan, item: NDArray[np.int16], person: Ints32, rng: np.random.Generator
) -> Ints64:
    """Rows that become second reports of the row before, the same person's; sets their item."""
    chance = rng.random(len(item), dtype=np.float32) < TWIN_SHARE
    first = chance[:-1] & (plan.twin[item[:-1]] >= 0) & (person[:-1] == person[1:])
    first[1:] &= ~first[:-1]  # a second report is not reported again
    # A run of three keeps its first: the row after a second report starts afresh.
    twin = np.flatnonzero(first) + 1
    item[twin] = plan.twin[item[twin - 1]]
    return twin


def _occurred(
    plan: Plan, item: NDArray[np.int16], births: Days, window: Window, rng: np.random.Generator
) -> Ints32:
    """Days from the person's coming of age (14 for a pupil), more of them lately."""
    of_age = births + 18 * YEAR + 5
    of_age = np.where(of_age > window.last - 200, births + 14 * YEAR, of_age)
    kept = window.last + 120 - plan.keep_days[item]
    lowest = np.maximum(np.maximum(of_age, window.first), kept)
    lowest = np.maximum(lowest, plan.begins[item])
    lowest = np.minimum(lowest, window.last - 30)
    back = rng.random(len(item), dtype=np.float32) ** 1.3
    days: Ints32 = (window.last - ((window.last - lowest) * back).astype(np.int64)).astype(np.int32)
    return days


def _ended_and_decided(
    plan: Plan, item: NDArray[np.int16], occurred: Ints32, window: Window, rng: np.random.Generator
) -> tuple[Ints32, Ints32]:
    days = rng.random(len(item), dtype=np.float32)
    continuing, has_end = plan.continuing[item], plan.ends[item]
    later = occurred + (days * 3).astype(np.int32) * has_end
    once = np.minimum(later, window.last)
    lag = np.where(plan.starts[item], (days * 1000).astype(np.int32) % 40, 0)
    decided = np.minimum(np.where(continuing, occurred, once) + lag, window.last)
    over = decided + 45 + (days * days * 1200).astype(np.int32)
    still = ~has_end | (over > window.last)
    ended = np.where(continuing, np.where(still, OPEN, over), once)
    return ended.astype(np.int32), decided.astype(np.int32)


def _valid(
    plan: Plan, item: NDArray[np.int16], occurred: Ints32, decided: Ints32,
    level: NDArray[np.int8], rng: np.random.Generator,
) -> Ints32:  # fmt: skip
    """The last day: a licence's or certificate's term, or the end of a penalty's publicity."""
    draw = rng.random(len(item), dtype=np.float32)
    years = 1 + (draw * 1000).astype(np.int32) % 5
    term = occurred + years * YEAR - 1
    # 信用修复管理办法: three months, one year, three years by severity, from the decision.
    publicity = decided + np.array([90, 365, 1095], dtype=np.int32)[np.clip(level, 0, 2)]
    until = np.where(plan.adverse[item], publicity, term)
    never = ~plan.expires[item] | (draw < np.where(plan.must_expire[item], 0.3, 0.7))
    return np.where(never, OPEN, until).astype(np.int32)


def _levels(plan: Plan, item: NDArray[np.int16], rng: np.random.Generator) -> NDArray[np.int8]:
    """Each level is about a third as common as the one below it."""
    draw = np.maximum(rng.random(len(item), dtype=np.float32), 1e-6)
    steps = np.minimum((np.log(draw) / np.log(0.3)).astype(np.int64), plan.levels[item] - 1)
    levels: NDArray[np.int8] = plan.level_at[item, steps].astype(np.int8)
    return levels


def _quantities(plan: Plan, item: NDArray[np.int16], rng: np.random.Generator) -> Ints64:
    spread = rng.standard_exponential(len(item), dtype=np.float32)
    step = plan.step[item]
    above = (plan.mean[item] * spread).astype(np.int64) // step * step
    return np.minimum(plan.least[item] + above, plan.most[item])


def _number(facts: Facts, twin: Ints64, counters: Counters) -> None:
    """Number the reports, and give each second report everything of the first."""
    order = np.argsort(facts.item, kind="stable")
    sizes = np.bincount(facts.item, minlength=len(counters.serials))
    starts = np.cumsum(sizes) - sizes
    ranks = np.arange(len(order)) - np.repeat(starts, sizes)
    facts.serial[order] = 1 + ranks + np.repeat(counters.serials, sizes)
    counters.serials += sizes
    for name in ("decided", "occurred", "ended", "valid", "level", "quantity", "taste"):
        values = getattr(facts, name)
        values[twin] = values[twin - 1]
    facts.first_serial[:] = facts.serial
    facts.first_serial[twin] = facts.serial[twin - 1]
    facts.first_item[twin] = facts.item[twin - 1]
    facts.act[twin] = facts.act[twin - 1] = counters.acts + np.arange(len(twin))
    counters.acts += len(twin)
