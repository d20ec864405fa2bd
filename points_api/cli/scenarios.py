"""`points scenarios check`: are the scenario files sound."""

from pathlib import Path
from typing import Annotated

import typer

from points_api.cli.terminal import fail, say

scenarios = typer.Typer(no_args_is_help=True)
app = typer.Typer()
app.add_typer(scenarios, name="scenarios", help="场景 · scenarios.")

Folder = Annotated[
    Path | None, typer.Argument(help="场景文件夹，默认随程序的 · a folder; else the shipped one.")
]


@scenarios.callback()
def group() -> None:
    """场景 · scenarios."""


@scenarios.command()
def check(folder: Folder = None) -> None:
    """Read the scenario files, run their worked examples, tell every mistake: 检查场景文件."""
    from points_api.city import load_city
    from points_api.clock import today
    from points_api.settings import load
    from scenarios import files

    city = load_city(load().data_dir)
    try:
        found = files.load(city.known(today()), folder or files.SHIPPED)
    except files.ScenarioError as error:
        fail(str(error), 1)
    divisions = {one.place.division for one in found.scenarios}
    say(
        f"{len(found.scenarios)} 个场景，{len(found.categories)} 类，{len(divisions)} 个区划，"
        f"全部通过 ({len(found.scenarios)} scenarios in {len(found.categories)} categories: "
        "all pass)"
    )
