"""What a run is held against, and the rows that say so."""

from collections.abc import Iterable
from math import inf
from typing import Any, Final, NamedTuple

from loadtests.federation.aftermath import Aftermath
from loadtests.federation.visits import Tally

P99_RATIO: Final = 1.5
RATE: Final = 0.99


class Row(NamedTuple):
    """One figure. `met` is None where none was asked for."""

    name: str
    value: str
    target: str
    met: bool | None


def rows(
    tally: Tally, after: Aftermath, own: tuple[list[float], list[float]], rate: float
) -> list[Row]:
    """The verdict. `own`: milliseconds of residents' own reads without the traffic, and with it."""
    wrong = [*tally.wrong, *tally.quota_faults()]
    lost = after.lost_verifications + after.lost_redemptions + after.unanswered_redemptions
    notices = after.missing_uses + after.missing_revocations
    unanswered = tally.unanswered.total()
    asked = tally.sent - tally.cut_off
    alone, beside = (p99(reads) for reads in own)
    ratio = beside / alone if alone and beside else inf
    middle, last = (percentile(tally.seconds, share) for share in (0.5, 0.99))
    answered = (asked - unanswered) / asked if asked else 0.0
    return [
        Row("visits sent, 1/s", f"{tally.sent / (tally.took or 1):.1f}", f"{rate:g}", None),
        Row("answered, of those no killed city was part of", f"{answered:.4f}", f"≥ {RATE}",
            answered >= RATE),
        Row("cut off by a killed city", str(tally.cut_off), "–", None),
        Row("wrong", str(len(wrong)), "0", not wrong),
        Row("lost (verifications, redemptions)", str(lost), "0", not lost),
        Row("notices missing (uses, revocations)", str(notices), "0", not notices),
        Row("a visit, p50 / p99, ms", f"{middle * 1000:.0f} / {last * 1000:.0f}", "–", None),
        Row("own residents, p99 without, ms", f"{alone:.1f}", "–", None),
        Row("own residents, p99 with, ms", f"{beside:.1f}", "–", None),
        Row("own residents, ratio", f"{ratio:.2f}", f"≤ {P99_RATIO}", ratio <= P99_RATIO),
    ]  # fmt: skip


def percentile(values: Iterable[float], share: float) -> float:
    """The value that `share` of all do not exceed; 0 where there are none.

    >>> percentile([5, 1, 2, 3, 4], 0.5)
    3
    """
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def p99(milliseconds: Iterable[float]) -> float:
    return percentile(milliseconds, 0.99)


def show(found: list[Row], tally: Tally, after: Aftermath) -> None:
    """Print the table, and whatever was wrong or not answered."""
    for row in found:
        mark = {True: "✓", False: "✗", None: " "}[row.met]
        print(f"{mark} {row.name:46} {row.value:>16}   {row.target}")
    print(f"  afterwards, seconds until all had arrived: {after.seconds:.0f}")
    for reason, times in tally.unanswered.most_common(8):
        print(f"  not answered: {times} × {reason}")
    for fault in [*tally.wrong, *tally.quota_faults()][:20]:
        print(f"  wrong: {fault}")


def document(found: list[Row], after: Aftermath) -> dict[str, Any]:
    """The same for a program."""
    names = Aftermath.__slots__
    return {
        "rows": [row._asdict() for row in found],
        "aftermath": {name: getattr(after, name) for name in names},
    }
