"""`points audit verify`: proof that nothing in the audit log was altered."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from points_api.cli.service import prepared
from points_api.cli.terminal import fail, print_json, say

if TYPE_CHECKING:
    from points_api.audit.sealing import Checkpoint, Fault, Verdict

audit = typer.Typer(no_args_is_help=True)
app = typer.Typer()
app.add_typer(audit, name="audit", help="审计日志 · the audit log.")

_KINDS = {
    "altered": "内容被改动 (altered)",
    "moved": "与前一条不衔接 (does not follow the one before)",
    "missing": "缺失 (missing)",
    "rewritten": "与外部留存的不同 (the chain is another one than the checkpoint saw)",
}


@audit.callback()
def group() -> None:
    """审计日志 · the audit log."""


@audit.command()
def verify(
    checkpoint: Annotated[
        str, typer.Option(help="外部留存的 序号:哈希 · SEQ:HASH as kept outside.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON · one JSON object.")] = False,
) -> None:
    """核对审计日志；退出码 0 完好，1 被改动 · Walk the chain; exit 0 intact, 1 tampered."""
    verdict = asyncio.run(_verify(prepared().database_url, _checkpoint(checkpoint)))
    if as_json:
        print_json(_document(verdict))
    else:
        _show(verdict)
    if not verdict.intact:
        raise typer.Exit(1)


async def _verify(url: str, checkpoint: "Checkpoint | None") -> "Verdict":
    from points_api.audit import sealing
    from points_api.db import config

    async with config.open(url):
        return await sealing.verify(checkpoint)


def _checkpoint(text: str) -> "Checkpoint | None":
    from points_api.audit.sealing import Checkpoint

    if not text:
        return None
    seq, _, chain = text.partition(":")
    if not (seq.isascii() and seq.isdigit() and len(chain) == 64):
        fail("--checkpoint: 应写作 序号:哈希，如核对时所示 (SEQ:HASH, as `verify` has shown it)")
    return Checkpoint(int(seq), chain)


def _document(verdict: "Verdict") -> dict[str, object]:
    head = verdict.head
    return {
        "intact": verdict.intact,
        "sealed": verdict.sealed,
        "unsealed": verdict.unsealed,
        "head": head and {"seq": head.seq, "chain": head.chain},
        "faults": [{"kind": f.kind, "seq": f.seq, "id": f.id} for f in verdict.faults],
    }


def _show(verdict: "Verdict") -> None:
    counts = (
        f"已封存 {verdict.sealed} 条，待封存 {verdict.unsealed} 条 "
        f"({verdict.sealed} sealed, {verdict.unsealed} waiting)"
    )
    say(f"{'完整 (intact)' if verdict.intact else '被改动 (TAMPERED)'}：{counts}")
    for fault in verdict.faults:
        say(f"{_place(fault)}: {_KINDS[fault.kind]}")
    if verdict.head and verdict.intact:
        say(
            f"请在系统之外留存 (keep outside, for --checkpoint): "
            f"{verdict.head.seq}:{verdict.head.chain}"
        )


def _place(fault: "Fault") -> str:
    number = f"第 {fault.seq} 条 (entry {fault.seq})" if fault.seq else "未封存 (not sealed)"
    return f"{number} {fault.id}" if fault.id else number
