"""The program `points`: every command of the system."""

import typer

from points_api.cli import rescore, score, scorecard, service

app = typer.Typer(
    name="points",
    help="黄石市个人信用积分系统 · Huangshi personal credit points",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for module in (score, scorecard, rescore, service):
    app.registered_commands += module.app.registered_commands
    app.registered_groups += module.app.registered_groups


def main() -> None:
    """Entry point of the console script."""
    app()


if __name__ == "__main__":
    main()
