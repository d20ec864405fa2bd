"""A text in the two languages, and points as people read them."""

from typing import NamedTuple


class Words(NamedTuple):
    """Chinese and English; neither is empty."""

    zh: str
    en: str


def points(thousandths: int) -> str:
    """Write points exactly, without zeros that say nothing.

    >>> points(100_000), points(83_500), points(-250)
    ('100', '83.5', '-0.25')
    """
    whole, rest = divmod(abs(thousandths), 1000)
    fraction = f".{rest:03}".rstrip("0").rstrip(".")
    return f"{'-' if thousandths < 0 else ''}{whole}{fraction}"
