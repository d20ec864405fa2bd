"""What the catalog says of each item, as arrays that whole blocks of records look up at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from points_api.generate.lives import choice_table
from points_api.generate.people import day_number
from scoring.catalog import Agency, Catalog, Item, Role

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

# A list of persons who failed a judgment and the order not to spend concern the same case.
SAME_CASE = (("court.defaulter", "court.restriction"),)
# Units of quantity: least, mean above it, step; in units. An unknown unit counts one by one.
AMOUNTS: Mapping[str, tuple[float, float, float]] = {
    "小时": (2, 14, 0.5),
    "元": (50, 500, 10),
    "个月": (12, 36, 1),
    "次": (1, 1.5, 1),
}
OTHER_AMOUNT = (1.0, 2.0, 1.0)


@dataclass(frozen=True)
class Plan:
    """The items in force and their traits, each array by the item's place in `items`."""

    catalog: Catalog
    items: tuple[Item, ...]
    choices: NDArray[np.int16]  # kind of life, 16-bit draw -> item
    begins: Ints  # the first day of a term that has held ever since
    adverse: Flags
    continuing: Flags
    starts: Flags  # has a column for the day of the act beside that of the decision
    ends: Flags  # has a column for the end
    expires: Flags  # has a column for the last valid day
    must_expire: Flags
    levels: Ints  # how many levels its records can have; at least 1
    level_at: Ints  # item, the n-th of those levels -> place in the item's scale; -1: no level
    keep_days: Ints  # how far back a record may lie without being past its retention
    least: Ints  # quantity, in smallest units; 0 where there is none
    mean: Ints
    step: Ints
    most: Ints
    twin: Ints  # the item by which another agency reports the same act; -1: none

    def agency(self, item: int) -> Agency:
        """The agency that delivers an item."""
        return self.catalog.agencies[self.items[item].agency]

    def place(self, code: str) -> int:
        """Where an item stands; -1 if it is not in force."""
        return next((n for n, item in enumerate(self.items) if item.code == code), -1)


def make_plan(catalog: Catalog, as_of: date) -> Plan:
    """The plan of the items in force on a day. ValueError when there is none."""
    items = tuple(catalog.in_force(as_of).values())
    if not items:
        raise ValueError(
            f"as_of: {as_of} 目录中没有有效的目录项，请换一天 (no item in force: take another day)"
        )
    amounts = np.array([_amount(item) for item in items], dtype=np.int64)
    return Plan(
        catalog=catalog,
        items=items,
        choices=choice_table(items),
        begins=np.array([_begins(item, catalog.items) for item in items]),
        adverse=np.array([item.nature == "adverse" for item in items]),
        continuing=np.array([item.continuing for item in items]),
        starts=_has(items, "occurred_on"),
        ends=_has(items, "ended_on"),
        expires=_has(items, "valid_until"),
        must_expire=_has(items, "valid_until", required=True),
        levels=np.array([len(_reachable(item)) for item in items]),
        level_at=_level_at(items),
        keep_days=np.array([(item.retention_months or 1200) * 30 for item in items]),
        least=amounts[:, 0],
        mean=amounts[:, 1],
        step=amounts[:, 2],
        most=amounts[:, 3],
        twin=_twins(items),
    )


def level_places(plan: Plan, ids: Sequence[str]) -> NDArray[np.int16]:
    """Item, level of the item -> place among all levels; the last column says -1 for none."""
    places = np.full((len(plan.items), 1 + max(len(i.levels) for i in plan.items)), -1, np.int16)
    for n, item in enumerate(plan.items):
        places[n, : len(item.levels)] = [ids.index(level.id) for level in item.levels]
    return places


def first_day(as_of: date) -> int:
    """The earliest day that a record begins: six years before."""
    return day_number(as_of) - 6 * 365 - 1


def _begins(item: Item, versions: Sequence[Item]) -> int:
    """The day from which the item, in this or an earlier version, has been in force without gap."""
    begins = item.in_force_from
    for earlier in sorted(versions, key=lambda v: v.in_force_from, reverse=True):
        if earlier.code == item.code and earlier.in_force_until == begins:
            begins = earlier.in_force_from
    return day_number(begins)


def _has(items: Sequence[Item], role: Role, *, required: bool = False) -> Flags:
    columns = [item.layout.column_of(role) for item in items]
    return np.array([bool(c and (c.required or not required)) for c in columns])


def _reachable(item: Item) -> list[int]:
    """The levels of the item's scale that a record of it can have, weakest first."""
    named = set(item.level.values.values()) if item.level else {item.fixed_level}
    return [n for n, level in enumerate(item.levels) if level.id in named] or [-1]


def _level_at(items: Sequence[Item]) -> Ints:
    reachable = [_reachable(item) for item in items]
    places = np.full((len(items), max(map(len, reachable))), -1, dtype=np.int64)
    for n, levels in enumerate(reachable):
        places[n, : len(levels)] = levels
    return places


def _amount(item: Item) -> tuple[int, int, int, int]:
    column = item.layout.column_of("quantity")
    if column is None:
        return (0, 0, 1, 0)
    least, mean, step = AMOUNTS.get(item.unit, OTHER_AMOUNT)
    most = min((column.maximum or 100_000) * item.scale, 2**31 - 1)
    small = [max(1, round(amount * item.scale)) for amount in (least, mean, step)]
    return (small[0], small[1], small[2], most)


def _twins(items: Sequence[Item]) -> Ints:
    """Items of one shape whose records name the same act: by an act number or a decision's."""
    twin = np.full(len(items), -1, dtype=np.int64)
    shapes: dict[object, list[int]] = {}
    for n, item in enumerate(items):
        shared = item.nature == "adverse" and item.layout.id != item.code
        if item.layout.column_of("act") or (shared and item.layout.column_of("unit_code")):
            shapes.setdefault((item.layout.columns, item.nature, item.unit), []).append(n)
    for alike in shapes.values():
        if len(alike) > 1:
            twin[alike] = np.roll(alike, -1)
    places = {item.code: n for n, item in enumerate(items)}
    for one, other in SAME_CASE:
        if one in places and other in places:
            twin[places[one]] = places[other]
    return twin
