"""`points demo`: a demo city from agency files to served scores, in one command."""

import asyncio
import os
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlencode

import typer
from rich.table import Table

from points_api.cli.terminal import fail, out, print_json, progress

if TYPE_CHECKING:
    from points_api.demo.city import DemoCity
    from points_api.settings import Settings

app = typer.Typer()
FOLDER = Path("var/demo")


@app.command()
def demo(
    people: Annotated[int, typer.Option(min=1, max=100_000, help="人数 how many people.")] = 300,
    seed: Annotated[int, typer.Option(min=0, help="同一种子，同一城市 same seed, same city.")] = 1,
    port: Annotated[int, typer.Option(min=1, max=65_535)] = 8000,
    no_serve: Annotated[
        bool, typer.Option("--no-serve", help="只造城市，不开服务 · only make the city.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON · one JSON object.")] = False,
    folder: Annotated[
        Path, typer.Option(help="新的，或上次的演示 · a new folder, or that of a demo before.")
    ] = FOLDER,
    tables: Annotated[
        Path | None, typer.Option(help="与他市签好的换算表 · tables signed with other cities.")
    ] = None,
) -> None:
    """演示城市 · Make a demo city, take its files in, score everybody, serve it."""
    from points_api.cli.service import prepared, require_free, run_server
    from points_api.demo.partners import files_of
    from points_api.settings import load

    if load().env == "production":
        fail("演示城市不得进入生产环境 (the demo city is refused in production)")
    if not no_serve:
        require_free("127.0.0.1", port)
    _clear(folder)
    os.environ.setdefault("POINTS_DATABASE_URL", f"sqlite://{folder}/points.db")
    settings = prepared(to_run=not no_serve)
    files = files_of(settings.city, tables) if tables else []
    signed = [file.read_bytes() for file in files]
    city = asyncio.run(_make(settings, folder, (people, seed), signed))
    if as_json:
        print_json(
            _summary(city)
            | {"officer": _officer(settings, city), "merchant": _merchant(city)}
            | {"visit": asdict(city.visit) if city.visit else None}
        )
    else:
        _show(city, _officer(settings, city), _band_names(settings), seed)
        if not no_serve:
            _show_addresses(city, f"http://127.0.0.1:{port}")
    if city.unexpected:
        fail(
            "\n".join(["拒收的行与故意写错的行不一致 (refused rows differ):", *city.unexpected]), 1
        )
    if not no_serve:
        run_server(settings, "127.0.0.1", port)


def _clear(folder: Path) -> None:
    """Make room for the city; what is no demo's is not touched."""
    if folder.exists() and any(folder.iterdir()) and not (folder / "files").is_dir():
        fail(f"{folder}: 已有别的内容，请换一个文件夹 (holds something else: choose another)")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


async def _make(
    settings: "Settings", folder: Path, crowd: tuple[int, int], tables: list[bytes]
) -> "DemoCity":
    from points_api.composition import composed
    from points_api.demo.city import make_city
    from points_api.demo.partners import take_tables

    with progress("演示城市") as meter:
        async with composed(settings) as parts:
            city = await make_city(folder / "files", *crowd, parts, meter)
            if tables:
                await take_tables(tables, parts.exchange)
            return city


def _summary(city: "DemoCity") -> dict[str, Any]:
    names = ("people", "records", "accepted", "rejected", "scored", "bands", "scenarios")
    document = {name: getattr(city, name) for name in names}
    return document | {
        "joined": city.joined,
        "unexpected": city.unexpected,
        "logins": [asdict(login) for login in city.logins],
    }


def _officer(settings: "Settings", city: "DemoCity") -> dict[str, str]:
    from points_api.auth.identity import issuer_of
    from points_api.demo.officer import LOGIN
    from points_api.officers import totp

    uri = totp.uri(city.officer.secret, LOGIN, issuer_of(settings))
    return {"login": LOGIN, "password": city.officer.password, "otpauth": uri}


def _show_visit(city: "DemoCity") -> None:
    from scenarios.words import yuan

    if (visit := city.visit) is None:
        return
    out.print(
        f"{visit.login} 有 {visit.open_scenarios}/{visit.scenarios} 个场景开放；用了一次 "
        f"{visit.scenario}：出码 → 核验 → 兑现 → 对账，{yuan(visit.amount_fen)} 元优惠 "
        f"{yuan(visit.benefit_fen)} 元，市里结给商户 {yuan(visit.owed_fen)} 元 "
        "(a resident's open scenarios, and one use: code, verification, redemption, statement)"
    )


def _merchant(city: "DemoCity") -> dict[str, Any]:
    made = city.merchant
    return {
        "client_id": made.client_id,
        "key": str(made.key),
        "scenarios": list(made.scenarios),
    }


def _band_names(settings: "Settings") -> dict[str, str]:
    from points_api import clock
    from points_api.city import load_city

    bands = load_city(settings.data_dir).scorecard(clock.today()).bands
    return {band.id: f"{band.name} {band.name_en}" for band in bands}


def _show(city: "DemoCity", officer: dict[str, str], bands: dict[str, str], seed: int) -> None:
    out.print(
        f"{city.people} 人，{city.records} 条记录：收下 {city.accepted} 行，另有 {city.rejected} 行"
        f"故意写错，都被拒收，{city.joined} 人加入并算出积分 ({city.people} people, {city.records} "
        f"records: {city.accepted} rows taken in; {city.rejected} more were spoiled on purpose and "
        "refused; "
        f"{city.joined} have joined and are scored)",
        soft_wrap=True,
    )
    table = Table("登录 code", "分 score", "等级 band", "")
    for login in city.logins:
        joins = f"未加入，可试 may join: {login.name} {login.id_number}" if login.name else ""
        band = bands[login.band] if login.band else "–"
        table.add_row(login.code, login.score or "–", band, joins)
    out.print(table)
    out.print(
        f"工作人员 (officer, demo only)：{officer['login']} {officer['password']}，"
        f"验证码 (code): points officers demo-code --seed {seed}",
        soft_wrap=True,
    )
    out.print(officer["otpauth"], soft_wrap=True)
    out.print(
        f"{city.scenarios} 个场景已发布 (scenarios published)；演示商户 (demo merchant): "
        f"{city.merchant.client_id}，私钥 (key): {city.merchant.key}",
        soft_wrap=True,
    )
    _show_visit(city)


def _show_addresses(city: "DemoCity", address: str) -> None:
    named = urlencode(
        {"merchant": city.merchant.merchant_id, "scenario": city.merchant.scenarios[0]}
    )
    out.print(f"离线核验页 (the offline check): {address}/verify?{named}", soft_wrap=True)
    out.print(f"{address}  （Ctrl+C 停止 stops it）")
