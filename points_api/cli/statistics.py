"""`points statistics`: how many people are in which band, by division, as counted at night."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from points_api.cli.service import prepared
from points_api.cli.terminal import fail, out, print_json

if TYPE_CHECKING:
    from datetime import date

    from points_api.settings import Settings
    from points_api.statistics.service import Count

app = typer.Typer()


@app.command()
def statistics(
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON · one JSON object.")] = False,
) -> None:
    """各县区各等级人数，少于 10 人不显示 · Show people by band and division, none below 10."""
    chosen = prepared()
    found = asyncio.run(_latest(chosen))
    if found is None:
        fail(
            "还没有统计，请先运行 points rescore --engine array (nothing was counted: run it first)"
        )
    day, counts = found
    if as_json:
        print_json({
            "day": day.isoformat(),
            "counts": [
                {"division": c.division, "band": c.band, "people": c.people} for c in counts
            ],
        })  # fmt: skip
    else:
        _show(day, counts, chosen)


def _show(day: "date", counts: "list[Count]", chosen: "Settings") -> None:
    from rich.table import Table

    from points_api.city import load_city
    from points_api.identifiers.divisions import shipped

    bands = load_city(chosen.data_dir).scorecard(day).bands
    named = {band.id: f"{band.name} {band.name_en}" for band in bands}
    rungs = {band.id: rung for rung, band in enumerate(bands)}
    # One of an older scorecard, by its id and last.
    counts = sorted(counts, key=lambda c: (c.division, rungs.get(c.band, len(rungs))))
    names = {division.code: division.name for division in shipped()}
    table = Table(title=f"{day} 各等级人数 · people by band")
    for heading in ("区划 division", "等级 band", "人数 people"):
        table.add_column(heading)
    for c in counts:
        shown = "<10" if c.people is None else str(c.people)
        table.add_row(
            f"{names.get(c.division, '其他 other')} {c.division}",
            named.get(c.band, c.band),
            shown,
        )
    out.print(table)


async def _latest(settings: "Settings") -> "tuple[date, list[Count]] | None":
    from points_api.db import config
    from points_api.statistics.service import latest

    async with config.open(settings.database_url):
        return await latest()
