"""`points scenarios check`, `import`, `list`: the files, and what stands in the registry."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from points_api.cli.database import in_database
from points_api.cli.terminal import fail, out, print_json, say

if TYPE_CHECKING:
    from scenarios.files import Folder

ACTOR: Final = "office:cli"
WIDE: Final = 124
"""Columns of a terminal from which on a line has room for everything."""
_COLUMNS: Final = {
    "id": "id", "title": "标题 title", "state": "状态 state", "version": "版 no.",
    "category": "类别 category", "division": "区划 at", "valid_until": "至 until",
}  # fmt: skip
_NARROW: Final = ("id", "title", "state")
scenarios = typer.Typer(no_args_is_help=True)
app = typer.Typer()
app.add_typer(scenarios, name="scenarios", help="场景 · scenarios.")

Files = Annotated[
    Path | None, typer.Argument(help="场景文件夹，默认随程序的 · a folder; else the shipped one.")
]
AsJson = Annotated[bool, typer.Option("--json", help="给程序读的 JSON · JSON and nothing else.")]
State = Annotated[
    str | None,
    typer.Option(
        help="draft · review · published · suspended · retired；默认除 retired 外全部 · "
        "all but retired unless told."
    ),
]


@scenarios.callback()
def group() -> None:
    """场景 · scenarios."""


@scenarios.command()
def check(folder: Files = None, as_json: AsJson = False) -> None:
    """检查场景文件 · Read the scenario files, run their worked examples, tell every mistake."""
    from scenarios.files import ScenarioError

    try:
        found = _read(folder)
    except ScenarioError as error:
        if not as_json:
            fail(str(error), 1)
        print_json({"sound": False, "faults": [asdict(fault) for fault in error.faults]})
        raise typer.Exit(1) from None
    divisions = {one.place.division for one in found.scenarios}
    if as_json:
        counts = {"scenarios": len(found.scenarios), "categories": len(found.categories)}
        print_json({"sound": True, **counts, "divisions": len(divisions), "faults": []})
        return
    say(
        f"{len(found.scenarios)} 个场景，{len(found.categories)} 类，{len(divisions)} 个区划，"
        f"全部通过 ({len(found.scenarios)} scenarios in {len(found.categories)} categories: "
        "all pass)"
    )


@scenarios.command("import")
def import_(folder: Files = None) -> None:
    """导入场景文件 · Publish what is new in the files; the same again changes nothing."""
    from points_api import clock
    from points_api.cli.service import prepared
    from points_api.scenarios.importing import import_folder
    from scenarios.files import ScenarioError

    try:
        found = _read(folder)
    except ScenarioError as error:
        fail(str(error), 1)
    done = in_database(prepared().database_url, lambda: import_folder(found, ACTOR, clock.now()))
    say(
        f"新增版本 {done.added} 个，未变 {done.unchanged} 个 "
        f"({done.added} new versions, {done.unchanged} unchanged)"
    )


@scenarios.command("list")
def list_(
    state: State = None,
    category: Annotated[str | None, typer.Option(help="类别代码 · category id.")] = None,
    division: Annotated[str | None, typer.Option(help="区划代码的开头 · leading digits.")] = None,
    query: Annotated[
        str | None, typer.Option("--query", "-q", help="汉字、拼音或首字母 · as in the search.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """登记册里的场景版本 · The versions in the registry, by id."""
    from points_api.cli.service import prepared
    from scenarios.lifecycle import STATES

    if state is not None and state not in STATES:
        fail(f"--state: {' · '.join(STATES)}")
    rows = in_database(prepared().database_url, lambda: _rows(state, category, division))
    if query:
        rows = _matching(rows, query)
    if as_json:
        print_json(rows)
    elif rows:
        _print(rows)
    else:
        say("没有符合的场景；先 points scenarios import (none; import the files first)")


async def _rows(
    state: str | None, category: str | None, division: str | None
) -> list[dict[str, Any]]:
    from points_api.scenarios.models import ScenarioVersion

    found = ScenarioVersion.all()
    found = found.filter(state=state) if state else found.exclude(state="retired")
    if category:
        found = found.filter(category=category)
    if division:
        found = found.filter(division__startswith=division)
    return [
        {
            "id": row.scenario_id,
            "version": row.version,
            "state": row.state,
            "category": row.category,
            "division": row.division,
            "title": row.document.get("title", ""),
            "title_en": row.document.get("title_en", ""),
            "valid_until": row.document.get("valid_until"),
            "digest": row.digest,
        }
        for row in await found.order_by("scenario_id", "version")
    ]


def _matching(rows: list[dict[str, Any]], query: str) -> list[dict[str, Any]]:
    """Those whose title or id has every word; drafts are searched too, so by their documents."""
    from scenarios.search import folded, spelled, words_of

    def has(row: dict[str, Any], word: str) -> bool:
        plain = folded(f"{row['title_en']} {row['id']}")
        return word in plain or spelled(str(row["title"])).grade(word) is not None

    return [row for row in rows if all(has(row, word) for word in words_of(query))]


def _print(rows: list[dict[str, Any]]) -> None:
    from rich.table import Table

    narrow = out.width < WIDE
    shown = _NARROW if narrow else _COLUMNS
    table = Table(box=None, pad_edge=False)
    for key in shown:
        # An id is to be copied from here into the next command.
        table.add_column(_COLUMNS[key], overflow="fold", no_wrap=key == "id")
    for row in rows:
        table.add_row(*[str(row[key]) for key in shown])
    out.print(table)
    more = f"；其余各列要 {WIDE} 字宽，或用 --json" if narrow else ""
    also = f"; {WIDE} columns or --json show the rest" if narrow else ""
    say(f"{len(rows)} 个版本{more} ({len(rows)} versions{also})")


def _read(folder: Path | None) -> "Folder":
    """The folder's scenarios. Raises `ScenarioError`."""
    from points_api.city import load_city
    from points_api.clock import today
    from points_api.settings import load
    from scenarios import files

    city = load_city(load().data_dir)
    return files.load(city.known(today()), folder or files.SHIPPED)
