"""`points entitlements export`: the list of a day, for merchants whose systems cannot receive."""

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from points_api.cli.database import in_database
from points_api.cli.service import prepared
from points_api.cli.terminal import fail, say

if TYPE_CHECKING:
    from datetime import date
    from typing import BinaryIO
    from uuid import UUID

    from points_api.entitlements.day_file import DayFile

entitlements = typer.Typer(no_args_is_help=True)
app = typer.Typer()
app.add_typer(entitlements, name="entitlements", help="权益名单 · entitlement lists.")


@entitlements.callback()
def group() -> None:
    """权益名单 · entitlement lists."""


@entitlements.command()
def export(
    out: Annotated[Path, typer.Option(help="放文件的文件夹 · folder for the files.")],
    day: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="默认昨天 · yesterday, if left out."),
    ] = None,
    merchant: Annotated[
        str | None, typer.Option(help="商户编号，默认全部 · a merchant's id; else all of them.")
    ] = None,
) -> None:
    """导出每日名单 · Write each merchant's list of a day, and a manifest with its digest."""
    from datetime import timedelta

    from points_api import clock

    chosen = day.date() if day is not None else clock.today() - timedelta(days=1)
    if chosen >= clock.today():
        fail("--day: 请写过去的一天 (name a day that is over)")
    files = in_database(prepared().database_url, lambda: _write(out, chosen, merchant))
    for file in files:
        manifest = json.dumps(file.manifest, indent=1) + "\n"
        _path(out, file.merchant_id, chosen, "manifest.json").write_text(manifest, "utf-8")
        say(f"{_path(out, file.merchant_id, chosen, 'csv')}  {file.rows}  {file.digest}")
    if not files:
        say("没有带名单的商户 (no merchant has a list)")


async def _write(out: Path, day: "date", merchant: str | None) -> "list[DayFile]":
    from points_api.entitlements import day_file, service

    ids = await service.merchants_with_a_list()
    chosen = [one for one in ids if merchant in (None, str(one))]
    if merchant is not None and not chosen:
        fail("--merchant: 这个商户没有名单 (this merchant has no list)")
    written = []
    for one in chosen:
        with _opened(_path(out, one, day, "csv")) as file:
            written.append(await day_file.write(one, day, file))
    return written


def _path(out: Path, merchant: "UUID", day: "date", ending: str) -> Path:
    return out / f"entitlements-{merchant}-{day.isoformat()}.{ending}"


def _opened(path: Path) -> "BinaryIO":
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("wb")
