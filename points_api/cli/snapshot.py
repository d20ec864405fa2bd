"""`points snapshot`: the records of all who have joined as columns, kept current and proved."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from points_api.cli.service import prepared
from points_api.cli.terminal import fail, print_json, progress, say

if TYPE_CHECKING:
    from points_api.settings import Settings
    from points_api.snapshot.roster import Agreed
    from points_api.snapshot.service import Checked, Refreshed

snapshot = typer.Typer(no_args_is_help=True)
app = typer.Typer()
app.add_typer(snapshot, name="snapshot", help="记录快照 · the snapshot of the records.")

AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON · one JSON object.")]


@snapshot.callback()
def group() -> None:
    """记录快照 · the snapshot of the records."""


@snapshot.command()
def refresh(as_json: AsJson = False) -> None:
    """按变化更新 · Bring the snapshot up to date by what has changed."""
    _write(as_json, anew=False)


@snapshot.command()
def rebuild(as_json: AsJson = False) -> None:
    """重新制作 · Make the snapshot from nothing, in place of what is there."""
    _write(as_json, anew=True)


@snapshot.command()
def check(as_json: AsJson = False) -> None:
    """核对 · Read every file and compare with the database.

    退出码：0 完好且是最新的，1 完好但过时，2 损坏或缺失。

    Exit codes: 0 intact and current; 1 intact but stale; 2 damaged or missing.
    """
    chosen = prepared()
    found, folder = asyncio.run(_check(chosen)), chosen.snapshot_dir
    if as_json:
        print_json({
            "folder": str(folder), "current": found.current, "people": found.people,
            "records": found.records, "changed": found.changed, "gone": found.gone,
        })  # fmt: skip
    elif found.current:
        say(
            f"{folder}: 完好，与数据库一致：{found.people} 人，{found.records} 条记录 "
            f"(intact and current: {found.people} people, {found.records} records)"
        )
    else:
        say(
            f"{folder}: 完好，但已过时，{found.changed} 人有变化，{found.gone} 人已退出；"
            f"请运行 points snapshot refresh (intact but stale: {found.changed} changed, "
            f"{found.gone} gone: run it)"
        )
    if not found.current:
        raise typer.Exit(1)


def _write(as_json: bool, *, anew: bool) -> None:
    from points_api.jobs.alone import AlreadyRunning

    chosen = prepared()
    try:
        done = asyncio.run(_written(chosen, anew=anew))
    except AlreadyRunning:
        fail("另一个进程正在写快照，请等它结束 (another process writes the snapshot; wait for it)")
    _tell(chosen.snapshot_dir, done, as_json=as_json)


def _tell(folder: Path, done: "Refreshed", *, as_json: bool) -> None:
    if as_json:
        print_json({
            "folder": str(folder), "people": done.people, "changed": done.changed,
            "gone": done.gone, "records": done.records,
        })  # fmt: skip
    else:
        say(
            f"{folder}: {done.people} 人，{done.records} 条记录，读了 {done.changed} 人，移除 "
            f"{done.gone} 人 ({done.people} people, {done.records} records, {done.changed} read, "
            f"{done.gone} removed)"
        )


async def _written(settings: "Settings", *, anew: bool) -> "Refreshed":
    from points_api.city import load_city
    from points_api.crypto.keyring import Keyring
    from points_api.db import config
    from points_api.jobs.alone import alone
    from points_api.snapshot import service

    work = service.rebuild if anew else service.refresh
    keyring, city = Keyring.from_settings(settings), load_city(settings.data_dir)
    with progress("快照 snapshot") as meter:
        async with config.open(settings.database_url), alone(service.WRITING):
            return await work(settings.snapshot_dir, keyring, city, _agreed(settings), meter)


async def _check(settings: "Settings") -> "Checked":
    from points_api.db import config
    from points_api.snapshot import service

    with progress("核对 checking") as meter:
        async with config.open(settings.database_url):
            return await service.check(settings.snapshot_dir, _agreed(settings), meter)


def _agreed(settings: "Settings") -> "Agreed":
    from points_api import clock
    from points_api.residents.registry import notices_of
    from points_api.snapshot.roster import Agreed

    return Agreed.as_of(notices_of(settings), clock.now())
