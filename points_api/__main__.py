"""The program `points`: every command of the system, each loaded when it is asked for."""

import typer

from points_api.cli.commands import Commands

app = typer.Typer(
    name="points",
    cls=Commands,
    help="黄石市个人信用积分系统 · Huangshi personal credit points",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.callback()
def program() -> None:
    """黄石市个人信用积分系统 · Huangshi personal credit points."""


def main() -> None:
    """Entry point of the console script."""
    app()


if __name__ == "__main__":
    main()
