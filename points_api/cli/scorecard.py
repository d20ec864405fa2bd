"""`points scorecard check`: validate a scorecard file with all its examples."""

from pathlib import Path
from typing import Annotated

import typer

from points_api.cli.terminal import say

scorecard = typer.Typer(no_args_is_help=True)
app = typer.Typer()
app.add_typer(scorecard, name="scorecard", help="评分卡 · scorecards.")


@scorecard.callback()
def group() -> None:
    """评分卡 · scorecards."""


@scorecard.command()
def check(
    file: Annotated[Path, typer.Argument(help="TOML 评分卡文件 · a scorecard file in TOML.")],
) -> None:
    """Read a scorecard, run its worked examples, tell every mistake: 检查评分卡."""
    from scoring.scorecard_files import load_scorecard

    card = load_scorecard(file)
    rules, examples = len(card.rules), len(card.examples)
    say(
        f"{card.version}: {rules} 条规则，{examples} 个算例，全部通过 "
        f"({rules} rules, {examples} examples: all pass)"
    )
