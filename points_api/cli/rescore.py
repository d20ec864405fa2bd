"""`points rescore`: the whole city for a day."""

import asyncio
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, time
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from points_api.cli.service import prepared
from points_api.cli.terminal import Meter, fail, print_json, progress, say

if TYPE_CHECKING:
    from points_api.jobs.nightly import Rescored
    from points_api.jobs.processes import Name
    from points_api.settings import Settings

app = typer.Typer()


@app.command()
def rescore(
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="日期，默认今天 · the day; else today."),
    ] = None,
    engine: Annotated[
        Literal["array", "person", "spark"] | None,
        typer.Option(
            help="array 从快照整列计算，person 逐人，spark 在集群上 · columns of the snapshot, one "
            "person at a time, or a cluster; else array with PostgreSQL and person with SQLite."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON · one JSON object.")] = False,
) -> None:
    """全市重新算分 · Recompute everybody who has joined."""
    from points_api import clock
    from points_api.jobs.alone import AlreadyRunning

    chosen = prepared()
    started = perf_counter()
    day = as_of and datetime.combine(as_of, time(12), clock.LEGAL_ZONE).astimezone(UTC)
    try:
        with clock.fixed(day) if day else nullcontext():
            name, done = asyncio.run(_run(chosen, engine))
    except AlreadyRunning:
        fail("另一个进程正在重新算分，请等它结束 (another process is rescoring; wait for its end)")
    seconds = round(perf_counter() - started, 3)
    people, changed = done.people, done.changed
    if as_json:
        result = {"people": people, "changed": changed, "seconds": seconds, "engine": name}
        print_json(result)
    else:
        say(
            f"{people} 人，{changed} 人的分有变化，用时 {seconds} 秒 "
            f"({people} people, {changed} changed, {seconds} s, {name})"
        )


async def _run(settings: "Settings", engine: "Name | None") -> tuple[str, "Rescored"]:
    from points_api.composition import composed
    from points_api.jobs.processes import rescore as work
    from points_api.jobs.processes import usual_engine

    name = engine or usual_engine(settings)
    title = "重新算分 rescoring"
    with progress(title) as meter, _told(name, meter, title):
        async with composed(settings) as parts:
            return name, await work(name, parts, meter)


def _told(name: "Name", meter: Meter, title: str) -> AbstractContextManager[None]:
    if name != "array":
        return nullcontext()
    from points_api.cli.compiling import compiling_told  # loads the compiler

    return compiling_told(meter, title)
