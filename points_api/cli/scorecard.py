"""`points scorecard check`: validate a scorecard file with all its examples."""

from pathlib import Path
from typing import Annotated

import typer

from points_api.cli.terminal import fail, out
from scoring.scorecard_files import ScorecardError, load_scorecard

scorecard = typer.Typer(help="评分卡 scorecards", no_args_is_help=True)


@scorecard.callback()
def group() -> None:
    """评分卡 scorecards."""


@scorecard.command()
def check(file: Annotated[Path, typer.Argument(help="A scorecard file in TOML.")]) -> None:
    """Read a scorecard, run its worked examples, tell every mistake: 检查评分卡."""
    try:
        card = load_scorecard(file)
    except ScorecardError as error:
        fail("\n".join(error.faults))
    except OSError as error:
        fail(f"{file}: {error.strerror}")
    out.print(
        f"{card.version}: {len(card.rules)} 条规则，{len(card.examples)} 个算例，全部通过 (all pass)"
    )


app = typer.Typer()
app.add_typer(scorecard, name="scorecard")
