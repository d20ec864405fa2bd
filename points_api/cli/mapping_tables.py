"""`points cities tables`: the tables that both cities sign, from a draft to being in force.

Either city drafts, each signs the same file, one after the other, and each takes in what both have
signed.
"""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from points_api.cli.terminal import err, fail, out, print_json, say

if TYPE_CHECKING:
    from interop.refusals import Refused
    from interop.tables import Table
    from points_api.partners.service import Exchange
    from points_api.partners.tables import Desk
    from points_api.settings import Settings

tables = typer.Typer(no_args_is_help=True)
DAY = ["%Y-%m-%d"]
Json = Annotated[bool, typer.Option("--json", help="一个 JSON 值 · one JSON value.")]
Named = Annotated[str, typer.Argument(help="文件，或已收下的编号 · a file, or a stored id.")]

MENDS = {
    "malformed": "不是换算表文件，请向对方重新索取 (no table's file: ask for it again)",
    "bad-signature": "缺签名或签名不成立，请双方用 tables sign 签同一份 (both sign the same draft)",
    "unlisted-peer": "对方不在成员名录中，先取新一期名录 (get the newest edition of the directory)",
    "unknown-key": "签名用的密钥当日不在名录中，请用名录中的密钥重签 (sign by a listed key)",
    "dates-out-of-order": "日期须依次为制表、签署、生效、失效 (made, signed, in force, ended)",
    "expired": "已过失效日，请签新的一版 (its term is over: sign a new version)",
    "from-the-future": "签署日还没有到，请核对日期 (signed on a day to come: check the dates)",
    "terms-overlap": "与已有的表重叠过多：并行最多两份、最多 92 天 (two at a time, for 92 days)",
    "version-taken": "这个版本号已是另一份表，请换版本号重签 (choose another version)",
    "scale-mismatch": "分值范围或等级与城市资料不符，请按现行资料重制 (draft it by the profiles)",
    "not-ours": "本市不是这份表的一方 (this city is no party of it)",
}


@tables.callback()
def group() -> None:
    """双方签名的换算表 · tables signed by both cities."""


