"""How commands speak: one line an error, a progress bar on a terminal and none in a pipe."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

import typer
from rich.console import Console

if TYPE_CHECKING:
    from rich.progress import Progress

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def fail(message: str, code: int = 2) -> NoReturn:
    """End the command with what is wrong and how to mend it, without a traceback.

    Exit codes: 0 all is well; 1 done, and something was found wrong; 2 not done.
    """
    err.print(message, markup=False, style="red" if err.is_terminal else None, soft_wrap=True)
    raise typer.Exit(code)


def say(message: str) -> None:
    """The result for a person, on standard output, as it is."""
    out.print(message, markup=False, soft_wrap=True)


def print_json(value: Any) -> None:
    """The result for a program: one JSON value and nothing else on standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")
    sys.stdout.flush()  # whoever reads along need not wait for the end


class Meter:
    """A progress bar that a service can be handed as `progress(done, total)`."""

    def __init__(self, bar: "Progress", task: Any) -> None:
        self._bar, self._task = bar, task

    def __call__(self, done: int, total: int | None = None, title: str | None = None) -> None:
        self._bar.update(self._task, completed=done, total=total, description=title)


@contextmanager
def progress(title: str) -> Iterator[Meter]:
    """Show a bar with the time remaining while the block runs, if standard error is a terminal."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    )  # fmt: skip
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        yield Meter(bar, bar.add_task(title, total=None))
