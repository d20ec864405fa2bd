"""`points rescore`: the whole city for a day."""

import asyncio
from contextlib import nullcontext
from datetime import UTC, datetime, time
from time import perf_counter
from typing import Annotated, Literal

import typer

from points_api import clock
from points_api.cli.service import prepared
from points_api.cli.terminal import out, print_json, progress
from points_api.settings import Settings

app = typer.Typer()


@app.command()
def rescore(
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day; else today.")
    ] = None,
    engine: Annotated[Literal["person"], typer.Option(help="person: one at a time.")] = "person",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Recompute everybody who has joined: 全市重新算分."""
    settings = prepared()
    day = as_of.date() if as_of else None
    at = datetime.combine(day, time(12), clock.LEGAL_ZONE).astimezone(UTC) if day else None
    started = perf_counter()
    with clock.fixed(at) if at else nullcontext():
        people, changed = asyncio.run(_run(settings))
    result = {
        "people": people,
        "changed": changed,
        "seconds": round(perf_counter() - started, 3),
        "engine": engine,
    }
    if as_json:
        print_json(result)
    else:
        out.print(f"{people} 人，{changed} 人的分有变化，用时 {result['seconds']} 秒（{engine}）")


async def _run(settings: Settings) -> tuple[int, int]:
    from points_api.jobs.nightly import rescore_city
    from points_api.jobs.processes import opened_scores

    with progress("重新算分 rescoring") as meter:
        async with opened_scores(settings) as scores:
            done = await rescore_city(scores, meter)
    return done.people, done.changed
