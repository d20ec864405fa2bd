"""`points migrate`, `serve`, `relay`, `jobs`: what runs as a process."""

import asyncio
import socket
from typing import TYPE_CHECKING, Annotated, Final

import typer

from points_api.cli.terminal import err, fail, say

if TYPE_CHECKING:
    from points_api.settings import Settings

# What has not been answered by then is cut: a body that never comes would keep us from ending,
# and ten seconds after SIGTERM a container is killed, whatever it was about to put in order.
GRACE_SECONDS: Final = 5

app = typer.Typer()


def prepared(*, to_run: bool = False) -> "Settings":
    """The settings, and a database with the newest schema.

    Announces what is only embedded or faked, in one line, for a command that is over at once; a
    process that is `to_run` says it itself, with what to do about it. The embedded database is
    brought up to date on the way. A server's is not: its operator decides when.
    """
    from points_api import announcements
    from points_api.db.migrate import migrate as bring_up_to_date
    from points_api.settings import load

    chosen = load()
    for line in [] if to_run else announcements.in_brief(chosen):
        err.print(line, markup=False, soft_wrap=True)
    if chosen.database_url.startswith("sqlite:"):
        asyncio.run(bring_up_to_date(chosen.database_url))
    elif missing := asyncio.run(_missing(chosen.database_url)):
        fail(
            f"数据库结构缺 {len(missing)} 步，请先运行 points migrate "
            f"(the schema lacks {len(missing)} steps: run `points migrate`)"
        )
    return chosen


async def _missing(url: str) -> list[str]:
    from points_api.db import config
    from points_api.db.migrate import unapplied

    async with config.open(url, pool_max_size=1):
        return await unapplied(url)


@app.command()
def migrate() -> None:
    """升级数据库结构 · Bring the database to the newest schema."""
    from points_api.db.migrate import migrate as bring_up_to_date
    from points_api.settings import load

    applied = asyncio.run(bring_up_to_date(load().database_url))
    say("\n".join(applied) or "已是最新 (up to date)")


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="监听地址 · address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65_535, help="端口 · port.")] = 8000,
    workers: Annotated[
        int, typer.Option(min=1, max=64, help="进程数，内嵌时为 1 · processes; 1 when embedded.")
    ] = 1,
) -> None:
    """启动接口服务 · Serve the API."""
    chosen = prepared(to_run=True)
    embedded = [u for u in (chosen.database_url, chosen.redis_url) if u.startswith(("sql", "mem"))]
    if embedded and workers > 1:
        fail(
            "--workers: 内嵌的数据库或缓存只供一个进程使用 (embedded parts serve one process only)"
        )
    require_free(host, port)
    run_server(chosen, host, port, workers)


def require_free(host: str, port: int) -> None:
    """Say it at once where somebody else listens there; the server would only say it in a log."""
    try:
        with socket.create_server((host, port)):
            return
    except OSError as error:
        fail(
            f"--port: {host}:{port} 用不了，请换一个端口 (cannot listen there, choose another): "
            f"{error.strerror}"
        )


def run_server(settings: "Settings", host: str, port: int, workers: int = 1) -> None:
    """Run uvicorn until it is told to stop. uvloop also sets TCP_NODELAY for several workers.

    Nothing asks who is at the other end of the connection, so no header of a proxy is believed.
    """
    import uvicorn

    protocol = "handover:Moving" if settings.keeps_visitors_apart else "whole_answers:WholeAnswers"
    uvicorn.run(
        "points_api.asgi:app", host=host, port=port, workers=workers, loop="uvloop",
        http=f"points_api.{protocol}", access_log=False, log_level="warning",
        server_header=False, proxy_headers=False, timeout_graceful_shutdown=GRACE_SECONDS,
    )  # fmt: skip


@app.command()
def relay() -> None:
    """转发事件 · Carry outbox events on and seal the audit log, until stopped."""
    from points_api.jobs.processes import run_relay

    asyncio.run(run_relay(_announced(prepared(to_run=True))))


@app.command()
def jobs() -> None:
    """夜间任务 · Rescore the city every night, until stopped."""
    from points_api.jobs.processes import run_jobs

    asyncio.run(run_jobs(_announced(prepared(to_run=True))))


def _announced(settings: "Settings") -> "Settings":
    """Begin the log of a process, with what its operator should know first."""
    from points_api import announcements, log

    log.configure(settings.log_level)
    for line in announcements.in_full(settings):
        log.announce(line)
    return settings
