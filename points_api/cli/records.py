"""`points records status`: an officer changes what counts of one record, by a written decision.

The ID number is read from a file or from standard input, so that it never stands in the history of
a shell or in the list of processes.
"""

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from points_api.cli.service import prepared
from points_api.cli.terminal import fail, say

if TYPE_CHECKING:
    from points_api.cli.record_orders import Order
    from points_api.settings import Settings

records = typer.Typer(no_args_is_help=True)
app = typer.Typer()
app.add_typer(records, name="records", help="记录 · records.")

Change = Literal["repaired", "withdrawn", "disputed", "active"]


@records.callback()
def group() -> None:
    """记录 · records."""


@records.command()
def status(
    item: Annotated[str, typer.Argument(help="目录编码 · code of the item.")],
    unit: Annotated[str, typer.Argument(help="认定单位信用代码 · deciding organ's credit code.")],
    document: Annotated[str, typer.Argument(help="记录的文书号 · the record's document number.")],
    to: Annotated[Change, typer.Option("--status", help="改成的状态 · the new status.")],
    decision: Annotated[
        str, typer.Option("--document", help="据以更改的文书号 · number of the decision.")
    ],
    id_number_file: Annotated[
        Path | None, typer.Option(help="写有身份证号的文件 · file holding the ID number.")
    ] = None,
    stdin: Annotated[
        bool, typer.Option("--stdin", help="从标准输入读身份证号 · read it from standard input.")
    ] = False,
) -> None:
    """更改记录状态 · Repair, withdraw, dispute or restore a record."""
    if stdin == (id_number_file is not None):
        fail("请给出 --id-number-file 或 --stdin 之一 (give one of the two)")
    if not decision.strip():
        fail("--document: 请写明据以更改的文书号 (name the decision that orders the change)")
    from points_api.cli.record_orders import Order

    chosen = prepared()
    id_number = _id_number(id_number_file)
    order = Order(item, unit, document, to, decision.strip())
    if asyncio.run(_run(chosen, id_number, order)):
        say(f"{to}：已更改，分数已随之重算 (changed, and the score with it)")
    else:
        say(f"{to}：本来就是，没有更改 (it was already; nothing changed)")


def _id_number(file: Path | None) -> str:
    from points_api.identifiers.id_number import IdNumberError, parse

    if file is not None:
        text = file.read_text(encoding="utf-8", errors="replace")
    elif sys.stdin.isatty():
        text = typer.prompt("身份证号码 (ID number)", hide_input=True, err=True)
    else:
        text = sys.stdin.readline()
    try:
        return parse(text)
    except IdNumberError as error:
        fail(f"{error.text.zh} ({error.text.en})")


async def _run(settings: "Settings", id_number: str, order: "Order") -> bool:
    from points_api.cli.record_orders import carry_out
    from points_api.crypto.keyring import Keyring
    from points_api.jobs.processes import opened_scores

    async with opened_scores(settings) as scores:
        return await carry_out(scores, Keyring.from_settings(settings), id_number, order)
