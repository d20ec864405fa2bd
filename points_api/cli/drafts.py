"""The cities that the program knows, and a table drafted between two of them, for commands."""

from datetime import date, timedelta
from typing import TYPE_CHECKING

from points_api.cli.terminal import fail

if TYPE_CHECKING:
    from interop.cities import City
    from interop.drafting import Draft, Order
    from interop.files import Folder

METHODS = ("bands", "linear", "equipercentile", "kernel")


def order(
    version: str, *, since: date | None = None, until: date | None = None, resamples: int = 0
) -> "Order":
    """What is asked for, from today and for a year where nothing else is said."""
    from interop.drafting import Order
    from points_api.clock import today

    first = since or today()
    last = until or first + timedelta(days=365)
    if last < first:
        fail("--until: 不得早于 --since (is before --since)")
    return Order("bands", version, min(today(), first), first, last, resamples)


def drafted(
    source: str, target: str, method: str, ordered: "Order"
) -> tuple["Draft", tuple["City", "City"]]:
    """The draft by a method, and both cities; ends the command where there can be none."""
    from dataclasses import replace

    from interop.drafting import draft
    from interop.tables import METHODS as KNOWN

    known = folder()
    if source == target:
        fail("FROM 与 TO 须是两个城市 (two different cities are needed)")
    ends = city_of(known, source), city_of(known, target)
    chosen = next((one for one in KNOWN if one == method), None)
    if chosen is None:
        fail(f"--method: 没有 {method}，可用 {'、'.join(METHODS)} (one of these)")
    agreement = known.between(*ends)
    if agreement is None:
        fail("两城之间没有带等级对照的协议 (no agreement with a ladder of bands between them)")
    try:
        return draft(*ends, agreement, replace(ordered, method=chosen)), ends
    except ValueError as error:
        fail(f"{method} 用不上：{error}；请换一种 --method (choose another method)", 1)


def city_of(known: "Folder", name: str) -> "City":
    """A city by its id; ends the command where there is none."""
    if name not in known.cities:
        there = "、".join(known.cities)
        fail(f"没有城市 {name}，有 {there} (no such city; there are these)")
    return known.cities[name]


def folder() -> "Folder":
    """The shipped profiles and agreements."""
    from interop import files

    try:
        return files.load()
    except files.InteropError as error:
        fail(str(error), 1)
