"""`points federation conformance`: test any city's exchange as a partner would meet it."""

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.markup import escape

from points_api.cli.terminal import err, fail, out, print_json, progress, say

if TYPE_CHECKING:
    from points_api.federation.conformance.checks import Found
    from points_api.federation.conformance.kit import Result
    from points_api.federation.conformance.party import Party

MARKS = {"passed": "✓", "failed": "✗", "skipped": "–"}


def conformance(
    url: Annotated[str, typer.Argument(help="受测城市的地址 · the tested city's address.")],
    place: Annotated[
        Path | None,
        typer.Option("--as", help="以 make federation 的一座城市 · as a city, FOLDER/city."),
    ] = None,
    directory: Annotated[
        Path | None, typer.Option(help="名录首版文件 · first edition of the directory.")
    ] = None,
    digest: Annotated[str, typer.Option(help="首版摘要 · its digest; else beside it.")] = "",
    key: Annotated[
        Path, typer.Option(help="钥匙的文件夹，没有就造 · folder of our key, made if missing.")
    ] = Path("var/conformance"),
    division: Annotated[
        str, typer.Option(help="我方区划代码，用于列入名录 · our division, to be listed.")
    ] = "999999",
    visit: Annotated[
        str | None,
        typer.Option(
            metavar="SCENARIO:CODE", help="访客出示的码 · a code, for a real recognition."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON · one JSON object.")] = False,
) -> None:
    """互认接口符合性检测 · Play a partner against a city, ours or any other program's.

    退出码：0 全部通过（跳过的会说明）或已说明怎样列入名录，1 有未通过的，2 没能开始。

    Exit codes: 0 all passed (skipped checks are told) or told what to list, 1 something failed, 2
    could not begin, such as where nobody answers.
    """
    from points_api.federation.conformance.checks import Found
    from points_api.federation.conformance.kit import report
    from points_api.federation.conformance.party import PartyError

    scenario, _, code = (visit or ":").partition(":")
    if visit and not (scenario and code):
        fail("--visit: 写成 场景:码 (write it as SCENARIO:CODE)")
    try:
        party = _party(url, place, directory, digest, key, division)
    except PartyError as error:
        fail(str(error))
    results = asyncio.run(_run(party, Found(code=code or None, scenario=scenario or None)))
    print_json(report(party, results)) if as_json else _show(party, results)
    raise typer.Exit(1 if any(one.outcome == "failed" for one in results) else 0)


def _party(
    url: str, place: Path | None, directory: Path | None, digest: str, key: Path, division: str
) -> "Party":
    from points_api import clock
    from points_api.crypto import key_files
    from points_api.federation.conformance import party

    if place and not (place / "city.env").is_file():
        _no_city(place)
    now = clock.now()
    first = directory or (place.parent / "directory.json" if place else None)
    if first is None or not (place or (key / key_files.PRIVATE).exists()):
        _tell_entry(key, division)
    members = party.members_of(first, digest, now)
    signer = party.signer_of_place(place) if place else party.signer_of_key(key, members)
    return party.Party(signer, party.member_at(members, url), members)


def _no_city(place: Path) -> NoReturn:
    """Say how there comes to be a city, or which there are."""
    there = ", ".join(str(one.parent) for one in sorted(place.parent.glob("*/city.env")))
    fail(
        f"--as: {place} 不是 make federation 的城市，有 (no city of it; there are): {there}"
        if there
        else f"--as: {place} 还没有城市，请先开着 make federation (no city yet: start it first)"
    )


def _tell_entry(key: Path, division: str) -> NoReturn:
    """Print what has to be listed, and end: this is the first of the two runs."""
    from points_api import clock
    from points_api.federation.conformance.party import to_be_listed

    entry = to_be_listed(key, division, "https://conformance.invalid", clock.now())
    out.print_json(json.dumps(entry, ensure_ascii=False))
    err.print(
        f"钥匙在 {key}。请把上面的成员列入受测城市的名录，再加 --directory 运行一次 "
        f"(the key is in {key}. Let the tested city's directory list this member, then run again "
        "with --directory)",
        soft_wrap=True,
    )
    raise typer.Exit


async def _run(party: "Party", found: "Found") -> "list[Result]":
    from points_api.federation.conformance.desk import Unreached, http_client
    from points_api.federation.conformance.kit import WAIT_SECONDS, listed, run

    number = party.members.version

    def waits() -> None:
        err.print(
            f"受测城市还不认识我方的钥匙，等它读到第 {number} 期名录，最多 {WAIT_SECONDS} 秒 "
            "(the tested city does not know our key yet: waiting until it has read edition "
            f"{number} of the directory, for {WAIT_SECONDS} s at most)",
            soft_wrap=True,
        )

    async with http_client() as http:
        try:
            known = await listed(party, http, waits)
        except Unreached:
            fail(
                f"{party.tested.address} 没有应答，什么也没有检测：请核对地址，并确认受测城市开着 "
                "(nobody answers, so nothing was checked: check the address, and that the tested "
                "city is up)"
            )
        if not known:
            fail(
                f"受测城市仍不认识我方的钥匙：请让它取第 {number} 期名录，再运行一次 "
                "(the tested city still does not know our key: let it take edition "
                f"{number} of the directory, then run again)"
            )
        with progress("符合性检测") as meter:
            return await run(party, http, found, meter)


def _show(party: "Party", results: "list[Result]") -> None:
    from rich.table import Table

    table = Table(title=f"{party.tested.name_en} {party.tested.address}")
    for heading in ("", "检查 check", "期望 expected", "依据 basis"):
        table.add_column(heading, overflow="fold")
    for one in results:
        table.add_row(
            MARKS[one.outcome], escape(f"{one.id}\n{one.title} · {one.title_en}"),
            escape(f"{one.expected}\n{one.expected_en}"), one.basis,
        )  # fmt: skip
    out.print(table)
    for one in results:
        if one.outcome == "skipped":
            say(f"– {one.id}: 需要 {one.why} (needs {one.why_en})")
        if one.outcome == "failed":
            _show_fault(one)
    counted = [sum(one.outcome == outcome for one in results) for outcome in MARKS]
    say("通过 {} · 未通过 {} · 跳过 {} (passed, failed, skipped)".format(*counted))


def _show_fault(one: "Result") -> None:
    told = f"✗ {one.id}: 应当：{one.why} (should be so: {one.why_en}); {one.basis}"
    err.print(told, markup=False, soft_wrap=True)
    for exchange in one.sent:
        err.print(json.dumps(exchange, ensure_ascii=False), markup=False, soft_wrap=True)
