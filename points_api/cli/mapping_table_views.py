"""What `points cities tables` tells, as JSON and for a terminal."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final

from rich.table import Table as Grid

from interop.cities import City
from interop.mapping import DualRun, Movement, movement, tallied
from interop.tables import Table
from interop.words import points
from points_api.partners.tables import Named

STATES: Final = {
    "before": "未生效 not yet", "running": "有效 in force", "ended": "已失效 ended",
}  # fmt: skip
BELOW: Final = "（不认可 none）"
Moves = Sequence[tuple[str | None, str | None, int]]


def document(one: Named, on: date) -> dict[str, Any]:
    """A stored table by what names it."""
    state = "before" if on < one.since else "ended" if one.until < on else "running"
    return {"id": one.id, **one._asdict(), "state": state}


def listing(rows: Iterable[dict[str, Any]]) -> Grid:
    """The stored tables for a terminal."""
    grid = Grid()
    for heading in ("编号 id", "生效 from", "失效 until", "今天 today"):
        grid.add_column(heading, overflow="fold")
    for row in rows:
        grid.add_row(row["id"], str(row["since"]), str(row["until"]), STATES[row["state"]])
    return grid


def shown(table: Table) -> Grid:
    """One table, figure by figure."""
    head = table.header
    grid = Grid(title=head.id, show_header=False)
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row("摘要 digest", table.digest)
    grid.add_row("方法 method", f"{head.method} · {head.use} · {head.basis}")
    grid.add_row("制表 made", f"{head.made_on}")
    grid.add_row("期限 term", f"{head.since} – {head.until}")
    for city, one in zip((head.source, head.target), table.signatures, strict=True):
        grid.add_row(f"{city}", f"{one.key} {one.signed_on}" if one else "未签 not signed")
    for band, at in table.thresholds().items():
        grid.add_row(f"{band}", f"{points(at)} 分起 (from {points(at)} points)")
    return grid


def comparison(
    old: Table, new: Table, ends: tuple[City, City], visited: Moves | None
) -> dict[str, Any]:
    """Who would move: people by the source's distribution, or the visitors of the dual run.

    `ends` are the cities of both tables, from and to.
    """
    source, target = ends
    bands = [band.id for band in target.bands]
    ids = {"old": old.header.id, "new": new.header.id}
    if visited is not None:
        return {**ids, "counted": "visits", **_told(tallied(visited, bands))}
    moved = movement(DualRun(old, new, old.header.until), source.counts(), bands)
    return {**ids, "counted": source.distribution.basis, **_told(moved)}


def _told(moved: Movement) -> dict[str, Any]:
    return {
        "bands": list(moved.bands),
        "people": [list(row) for row in moved.people],
        "total": sum(map(sum, moved.people)),
        "moved": moved.moved,
        "up": sum(n for k, row in enumerate(moved.people) for n in row[k + 1 :]),
        "down": sum(n for k, row in enumerate(moved.people) for n in row[:k]),
    }


def compared(told: dict[str, Any]) -> Grid:
    """The same for a terminal: the old bands down, the new ones across."""
    counted = {
        "published": "按公布的分布 by the published distribution",
        "assumption": "按假设的分布＊ by an assumed distribution",
        "visits": "按并行期的访客 by the visits of the dual run",
    }[told["counted"]]
    title = (
        f"{told['old']} → {told['new']}\n{counted}\n"
        f"{told['total']:,} 人中 {told['moved']:,} 人变等级 (would move)："
        f"升 {told['up']:,} up，降 {told['down']:,} down"
    )
    grid = Grid("旧 old \\ 新 new", *(band or BELOW for band in told["bands"]), title=title)
    for band, row in zip(told["bands"], told["people"], strict=True):
        grid.add_row(band or BELOW, *(f"{n:,}" for n in row))
    return grid
