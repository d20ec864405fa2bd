"""`points federation up`: ten cities on this machine, each the same program with its own data."""

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from points_api.cli.conformance import conformance
from points_api.cli.terminal import err, fail, out, print_json, progress, say

if TYPE_CHECKING:
    from points_api.federation.places import Place
    from points_api.federation.running import Running
    from points_api.federation.wire import Tap

FOLDER: Final = Path("var/federation")
federation = typer.Typer(no_args_is_help=True)
app = typer.Typer()
app.add_typer(federation, name="federation", help="十城市互认 · ten cities on one machine.")
federation.command()(conformance)


@federation.callback()
def group() -> None:
    """十城市互认 · ten cities on one machine."""


@federation.command()
def up(
    cities: Annotated[int, typer.Option(min=2, max=10, help="城市数 · how many cities.")] = 10,
    counties: Annotated[
        int | None,
        typer.Option(min=0, max=6, help="县市试点的几方 · parties of the counties' pilots."),
    ] = None,
    people: Annotated[int, typer.Option(min=1, max=5000, help="每城人数 · people in each.")] = 30,
    base_port: Annotated[
        int, typer.Option(min=1024, max=65_520, help="第一个端口 · port of the first.")
    ] = 8100,
    check: Annotated[
        bool,
        typer.Option("--check", help="走遍每一对，打印矩阵，停止 · try every pair, then stop."),
    ] = False,
    no_serve: Annotated[
        bool, typer.Option("--no-serve", help="只造城市，不开服务 · only make the cities.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON · one JSON object.")] = False,
    folder: Annotated[
        Path, typer.Option(help="新的，或上次的 · a new folder, or that of a federation before.")
    ] = FOLDER,
) -> None:
    """十城市，各自的分、密钥和数据库 · Make the cities anew, serve them until stopped.

    加 --check：每座城市的访客走遍其余各城和县市试点；有一次被拒，退出码 1。

    With --check a visitor goes from each to each other, counties included; 1 where one is refused.
    """
    from points_api.federation.places import places
    from points_api.settings import load

    if load().env == "production":
        fail("演示城市不得进入生产环境 (demo cities are refused in production)")
    if check and no_serve:
        fail("--check 要城市开着，不能与 --no-serve 同用 (--check needs the cities to be served)")
    of_pilots = counties if counties is not None else 6 if check else 0
    chosen = places(folder, cities, base_port, of_pilots)
    if not no_serve:
        _check_ports(chosen)
    _clear(folder)
    work = (
        _check(chosen, people, as_json=as_json)
        if check
        else _up(chosen, people, serve=not no_serve, as_json=as_json)
    )
    # To be stopped is how serving ends; a check has then not been made.
    raise typer.Exit(asyncio.run(_until_stopped(work, 1 if check else 0)))


async def _until_stopped(work: Coroutine[Any, Any, int], code: int) -> int:
    from points_api.federation.check import NobodyTravels
    from points_api.federation.running import CityDown
    from points_api.jobs.stopping import until_stopped

    with until_stopped():
        try:
            code = await work
        except (CityDown, NobodyTravels) as error:
            err.print(str(error), markup=False, soft_wrap=True)
            code = 2
    return code


@federation.command()
def admit(
    member: Annotated[Path, typer.Argument(help="成员，JSON 文件 · the member, a JSON file.")],
    folder: Annotated[Path, typer.Option(help="联邦的文件夹 · the federation's.")] = FOLDER,
) -> None:
    """列入名录 · List a member in the next edition of the directory, yours in a city's place."""
    from interop.canonical import parse
    from interop.refusals import Refused
    from points_api import clock
    from points_api.federation import membership

    try:
        trusted = membership.admit(folder, parse(member.read_bytes()), clock.now())
    except KeyError as missing:
        fail(
            f"{member}: 缺少 {missing}，请照 docs/joining.md 的样子补上 "
            "(missing; add it as docs/joining.md shows)"
        )
    except (Refused, TypeError) as refused:
        fail(f"{member}: 不能列入 (cannot be listed): {refused}")
    say(
        f"名录第 {trusted.directory.version} 期，各城市半分钟内看到 "
        f"(edition {trusted.directory.version}; the cities see it within half a minute)\n"
        f"原来在这个代码下的城市不再被找到；要它回来，请删去 {folder} 重新启动联邦 "
        f"(a city that was listed under this code is not found any more; to have it back, delete "
        f"{folder} and start anew)"
    )


async def _up(places: "list[Place]", people: int, *, serve: bool, as_json: bool) -> int:
    """Make and start all, tell about them, watch them; the exit code."""
    async with _running(places, people, serve=serve) as (running, told):
        print_json(told) if as_json else show(told, places, serve=serve)
        return await _watched(running) if serve else 0


