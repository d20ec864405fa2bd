"""The program `points`: every command of the system."""

import typer

from points_api.cli import (
    agencies,
    audit,
    demo,
    generate,
    ingest,
    keys,
    records,
    rescore,
    score,
    scorecard,
    service,
)
from points_api.cli.failures import Commands

app = typer.Typer(
    name="points",
    cls=Commands,
    help="黄石市个人信用积分系统 · Huangshi personal credit points",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for module in (
    demo,
    generate,
    ingest,
    score,
    rescore,
    scorecard,
    agencies,
    records,
    keys,
    audit,
    service,
):
    app.registered_commands += module.app.registered_commands
    app.registered_groups += module.app.registered_groups


def main() -> None:
    """Entry point of the console script."""
    app()


if __name__ == "__main__":
    main()
