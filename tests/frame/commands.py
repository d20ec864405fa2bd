"""The program's commands, read from the program itself."""

from collections.abc import Sequence
from typing import Any

import typer

from points_api.__main__ import app


def refusal_of(words: Sequence[str]) -> str | None:
    """Return which name in `points WORDS` does not exist; None: all commands and options do."""
    command: Any = typer.main.get_command(app)
    rest = list(words)
    while hasattr(command, "get_command") and rest and not rest[0].startswith("-"):
        with command.make_context("points", [rest[0]], resilient_parsing=True) as context:
            found = command.get_command(context, rest[0])
        if found is None:
            return f"no command {rest[0]}"
        command, rest = found, rest[1:]
    known = {option for parameter in command.params for option in parameter.opts}
    known |= {"--help"}
    missing = [word for word in rest if word.startswith("-") and word.split("=")[0] not in known]
    return f"no option {missing[0]}" if missing else None
