"""`points cities`: partner cities, what was agreed, and how a score of one is one of another."""

from pathlib import Path
from typing import Annotated, Final

import typer

from points_api.cli.directory import changes
from points_api.cli.drafts import city_of, drafted, folder, order
from points_api.cli.mapping_tables import tables
from points_api.cli.terminal import out, print_json, say

VERSION: Final = "draft"
cities = typer.Typer(no_args_is_help=True)
app = typer.Typer()
app.add_typer(cities, name="cities", help="互认城市 · partner cities.")
cities.command()(changes)
cities.add_typer(tables, name="tables", help="双方签名的换算表 · tables signed by both.")

Json = Annotated[bool, typer.Option("--json", help="一个 JSON 值 · one JSON value.")]


@cities.callback()
def group() -> None:
    """互认城市 · partner cities."""


@cities.command("list")
def list_(json: Json = False) -> None:
    """城市、分值与出处 · List cities with scale, bands, and on what each figure rests."""
    from points_api.cli.city_tables import document_of, listing

    known = folder()
    if json:
        print_json([document_of(city) for city in known.cities.values()])
    else:
        out.print(listing(known.cities.values()))
        say(
            "＊ 假设，非该城市公布 (* our assumption, not published by the city)。"
            "“未证实”：没有材料表明该市已签约 (unconfirmed: no source says that it signed)。"
        )


@cities.command()
def show(
    city: Annotated[str, typer.Argument(help="城市 · a city, as `list` names it.")],
    json: Json = False,
) -> None:
    """城市档案，每个数与出处 · Show a city figure by figure, and its agreements."""
    from interop.divisions import covers
    from points_api.cli.agreement_tables import agreement_document, profile
    from points_api.cli.city_tables import document_of

    known = folder()
    found = city_of(known, city)
    its = [
        one
        for one in known.agreements.values()
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
    """协议与县市试点 · List agreements and the counties' pilots, each party with its mark."""
    from points_api.cli.agreement_tables import agreement_document, agreement_tables

    found = folder().agreements.values()
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
    """分值换算表草案 · Draft the table from one city's scores to another's, with its error."""
    from points_api.cli.city_tables import link_document, link_tables

    told_of, ends = drafted(source, target, method, order(VERSION, resamples=resamples))
    told = link_document(told_of, *ends)
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
