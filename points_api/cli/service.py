"""`points migrate`, `serve`, `relay`, `jobs`: what runs as a process."""

import asyncio
from typing import Annotated

import typer

from points_api.cli.terminal import err, fail, out
from points_api.db.config import DatabaseUnreachableError
from points_api.db.migrate import migrate as bring_up_to_date
from points_api.settings import Settings, SettingsError, announcements, load

app = typer.Typer()


def settings() -> Settings:
    """The settings of the environment, or the end of the command with what is wrong."""
    try:
        return load()
    except SettingsError as error:
        fail(str(error))


def prepared() -> Settings:
    """The settings, with the database brought up to date and what is only embedded announced."""
    chosen = settings()
    for line in announcements(chosen):
        err.print(line, markup=False)
    try:
        asyncio.run(bring_up_to_date(chosen.database_url))
    except DatabaseUnreachableError as error:
        fail(str(error))
    return chosen


@app.command()
def migrate() -> None:
    """Bring the database to the newest schema: 升级数据库结构."""
    try:
        applied = asyncio.run(bring_up_to_date(settings().database_url))
    except DatabaseUnreachableError as error:
        fail(str(error))
    out.print("\n".join(applied) or "已是最新 (up to date)", markup=False)


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65_535)] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes; 1 when embedded.")] = 1,
) -> None:
    """Serve the API: 启动接口服务."""
    chosen = prepared()
    embedded = [u for u in (chosen.database_url, chosen.redis_url) if u.startswith(("sql", "mem"))]
    if embedded and workers > 1:
        fail("--workers: 内嵌的数据库或缓存只供一个进程使用 (embedded parts serve one process only)")
    run_server(host, port, workers)


def run_server(host: str, port: int, workers: int = 1) -> None:
    """Run uvicorn until it is told to stop. uvloop also sets TCP_NODELAY for several workers."""
    import uvicorn

    uvicorn.run(
        "points_api.asgi:app", host=host, port=port, workers=workers, loop="uvloop",
        http="httptools", access_log=False, log_level="warning", server_header=False,
    )  # fmt: skip


@app.command()
def relay() -> None:
    """Carry outbox events on, until stopped: 转发事件."""
    from points_api.jobs.processes import run_relay

    asyncio.run(run_relay(prepared()))


@app.command()
def jobs() -> None:
    """Run nightly and timed work, until stopped: 夜间任务."""
    from points_api.jobs.processes import run_jobs

    asyncio.run(run_jobs(prepared()))
