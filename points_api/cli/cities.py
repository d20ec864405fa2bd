"""`points cities`: partner cities, what was agreed, and how a score of one is one of another."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from points_api.cli.terminal import fail, out, print_json, say

if TYPE_CHECKING:
    from interop.cities import City
    from interop.drafting import Draft
    from interop.files import Folder

VERSION: Final = "draft"
METHODS: Final = ("bands", "linear", "equipercentile", "kernel")
cities = typer.Typer(no_args_is_help=True)
app = typer.Typer()
app.add_typer(cities, name="cities", help="互认城市 · partner cities.")

Json = Annotated[bool, typer.Option("--json", help="一个 JSON 值 · one JSON value.")]


@cities.callback()
def group() -> None:
    """互认城市 · partner cities."""


@cities.command("list")
def list_(json: Json = False) -> None:
    """List cities with scale, bands, and on what each figure rests: 城市、分值与出处."""
    from points_api.cli.city_tables import document_of, listing

    folder = _folder()
    if json:
        print_json([document_of(city) for city in folder.cities.values()])
    else:
        out.print(listing(folder.cities.values()))
        say(
            "＊ 假设，非该城市公布 (* our assumption, not published by the city)。"
            "“未证实”：没有材料表明该市已签约 (unconfirmed: no source says that it signed)。"
        )


@cities.command()
def show(
    city: Annotated[str, typer.Argument(help="城市 · a city, as `list` names it.")],
    json: Json = False,
) -> None:
    """Show a city figure by figure, and its agreements: 城市档案，每个数与出处."""
    from interop.divisions import covers
    from points_api.cli.agreement_tables import agreement_document, profile
    from points_api.cli.city_tables import document_of

    folder = _folder()
    found = _city(folder, city)
    its = [
        one
        for one in folder.agreements.values()
        if any(covers(found.division, party.division) for party in one.parties)
    ]
    if json:
        print_json(document_of(found) | {"agreements": [agreement_document(one) for one in its]})
        return
    out.print(profile(found))
    say(found.note)
    for one in its:
        say(f"{one.title.zh} · {one.id}")


@cities.command()
def agreements(json: Json = False) -> None:
    """List agreements and the counties' pilots, each party with its mark: 协议与县市试点."""
    from points_api.cli.agreement_tables import agreement_document, agreement_tables

    found = _folder().agreements.values()
    if json:
        print_json([agreement_document(one) for one in found])
        return
    for grid in agreement_tables(found):
        out.print(grid)
    say("“未证实”：没有材料表明其已签约 (unconfirmed: no source says that it signed)。")


@cities.command()
def link(
    source: Annotated[str, typer.Argument(help="从哪个城市 · the city the score is from.")],
    target: Annotated[str, typer.Argument(help="到哪个城市 · the city of the scale wanted.")],
    method: Annotated[
        str, typer.Option(help="bands、linear、equipercentile 或 kernel · the method.")
    ] = "bands",
    resamples: Annotated[
        int, typer.Option(min=0, max=10_000, help="自助法次数 · bootstrap error; 0: formula only.")
    ] = 0,
    json: Json = False,
    picture: Annotated[
        Path | None, typer.Option(help="画成 SVG 存到 · draw it into this SVG file.")
    ] = None,
) -> None:
    """Draft the table from one city's scores to another's, with its error: 分值换算表草案."""
    from points_api.cli.city_tables import link_document, link_tables

    drafted, ends = _drafted(source, target, method, resamples)
    told = link_document(drafted, *ends)
    if picture is not None:
        from points_api.cli.link_picture import draw

        picture.write_text(draw(told), "utf-8")
    if json:
        print_json(told)
        return
    for part in link_tables(told):
        if isinstance(part, str):
            say(part)
        else:
            out.print(part)


def _drafted(
    source: str, target: str, method: str, resamples: int
) -> tuple["Draft", tuple["City", "City"]]:
    from datetime import timedelta

    from interop.drafting import Order, draft
    from interop.tables import METHODS as KNOWN
    from points_api.clock import today

    folder = _folder()
    if source == target:
        fail("FROM 与 TO 须是两个城市 (two different cities are needed)")
    ends = _city(folder, source), _city(folder, target)
    chosen = next((one for one in KNOWN if one == method), None)
    if chosen is None:
        fail(f"--method: 没有 {method}，可用 {'、'.join(METHODS)} (one of these)")
    agreement = folder.between(*ends)
    if agreement is None:
        fail("两城之间没有带等级对照的协议 (no agreement with a ladder of bands between them)")
    day = today()
    order = Order(chosen, VERSION, day, day, day + timedelta(days=365), resamples)
    try:
        return draft(*ends, agreement, order), ends
    except ValueError as error:
        fail(f"{method} 用不上：{error}；请换一种 --method (choose another method)", 1)


def _city(folder: "Folder", name: str) -> "City":
    if name not in folder.cities:
        known = "、".join(folder.cities)
        fail(f"没有城市 {name}，有 {known} (no such city; there are these)")
    return folder.cities[name]


def _folder() -> "Folder":
    from interop import files

    try:
        return files.load()
    except files.InteropError as error:
        fail(str(error), 1)