async def _check(places: "list[Place]", people: int, *, as_json: bool) -> int:
    """Make and start all, a tap in front of each, try every pair, tell about it; the exit code."""
    from points_api.cli.federation_check import document, show
    from points_api.federation.check import check

    async with _tapped(places) as (tapped, taps), _running(tapped, people, serve=True) as (_, told):
        with progress("访客 visitors", in_pipe=True) as meter:
            verdict = await check(tapped, taps, meter)
        print_json(told | {"check": document(verdict)}) if as_json else show(tapped, verdict, told)
        return 0 if verdict.holds else 1


@asynccontextmanager
async def _tapped(places: "list[Place]") -> "AsyncIterator[tuple[list[Place], list[Tap]]]":
    """The places as the directory is to list them, and who reads along in front of each."""
    from points_api.federation.wire import Tap

    taps = [Tap(place.port) for place in places]
    try:
        ports = [await tap.open() for tap in taps]
        yield [replace(one, listed=port) for one, port in zip(places, ports, strict=True)], taps
    finally:
        for tap in taps:
            await tap.close()


@asynccontextmanager
async def _running(
    places: "list[Place]", people: int, *, serve: bool
) -> "AsyncIterator[tuple[Running, dict[str, Any]]]":
    """All of them made and, with `serve`, up; they are stopped at the end."""
    from points_api import clock
    from points_api.federation import membership
    from points_api.federation.report import report
    from points_api.federation.running import Running, start

    began, running, folder = perf_counter(), Running(), places[0].shared
    try:
        for place in places:
            place.prepare()
        trusted = membership.write_directory(folder, places, clock.now())
        tables = membership.write_tables(folder / "tables", places, clock.today())
        with progress("城市 cities", in_pipe=True) as meter:
            await start(running, places, people, meter, serve=serve)
        yield running, report(folder, trusted, tables, places, perf_counter() - began)
    finally:
        await running.stop()


async def _watched(running: "Running") -> int:
    """Until all have ended, which is a fault: they run until they are stopped."""

    def tell(name: str, code: int) -> None:
        err.print(f"{name} 自行退出，代码 {code} (has ended by itself)", markup=False)

    await running.watch(tell)
    return 1


def _clear(folder: Path) -> None:
    """Make room; what is no federation's is not touched."""
    if folder.exists() and any(folder.iterdir()) and not (folder / "root").is_dir():
        fail(f"{folder}: 已有别的内容，请换一个文件夹 (holds something else: choose another)")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


def _check_ports(places: "list[Place]") -> None:
    for place in places:
        try:
            socket.create_server(("127.0.0.1", place.port)).close()
        except OSError:
            fail(
                f"端口 {place.port} 已被占用，请换 --base-port "
                f"(port {place.port} is taken: choose another --base-port)"
            )


def show(told: dict[str, Any], places: "list[Place]", *, serve: bool) -> None:
    """For a person: the cities, where they are, and whom to sign in as."""
    from rich.table import Table

    table = Table()
    for heading in ("城市 city", "积分 score", "地址 address", "登录 demo logins"):
        # No mark may be cut off, and an address has to be copied.
        table.add_column(heading, overflow="fold", no_wrap=heading.startswith("地址"))
    for city, place in zip(told["cities"], places, strict=True):
        bands = {band.id: f"{band.name.zh} {band.name.en}" for band in place.city.bands}
        logins = "\n".join(
            f"{one['code']} {one['score']} {bands[one['band']]}"
            for one in city["logins"]
            if one["band"]
        )
        table.add_row(
            f"{city['id']}\n{city['name']}",
            f"{city['score_name']}{_star(city['score_basis'])}\n"
            f"{city['scale']}{_star(city['scale_basis'])}",
            city["address"] if serve else "–",
            logins,
        )
    out.print(table)
    say(
        "＊ 假设，非该城市公布 (* our assumption)。各市积分卡的分值都是假设，黄石的是参考方案 "
        "(all weights are assumed, those of Huangshi a reference)。"
        "“未证实”：没有材料表明该市已签约 (unconfirmed: no source says that it signed)。"
    )
    say(
        f"名录第 {told['edition']} 期 (directory, edition): {told['directory']}，"
        f"等级对照表 {told['tables']} 份，双方签名 (band tables, signed by both)，"
        f"{told['seconds']} 秒 (seconds)"
    )
    if serve:
        say("Ctrl+C 停止全部 (stops them all)")


def _star(basis: str) -> str:
    return "＊" if basis == "assumption" else ""