@tables.command()
def draft(
    source: Annotated[str, typer.Argument(help="从哪个城市 · the city the score is from.")],
    target: Annotated[str, typer.Argument(help="到哪个城市 · the city of the scale wanted.")],
    file: Annotated[Path, typer.Option("--out", help="写到 · the file to write.")],
    version: Annotated[str, typer.Option(help="版本号 · its version.")],
    method: Annotated[
        str, typer.Option(help="bands、linear、equipercentile 或 kernel · the method.")
    ] = "bands",
    since: Annotated[
        datetime | None, typer.Option(formats=DAY, help="生效日 · in force from; else today.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=DAY, help="失效日 · its last day; else a year.")
    ] = None,
) -> None:
    """起草一份表 · Write a draft that both cities can sign."""
    from points_api.cli.drafts import drafted, order

    first, last = (day.date() if day else None for day in (since, until))
    made, _ = drafted(source, target, method, order(version, since=first, until=last))
    _write(file, made.table)
    say(f"{made.table.header.id} {made.table.digest}\n{file}：待双方签名 (both cities are to sign)")


@tables.command()
def take(
    files: Annotated[list[Path], typer.Argument(help="双方签过的表 · signed by both cities.")],
) -> None:
    """收下双方签过的表，全收或全不收 · Take tables in, all or none; again changes nothing."""
    from points_api.cli.service import prepared

    chosen = prepared()
    new = _run(chosen, lambda exchange: _take(exchange, [_table(file) for file in files]))
    known = len(files) - new
    say(f"收下 {new} 份，已有 {known} 份 ({new} taken in, {known} there already)")


async def _take(exchange: "Exchange", offered: "list[Table]") -> int:
    from points_api import clock
    from points_api.partners import tables as service
    from points_api.partners.problems import TablesRefused

    try:
        return await service.take(offered, await _desk(exchange), "office:cli", clock.now())
    except TablesRefused as refused:
        for fault in refused.faults:
            _tell(fault.table, fault.refused)
        fail("一份也没有收 (none was taken in)")


@tables.command("list")
def list_(json: Json = False) -> None:
    """已收下的表 · List the tables taken in, and which of them decide today."""
    from points_api.cli.mapping_table_views import document, listing
    from points_api.cli.service import prepared
    from points_api.clock import today
    from points_api.partners import tables as service

    rows = [document(one, today()) for one in _run(prepared(), lambda _: service.stored())]
    print_json(rows) if json else out.print(listing(rows))


@tables.command()
def show(table: Named, json: Json = False) -> None:
    """看一份表 · Show a table: its term, signatures and thresholds."""
    from interop.table_signatures import signed_document
    from points_api.cli.mapping_table_views import shown

    found = _found(table)
    if json:
        print_json(signed_document(found) | {"digest": found.digest})
    else:
        out.print(shown(found))


@tables.command()
def sign(
    file: Annotated[Path, typer.Argument(help="草案，或对方签过的 · a draft, or signed by them.")],
    target: Annotated[
        Path | None, typer.Option("--out", help="写到，默认原处 · where to; else in its place.")
    ] = None,
) -> None:
    """签本市这一半 · Sign our half, with our key of the directory."""
    from points_api.cli.service import prepared

    signed = _run(prepared(), lambda exchange: _signed(exchange, _table(file)))
    where = target or file
    _write(where, signed)
    lacking = [
        city
        for city, one in zip(
            (signed.header.source, signed.header.target), signed.signatures, strict=True
        )
        if one is None
    ]
    after = f"还差 {lacking[0]} ({lacking[0]} has to sign)" if lacking else "双方已签 (both signed)"
    say(f"{signed.header.id} {signed.digest}\n{where}：{after}")


async def _signed(exchange: "Exchange", table: "Table") -> "Table":
    from interop.refusals import Refused
    from interop.table_signatures import sign
    from points_api import clock
    from points_api.partners import tables as service

    now, desk = clock.now(), await _desk(exchange)
    try:
        service.check_for_signing(table, desk, now)
        signer = exchange.keys.signer(desk.members, "statement")
        return sign(table, desk.own, signer, clock.day_of(now))
    except Refused as refused:
        _tell(table.header.id, refused)
        fail("没有签 (not signed)")
    except ValueError as error:
        fail(f"{table.header.id}: {error}；没有签 (not signed)")


@tables.command()
def compare(
    old: Named,
    new: Named,
    visits: Annotated[
        bool, typer.Option("--visits", help="按并行期的访客 · by the visits of the dual run.")
    ] = False,
    json: Json = False,
) -> None:
    """新旧表对照，谁会变等级 · Tell who would be in another band by the new table."""
    from points_api.cli.drafts import city_of, folder
    from points_api.cli.mapping_table_views import compared, comparison

    pair = _found(old), _found(new)
    heads = [one.header for one in pair]
    if len({(head.source, head.target) for head in heads}) > 1:
        fail("两份表须是同一方向 (two tables of one direction are needed)")
    known = folder()
    source, target = (city_of(known, name) for name in (heads[0].source, heads[0].target))
    told = comparison(*pair, (source, target), _visited(*pair) if visits else None)
    print_json(told) if json else out.print(compared(told))


def _visited(old: "Table", new: "Table") -> "list[tuple[str | None, str | None, int]]":
    from points_api.cli.service import prepared
    from points_api.recognitions.side_by_side import moves

    found: list[tuple[str | None, str | None, int]] = _run(
        prepared(), lambda _: moves(old.header.id, new.header.id)
    )
    return found


def _found(name: str) -> "Table":
    """The table of a file, else the stored one of this id."""
    if Path(name).is_file():
        return _table(Path(name))
    from points_api.cli.service import prepared
    from points_api.partners import tables as service

    table: Table | None = _run(prepared(), lambda _: service.named(name))
    if table is None:
        fail(f"{name}: 没有这个文件，也没有这份表，见 tables list (no such file, nor a stored id)")
    return table


def _table(file: Path) -> "Table":
    from interop.canonical import parse
    from interop.refusals import Refused
    from interop.table_signatures import from_signed_document

    try:
        return from_signed_document(parse(file.read_bytes()))
    except Refused as refused:
        _tell(str(file), refused)
        fail("没有处理 (nothing was done)")


def _write(file: Path, table: "Table") -> None:
    import json

    from interop.table_signatures import signed_document

    file.write_text(json.dumps(signed_document(table), ensure_ascii=False), "utf-8")


def _tell(what: str, refused: "Refused") -> None:
    mend = MENDS.get(refused.reason, str(refused))
    err.print(f"{what}: {refused.reason}：{mend}", markup=False, soft_wrap=True)


async def _desk(exchange: "Exchange") -> "Desk":
    from points_api import clock
    from points_api.partners.tables import Desk

    own = exchange.profiles.own
    if own is None:
        fail("POINTS_CITY: 没有这个城市的资料 (no profile of this city)")
    members = await exchange.directory.members(clock.now())
    return Desk(own, exchange.profiles.folder.cities, members)


def _run(settings: "Settings", work: Any) -> Any:
    """Do something with the database open and the exchange put together."""
    from points_api.cli.database import in_database
    from points_api.crypto.keyring import Keyring
    from points_api.partners import service
    from points_api.partners.line import open_line

    async def with_exchange() -> Any:
        async with open_line() as line:
            exchange = service.compose(settings, Keyring.from_settings(settings), line)
            return await work(exchange)

    return in_database(settings.database_url, with_exchange)
