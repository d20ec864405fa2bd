"""`points evidence`: a package that proves what two cities have said, and its check."""

import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final
from uuid import UUID

import typer

from points_api.cli.database import in_database
from points_api.cli.service import prepared
from points_api.cli.terminal import err, fail, print_json, say

if TYPE_CHECKING:
    from interop.evidence import Step, Verdict
    from points_api.recognitions.evidence import Exported
    from points_api.settings import Settings

ACTOR: Final = "office:cli"
_STEPS: Final = {
    "form": "格式",
    "directory": "成员名录",
    "request": "请求",
    "answer": "答复",
    "question": "问题",
    "statement": "声明",
    "log": "日志",
}
Json = Annotated[bool, typer.Option("--json", help="输出 JSON · JSON.")]
evidence = typer.Typer(no_args_is_help=True)
app = typer.Typer()
app.add_typer(evidence, name="evidence", help="证据包 · evidence packages.")


@evidence.callback()
def group() -> None:
    """证据包 · evidence packages."""


@evidence.command("list")
def list_(
    day: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="哪一天，默认今天 · which day; else today."),
    ] = None,
    json: Json = False,
) -> None:
    """列出往来 · List a day's exchanges by the numbers that `export` takes."""
    from points_api import clock
    from points_api.recognitions import evidence as packing

    on = day.date() if day else clock.today()
    found = in_database(prepared().database_url, lambda: packing.newest(on))
    if json:
        print_json([asdict(one) for one in found])
        return
    if not found:
        err.print(f"{on} 没有往来；换一天用 --day (no exchanges on that day: try another)")
    for one in found:
        role = "本市作答 (answered)" if one.role == "home" else "本市询问 (asked)"
        at = one.at.astimezone(clock.LEGAL_ZONE)
        among = "  批量之一 (of a batch)" if one.batch else ""
        say(f"{one.number}  {at:%H:%M:%S}  {role}  {one.partner}  {one.scenario}{among}")


@evidence.command()
def export(
    number: Annotated[
        UUID,
        typer.Argument(help="list 所示的编号 · as `list` shows it."),
    ],
    out: Annotated[
        Path | None, typer.Option(help="存到，默认标准输出 · into this file; else printed.")
    ] = None,
) -> None:
    """导出证据包 · Pack request, answer, directory and our log's proof."""
    import asyncio

    found = asyncio.run(_export(prepared(), number))
    if out is None:
        sys.stdout.buffer.write(found.document)
        sys.stdout.buffer.flush()
    else:
        out.write_bytes(found.document)
    err.print(
        f"日志共 {found.entries} 条；核对：points evidence check FILE --digest {found.digest} "
        f"({found.entries} entries in the log; the digest has to come from the agreement)",
        soft_wrap=True,
    )


@evidence.command()
def check(
    file: Annotated[Path, typer.Argument(help="证据包，- 为标准输入 · the package.")],
    digest: Annotated[str, typer.Option(help="名录首版的摘要 · of the first edition it has.")],
    json: Json = False,
) -> None:
    """离线核对证据包；退出码 0 成立，1 不成立 · Check a package offline; exit 0 it holds, 1 not."""
    from interop import evidence as pure

    document = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    verdict = pure.check(document, digest)
    if json:
        print_json(_document(verdict))
    else:
        _show(verdict)
    if not verdict.holds:
        raise typer.Exit(1)


async def _export(chosen: "Settings", number: UUID) -> "Exported":
    from points_api import clock
    from points_api.crypto.keyring import Keyring
    from points_api.db import config
    from points_api.partners import service
    from points_api.partners.line import open_line
    from points_api.problem import NotFound
    from points_api.recognitions import evidence as packing

    async with config.open(chosen.database_url), open_line() as line:
        exchange = service.compose(chosen, Keyring.from_settings(chosen), line)
        try:
            return await packing.export(exchange, number, ACTOR, clock.now())
        except NotFound:
            fail(f"NUMBER: 没有这次往来 {number} (no exchange of this number)")


def _document(verdict: "Verdict") -> dict[str, Any]:
    return {
        "holds": verdict.holds,
        "steps": [
            {"step": one.name, "refused": one.refused and one.refused.reason}
            for one in verdict.steps
        ],
        "statement": verdict.statement and verdict.statement.model_dump(),
        "logs": list(verdict.logs),
    }


def _show(verdict: "Verdict") -> None:
    for step in verdict.steps:
        say(f"{_STEPS[step.name]} ({step.name})：{_outcome(step)}")
    if verdict.statement is None:
        say("不成立 (does NOT hold)")
        return
    said = verdict.statement
    band = getattr(said, "band", None)
    what = f"等级 (band) {band}" if band else "没有说什么 (nothing of the visitor)"
    logs = "、".join(verdict.logs) or "没有附上 (none shown)"
    say(
        f"成立 (holds)：{said.iss} 答 (told) {said.aud}，场景 (scenario) {said.scope.scenario}："
        f"{what}；日志 (in the log of)：{logs}"
    )


def _outcome(step: "Step") -> str:
    from points_api.cli.refusal_words import in_chinese

    if step.refused is None:
        return "成立 (holds)"
    return f"{in_chinese(step.refused)} ({step.refused})"
