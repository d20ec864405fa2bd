"""How commands speak: one line an error, a progress bar on a terminal and none in a pipe."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final, NoReturn

import typer
from rich.console import Console

if TYPE_CHECKING:
    from rich.progress import Progress

_SECONDS_BETWEEN: Final = 5.0
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


class Lines(Meter):
    """The same where no bar can be drawn: a line at the beginning, at the end, and now and then."""

    def __init__(self, title: str) -> None:
        self._title, self._said = title, -_SECONDS_BETWEEN

    def __call__(self, done: int, total: int | None = None, title: str | None = None) -> None:
        now = perf_counter()
        if done == total or now - self._said >= _SECONDS_BETWEEN:
            self._said = now
            far = done if total is None else f"{done}/{total}"
            err.print(f"{title or self._title} {far}", markup=False, soft_wrap=True)


@contextmanager
def progress(title: str, *, in_pipe: bool = False) -> Iterator[Meter]:
    """Show a bar with the time remaining while the block runs, if standard error is a terminal.

    `in_pipe`: say in lines how far it is, where it is none; for what takes minutes.
    """
    if in_pipe and not err.is_terminal:
        yield Lines(title)
        return
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
