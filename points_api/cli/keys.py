"""`points keys`: a fresh master key, and moving everything sealed to the newest one."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from points_api.cli.service import prepared
from points_api.cli.terminal import Meter, err, fail, progress, say

if TYPE_CHECKING:
    from points_api.residents.rotation import Report
    from points_api.settings import Settings

keys = typer.Typer(no_args_is_help=True)
app = typer.Typer()
app.add_typer(keys, name="keys", help="主密钥 · master keys.")

_CHUNKS_AT_ONCE = 8


@keys.callback()
def group() -> None:
    """主密钥 · master keys."""


@keys.command()
def new(
    key_id: Annotated[
        str, typer.Option("--id", help="编号，默认按日期 · its id; else by the day.")
    ] = "",
) -> None:
    """新造一把主密钥 · Print a fresh entry for POINTS_SECRET_KEYS."""
    import base64
    import secrets

    from pydantic_core import PydanticCustomError

    from points_api import clock
    from points_api.settings import parse_keys

    # Two of one day must not bear the same id.
    name = key_id or f"k{clock.today():%Y%m%d}-{secrets.token_hex(2)}"
    entry = f"{name}:{base64.b64encode(secrets.token_bytes(32)).decode()}"
    try:
        parse_keys(entry)
    except PydanticCustomError as error:
        fail(f"--id: {error.message()}")
    print(entry)
    err.print(
        "这是密钥，请只存入密钥库；先加在 POINTS_SECRET_KEYS 末尾，各进程重启后移到最前，"
        "再运行 points keys rotate\n"
        "(Secret: keep it in the secret store only. Put it last in POINTS_SECRET_KEYS on every "
        "process, then first, then run `points keys rotate`.)",
        soft_wrap=True,
    )


@keys.command()
def rotate() -> None:
    """轮换密钥，可中断后再来 · Seal everything anew under the newest key; may be interrupted."""
    chosen = prepared()
    with progress("轮换 rotating") as meter:
        report = asyncio.run(_rotate(chosen, meter))
    say(
        f"共 {report.seen} 行，重写 {report.rewritten} 行 "
        f"({report.seen} rows, {report.rewritten} rewritten)"
    )
    if report.conflicts:
        ids = " ".join(map(str, report.conflicts))
        fail(
            f"{len(report.conflicts)} 行与他行重复，仍用旧密钥，请先合并再重新运行；旧密钥不能删 "
            f"(these exist twice and keep the old key; merge them and run again): {ids}",
            code=1,
        )


async def _rotate(settings: "Settings", meter: Meter) -> "Report":
    from points_api.conduct.models import ConductReport
    from points_api.conduct.service import REPLY
    from points_api.crypto.keyring import Keyring
    from points_api.crypto.outward import SEALED_AS as OUTWARD
    from points_api.db import config
    from points_api.db.models import SealedSecret
    from points_api.deliveries.models import DeliveryChunk
    from points_api.deliveries.preparing import CHUNK
    from points_api.entitlements.members import SEALED_AS as MEMBER
    from points_api.entitlements.models import Entitlement
    from points_api.officers.accounts import TOTP
    from points_api.officers.models import Officer
    from points_api.residents.rotation import TABLES, SealedTable, rotate
    from points_api.webhooks.models import WebhookEndpoint
    from points_api.webhooks.signing import SEALED_AS as SECRET

    keyring = Keyring.from_settings(settings)
    others = (
        SealedTable(Officer, {"totp": TOTP}),
        SealedTable(Entitlement, {"member": MEMBER}),
        SealedTable(WebhookEndpoint, {"secret": SECRET, "previous_secret": SECRET}),
        SealedTable(ConductReport, {"reply": REPLY}),
        SealedTable(SealedSecret, {"content": OUTWARD}),
    )
    chunks = SealedTable(DeliveryChunk, {"content": CHUNK})
    async with config.open(settings.database_url):
        report = await rotate(keyring, meter, [*TABLES, *others])
        # A chunk is a run of a file's rows, so few of them fill the memory.
        rows = await rotate(keyring, meter, [chunks], batch=_CHUNKS_AT_ONCE)
    report.seen += rows.seen
    report.rewritten += rows.rewritten
    return report
