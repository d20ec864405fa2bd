"""The first run on a machine compiles the scoring pass, half a minute at most: say so at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from numba.core import event

from points_api.cli.terminal import Meter, err

TOLD: Final = (
    "首次运行：正在编译算分程序，最多约半分钟，以后不再需要 "
    "(first run: compiling the scoring pass, half a minute at most; not needed again)"
)


class _Teller(event.Listener):
    def __init__(self, meter: Meter, title: str) -> None:
        self._meter, self._title = meter, title
        self._depth, self._told = 0, False

    def on_start(self, _: object) -> None:
        self._depth += 1
        if self._depth > 1:  # a part of what is being compiled
            return
        if err.is_terminal:
            self._meter(0, None, TOLD)
        elif not self._told:  # it is made for two kinds of columns, one after the other
            err.print(TOLD, markup=False, soft_wrap=True)
        self._told = True

    def on_end(self, _: object) -> None:
        self._depth -= 1
        if self._depth == 0 and err.is_terminal:
            self._meter(0, None, self._title)


@contextmanager
def compiling_told(meter: Meter, title: str) -> Iterator[None]:
    """Say in the bar, or in a pipe by a line of standard error, that the pass is being compiled.

    What was compiled before is read from its cache, and nothing is said.
    """
    with event.install_listener("numba:compile", _Teller(meter, title)):
        yield
