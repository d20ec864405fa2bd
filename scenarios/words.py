"""A text in the two languages that every text for people is written in."""

from typing import NamedTuple


class Words(NamedTuple):
    """Chinese and English; neither is empty."""

    zh: str
    en: str


def points(thousandths: int) -> str:
    """Write points as a decimal, rounded toward zero to the tenth that scores are shown in.

    >>> points(80_000), points(76_550), points(-250)
    ('80.0', '76.5', '-0.2')
    """
    tenths = abs(thousandths) // 100
    sign = "-" if thousandths < 0 and tenths else ""
    return f"{sign}{tenths // 10}.{tenths % 10}"


def yuan(fen: int) -> str:
    """Write an amount of money in yuan, exactly.

    >>> yuan(10_000), yuan(1_250), yuan(5)
    ('100', '12.50', '0.05')
    """
    whole, rest = divmod(fen, 100)
    return f"{whole}.{rest:02}" if rest else str(whole)
