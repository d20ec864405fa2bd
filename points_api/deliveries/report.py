"""The quality of a delivery, in the ratios of the work plan (黄信用〔2023〕1号).

数据合格率: rows taken of all rows, target 100 %. 及时率: rows delivered within seven working days
of the decision, target 100 %. 重错码率: rows with a wrong identity code, or with an ID number that
stands in the file under two names, at most 0.01 %. A ratio keeps numerator and denominator, so
that those of many deliveries add up.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

import polars as pl

from points_api.deliveries.checks import ROW
from points_api.deliveries.merging import Merged
from points_api.identifiers.workdays import workdays_between

ON_TIME_WORKDAYS: Final = 7
ALL: Final = 1_000_000
MOST_WRONG_CODES: Final = 100  # of a million
_CODE_KINDS: Final = r"^(id_number|credit_code)\."


@dataclass(frozen=True, slots=True)
class Ratio:
    """A share of rows, and what is wanted of it in parts per million."""

    numerator: int
    denominator: int
    target: int
    at_most: bool = False

    @property
    def met(self) -> bool:
        """True also for a share of nothing."""
        share, wanted = self.numerator * ALL, self.denominator * self.target
        return share <= wanted if self.at_most else share >= wanted

    def document(self) -> dict[str, Any]:
        return {
            "numerator": self.numerator,
            "denominator": self.denominator,
            "target_per_million": self.target,
            "met": self.met,
        }


@dataclass(slots=True)
class Tally:
    """Counts what the checks found, block by block, for a delivery received on a day."""

    received_on: date
    total: int = 0
    faulty: int = 0
    wrong_codes: int = 0
    decided: int = 0
    on_time: int = 0
    codes: dict[str, int] = field(default_factory=dict)

    def add(self, total: int, records: pl.DataFrame, refusals: pl.DataFrame) -> None:
        """Count a block: all its rows, the records of the good ones, what is said of the others."""
        self.total += total
        self.faulty += refusals[ROW].n_unique()
        wrong = refusals.filter(pl.col("code").str.contains(_CODE_KINDS))
        self.wrong_codes += wrong[ROW].n_unique()
        for code, rows in refusals["code"].value_counts().rows():
            self.codes[code] = self.codes.get(code, 0) + rows
        decided = records["decided_on"].drop_nulls()
        self.decided += len(decided)
        self.on_time += int((decided >= earliest_on_time(self.received_on)).sum())

    def report(self, merged: Merged, two_names: int, unread: tuple[str, ...]) -> dict[str, Any]:
        """The report of the whole delivery, as it is stored and shown."""
        rejected = self.faulty + merged.rejected
        codes = dict(Counter(self.codes) + Counter(merged.codes))
        ratios = {
            "qualified": Ratio(self.total - rejected, self.total, ALL),
            "on_time": Ratio(self.on_time, self.decided, ALL),
            "wrong_codes": Ratio(
                self.wrong_codes + two_names, self.total, MOST_WRONG_CODES, at_most=True
            ),
        }
        return {
            "total": self.total,
            "accepted": merged.accepted,
            "duplicates": merged.duplicates,
            "corrected": merged.corrected,
            "rejected": rejected,
            "codes": dict(sorted(codes.items())),
            "notices": merged.notices,
            "ratios": {name: ratio.document() for name, ratio in ratios.items()},
            "unread_columns": list(unread),
        }


def earliest_on_time(received_on: date) -> date:
    """The first day of decision that is still on time on the day of delivery."""
    day = received_on
    while workdays_between(day - timedelta(days=1), received_on) <= ON_TIME_WORKDAYS:
        day -= timedelta(days=1)
    return day
