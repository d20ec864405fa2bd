"""`points federation up`: ten cities on this machine, each the same program with its own data."""

import asyncio
import shutil
import socket
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from points_api.cli.conformance import conformance
from points_api.cli.terminal import err, fail, out, print_json, say

if TYPE_CHECKING:
    from points_api.federation.places import Place
    from points_api.federation.running import Running

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
    people: Annotated[int, typer.Option(min=1, max=5000, help="每城人数 · people in each.")] = 30,
    base_port: Annotated[
        int, typer.Option(min=1024, max=65_526, help="第一个端口 · port of the first.")
    ] = 8100,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Only make the cities.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    folder: Annotated[
        Path, typer.Option(help="新的，或上次的 · a new folder, or that of a federation before.")
    ] = FOLDER,
) -> None:
    """Make the cities anew, serve them until stopped: 十城市，各自的分、密钥和数据库."""
    from points_api.federation.places import places
    from points_api.settings import load

    if load().env == "production":
        fail("演示城市不得进入生产环境 (demo cities are refused in production)")
    chosen = places(folder, cities, base_port)
    if not no_serve:
        _check_ports(chosen)
    _clear(folder)
    raise typer.Exit(asyncio.run(_up(chosen, people, serve=not no_serve, as_json=as_json)))


@federation.command()
def admit(
    member: Annotated[Path, typer.Argument(help="成员，JSON 文件 · the member, a JSON file.")],
    folder: Annotated[Path, typer.Option(help="联邦的文件夹 · the federation's.")] = FOLDER,
) -> None:
    """List a member in the next edition of the directory, yours in a city's place: 列入名录."""
    from interop.canonical import parse
    from interop.refusals import Refused
    from points_api import clock
    from points_api.federation import membership

    try:
        trusted = membership.admit(folder, parse(member.read_bytes()), clock.now())
    except (Refused, TypeError, KeyError) as refused:
        fail(f"{member}: 不能列入 (cannot be listed): {refused}")
    say(
        f"名录第 {trusted.directory.version} 期，各城市半分钟内看到 "
        f"(edition {trusted.directory.version}; the cities see it within half a minute)"
    )


async def _up(places: "list[Place]", people: int, *, serve: bool, as_json: bool) -> int:
    """Make and start all, tell about them, watch them; the exit code."""
    from points_api import clock
    from points_api.federation import membership
    from points_api.federation.report import report
    from points_api.federation.running import CityDown, Running, start
    from points_api.jobs.stopping import until_stopped

    began, running, folder, code = perf_counter(), Running(), places[0].shared, 0
    with until_stopped():
        try:
            for place in places:
                place.prepare()
            trusted = membership.write_directory(folder, places, clock.now())
            tables = membership.write_tables(folder / "tables", places, clock.today())
            await start(running, places, people, serve=serve)
            told = report(folder, trusted, tables, places, perf_counter() - began)
            print_json(told) if as_json else _show(told, serve=serve)
            if serve:
                code = await _watched(running)
        except CityDown as error:
            err.print(str(error), markup=False, soft_wrap=True)
            code = 2
        finally:
            await running.stop()
    return code


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


def _show(told: dict[str, Any], *, serve: bool) -> None:
    from rich.table import Table

    table = Table()
    for heading in ("城市 city", "积分 score", "地址 address", "登录 demo logins"):
        # No mark may be cut off, and an address has to be copied.
        table.add_column(heading, overflow="fold", no_wrap=heading.startswith("地址"))
    for city in told["cities"]:
        logins = "\n".join(
            f"{one['code']} {one['score']} {one['band']}" for one in city["logins"] if one["band"]
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
