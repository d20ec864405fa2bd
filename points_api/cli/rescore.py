"""`points rescore`: the whole city for a day."""

import asyncio
from contextlib import nullcontext
from datetime import UTC, datetime, time
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from points_api.cli.service import prepared
from points_api.cli.terminal import fail, print_json, progress, say

if TYPE_CHECKING:
    from points_api.jobs.nightly import Rescored
    from points_api.settings import Settings

app = typer.Typer()


@app.command()
def rescore(
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="日期，默认今天 · the day; else today."),
    ] = None,
    engine: Annotated[
        Literal["person"], typer.Option(help="逐人计算 · person: one at a time.")
    ] = "person",
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON · one JSON object.")] = False,
) -> None:
    """Recompute everybody who has joined: 全市重新算分."""
    from points_api import clock
    from points_api.jobs.alone import AlreadyRunning

    chosen = prepared()
    started = perf_counter()
    day = as_of and datetime.combine(as_of, time(12), clock.LEGAL_ZONE).astimezone(UTC)
    try:
        with clock.fixed(day) if day else nullcontext():
            done = asyncio.run(_run(chosen))
    except AlreadyRunning:
        fail("另一个进程正在重新算分，请等它结束 (another process is rescoring; wait for its end)")
    seconds = round(perf_counter() - started, 3)
    people, changed = done.people, done.changed
    if as_json:
        result = {"people": people, "changed": changed, "seconds": seconds, "engine": engine}
        print_json(result)
    else:
        say(
            f"{people} 人，{changed} 人的分有变化，用时 {seconds} 秒 "
            f"({people} people, {changed} changed, {seconds} s, {engine})"
        )


async def _run(settings: "Settings") -> "Rescored":
    from points_api.jobs.nightly import rescore_city
    from points_api.jobs.processes import opened_scores

    with progress("重新算分 rescoring") as meter:
        async with opened_scores(settings) as scores:
            return await rescore_city(scores, meter)
