"""`points statements close`, `verify`: close the merchants' days; prove them against the ledger."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from points_api.cli.database import in_database
from points_api.cli.terminal import fail, say

if TYPE_CHECKING:
    from points_api.redemptions.statements import Verified

statements = typer.Typer(no_args_is_help=True)
app = typer.Typer()
app.add_typer(statements, name="statements", help="商户对账单 · merchants' statements.")

Day = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="到哪一天为止 · up to which day; else yesterday."),
]


@statements.callback()
def group() -> None:
    """商户对账单 · merchants' statements."""


@statements.command()
def close(day: Day = None) -> None:
    """结账 · Close every day that is over and has moves; twice changes nothing."""
    from points_api import clock
    from points_api.cli.service import prepared
    from points_api.redemptions.statements import close_all

    until = day.date() if day else None
    made = in_database(prepared().database_url, lambda: close_all(clock.now(), until))
    say(f"新结账单 {made} 份 ({made} statements closed)")


@statements.command()
def verify() -> None:
    """核验对账单；有错退出码 1 · Prove chain and equality to the ledger; exit 1 where wrong."""
    from points_api.cli.service import prepared
    from points_api.redemptions import statements as closing

    found: Verified = in_database(prepared().database_url, closing.verify)
    for fault in found.faults:
        say(f"{fault.day} {fault.merchant_id}: {fault.what}")
    if found.faults:
        fail(f"{len(found.faults)} 处不符 ({len(found.faults)} faults)", 1)
    say(
        f"{found.statements} 份对账单、{found.entries} 笔，链条完整，与台账分毫不差 "
        f"({found.statements} statements, {found.entries} entries: intact and equal to the ledger)"
    )
