"""How the pass is compiled, and when what was compiled before is used again.

Numba keeps a compiled function until its own file changes or a value that it closes over does; it
does not look at the files of the functions that it calls. So the pass closes over `SOURCES`, a
digest of all that goes into it, and is made anew when any of it is another.

Helpers become part of their caller: as calls of their own they cost more than their work. They
take rows of structured arrays, never the arrays: an array counts its references, with locked
instructions, wherever it is handed on; a row is an address, and an array inside of it has a place
and a length that the compiler knows.
"""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, ParamSpec, TypeVar

from numba import njit

Row = Any  # a row of a structured array: NumPy's types know no names of fields
P = ParamSpec("P")
T = TypeVar("T")


def compiled(function: Callable[P, T]) -> Callable[P, T]:
    """Compile as a part of whoever calls it."""
    made: Callable[P, T] = njit(forceinline=True, error_model="numpy")(function)
    return made


def kept(function: Callable[P, T]) -> Callable[P, T]:
    """Compile at the first call, for threads that run side by side, and keep it for later runs."""
    try:
        made: Callable[P, T] = njit(nogil=True, cache=True, error_model="numpy")(function)
    except RuntimeError:  # no folder to keep it in: then each process compiles for itself
        made = njit(nogil=True, error_model="numpy")(function)
    return made


def _sources() -> int:
    here = Path(__file__).parent
    files = [*sorted(here.glob("*.py")), here.parent / "columns.py", here.parent / "tables.py"]
    digest = sha256(b"".join(file.read_bytes() for file in files))
    return int.from_bytes(digest.digest()[:7], "big") | 1


SOURCES: Final = _sources()
