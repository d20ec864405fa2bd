"""`points scorecard check`, `simulate`: is a scorecard sound, and what would it change."""

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from points_api.cli.terminal import fail, print_json, progress, say

if TYPE_CHECKING:
    from points_api.city import City
    from scoring.scorecard import Scorecard

scorecard = typer.Typer(no_args_is_help=True)
app = typer.Typer()
app.add_typer(scorecard, name="scorecard", help="评分卡 · scorecards.")

File = Annotated[Path, typer.Argument(help="TOML 评分卡文件 · a scorecard file in TOML.")]


@scorecard.callback()
def group() -> None:
    """评分卡 · scorecards."""


@scorecard.command()
def check(file: File) -> None:
    """检查评分卡 · Read a scorecard, run its worked examples, tell every mistake."""
    from scoring.scorecard_files import load_scorecard

    card = load_scorecard(file)
    rules, examples = len(card.rules), len(card.examples)
    say(
        f"{card.version}: {rules} 条规则，{examples} 个算例，全部通过 "
        f"({rules} rules, {examples} examples: all pass)"
    )


@scorecard.command()
def simulate(
    file: File,
    against: Annotated[
        str, typer.Option(help="与哪一版比，默认现行的 · a version; else the one in force.")
    ] = "",
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="日期，默认今天 · the day; else today."),
    ] = None,
    snapshot: Annotated[
        Path | None, typer.Option(help="快照文件夹，默认按设置 · its folder; else as set.")
    ] = None,
    picture: Annotated[
        Path | None, typer.Option(help="另存为 SVG 图 · also draw it, as SVG.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON · one JSON object.")] = False,
) -> None:
    """试算新评分卡，谁加分、谁减分 · Tell who would gain and who lose in the whole city."""
    from points_api.city import load_city
    from points_api.clock import today
    from points_api.settings import load

    day = as_of.date() if as_of else today()
    city = load_city(load().data_dir)
    new, old = _sound(file, city), _compared(against, city, day)
    told = _simulated(snapshot or load().snapshot_dir, old, new, day)
    if picture:
        from points_api.cli.movement_picture import draw

        picture.parent.mkdir(parents=True, exist_ok=True)
        picture.write_text(draw(told), encoding="utf-8")
    if as_json:
        print_json(told)
        return
    from points_api.cli.simulation_tables import show

    show(told)
    if picture:
        say(f"图已存到 {picture} (the picture is there)")


def _simulated(folder: Path, old: "Scorecard", new: "Scorecard", day: date) -> dict[str, Any]:
    from points_api.cli.simulation_document import document
    from points_api.snapshot.layout import open_snapshot
    from points_api.statistics.simulation import compare

    opened = open_snapshot(folder)
    with progress("试算 simulating") as meter:
        found = compare(opened, old, new, day, meter)
    if not found.whole.people[0]:
        fail(
            f"{folder}: 快照里还没有人，请先有人加入再更新快照 "
            "(nobody is in the snapshot: let people join, then refresh it)"
        )
    return document(found)


def _sound(file: Path, city: "City") -> "Scorecard":
    """The scorecard of the file; its faults, if any, are the result: exit 1."""
    from scoring.scorecard_files import ScorecardError, load_scorecard

    try:
        return load_scorecard(file, city.catalog)
    except ScorecardError as error:
        fail(str(error), 1)


def _compared(version: str, city: "City", day: date) -> "Scorecard":
    try:
        return city.scorecard_named(version) if version else city.scorecard(day)
    except LookupError:
        if not version:
            fail("--as-of: 那天还没有评分卡，请选晚些的日子 (no scorecard yet; choose a later day)")
        known = ", ".join(card.version for card in city.scorecards)
        fail(f"--against: 没有这一版，现有 {known} (no such version; there are {known})")
