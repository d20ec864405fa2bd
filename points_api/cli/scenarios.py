"""`points scenarios check`, `import`: are the scenario files sound; take them into the registry."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from points_api.cli.database import in_database
from points_api.cli.terminal import fail, say

if TYPE_CHECKING:
    from scenarios.files import Folder

ACTOR: Final = "office:cli"
scenarios = typer.Typer(no_args_is_help=True)
app = typer.Typer()
app.add_typer(scenarios, name="scenarios", help="场景 · scenarios.")

Files = Annotated[
    Path | None, typer.Argument(help="场景文件夹，默认随程序的 · a folder; else the shipped one.")
]


@scenarios.callback()
def group() -> None:
    """场景 · scenarios."""


@scenarios.command()
def check(folder: Files = None) -> None:
    """Read the scenario files, run their worked examples, tell every mistake: 检查场景文件."""
    found = _sound(folder)
    divisions = {one.place.division for one in found.scenarios}
    say(
        f"{len(found.scenarios)} 个场景，{len(found.categories)} 类，{len(divisions)} 个区划，"
        f"全部通过 ({len(found.scenarios)} scenarios in {len(found.categories)} categories: "
        "all pass)"
    )


@scenarios.command("import")
def import_(folder: Files = None) -> None:
    """Publish what is new in the files; the same again changes nothing: 导入场景文件."""
    from points_api import clock
    from points_api.cli.service import prepared
    from points_api.scenarios.importing import import_folder

    found = _sound(folder)
    done = in_database(prepared().database_url, lambda: import_folder(found, ACTOR, clock.now()))
    say(
        f"新增版本 {done.added} 个，未变 {done.unchanged} 个 "
        f"({done.added} new versions, {done.unchanged} unchanged)"
    )


def _sound(folder: Path | None) -> "Folder":
    from points_api.city import load_city
    from points_api.clock import today
    from points_api.settings import load
    from scenarios import files

    city = load_city(load().data_dir)
    try:
        return files.load(city.known(today()), folder or files.SHIPPED)
    except files.ScenarioError as error:
        fail(str(error), 1)
