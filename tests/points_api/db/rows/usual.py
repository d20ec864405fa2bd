"""What rows of any table have in common: a day, and values that are never the same twice."""

from datetime import date
from itertools import count

DAY = date(2026, 6, 1)
_number = count(1)


def another() -> int:
    return next(_number)


def unlike() -> bytes:
    return another().to_bytes(8, "big")
