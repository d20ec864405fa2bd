"""The verdict on every row of a block: each column judged as a whole, then columns together.

A column's judgment is its values and, where something is wrong, a small number per row that stands
for the code. Rows without any number are good. Verdicts are read off the same numbers, so what is
refused and what is said about it cannot differ. Of one column the first fault counts, and a row
whose subject is no natural person is told only that.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from points_api.deliveries import texts
from points_api.deliveries.blocks import BEYOND, Block
from points_api.deliveries.columns import judge_of
from points_api.deliveries.matching import Match
from points_api.deliveries.verdicts import NUMBERS, Verdict
from scoring.catalog import Catalog, Role

ROW: Final = "row_no"
_AFTER_THE_START: Final[tuple[tuple[Role, str], ...]] = (
    ("ended_on", "ended_before"),
    ("valid_until", "valid_before"),
)
NO_REFUSALS: Final = pl.DataFrame(schema={ROW: pl.UInt32, "column": pl.String, "code": pl.String})
_CODES: Final = pl.Series(list(NUMBERS), dtype=pl.String)


@dataclass(frozen=True, slots=True)
class Checked:
    """The rows of a block that are not blank, read: one column per column code, and `row_no`.

    `problems` has, for each column in which something was refused, the number of the code per row.
    """

    frame: pl.DataFrame
    problems: Mapping[str, pl.Series]

    @property
    def bad(self) -> pl.Series | None:
        """True where a row is refused; None where none is."""
        if not self.problems:
            return None
        return pl.DataFrame(self.problems).select(pl.any_horizontal(pl.all() != 0)).to_series()

    def good(self) -> pl.DataFrame:
        """The rows that may be stored."""
        bad = self.bad
        return self.frame if bad is None else self.frame.filter(~bad)

    def verdicts(self) -> list[Verdict]:
        """Why each refused row is refused, in the order of rows and columns."""
        return [Verdict(*row) for row in self.refusals().rows()]

    def refusals(self) -> pl.DataFrame:
        """The same as columns: row_no, column, code."""
        found = [
            pl.DataFrame(
                {
                    ROW: self.frame[ROW].filter(numbers != 0),
                    "column": pl.Series([column]).new_from_index(0, int((numbers != 0).sum())),
                    "code": _CODES[numbers.filter(numbers != 0)],
                }
            )
            for column, numbers in self.problems.items()
        ]
        if not found:
            return NO_REFUSALS
        return pl.concat(found).sort(ROW, maintain_order=True)


class Checker:
    """Checks the blocks of one table. Learns as it goes, so each thread needs its own."""

    def __init__(self, match: Match, catalog: Catalog, today: date) -> None:
        self._match = match
        columns = [column for column in match.layout.columns if column.code in match.columns]
        self._judges = {c.code: judge_of(c, match, catalog, today) for c in columns}
        self._roles: dict[Role, str] = {c.role: c.code for c in columns if c.role}
        self._required = next(column.code for column in columns if column.required)

    def check(self, block: Block) -> Checked:
        """Read and judge a block."""
        given = self._rows(block)
        values = {ROW: given[ROW]}
        problems: dict[str, pl.Series] = {}
        probes = [judge.probe(pl.col(code)).alias(code) for code, judge in self._judges.items()]
        probed = given.select(probes)
        for code, judge in self._judges.items():
            values[code], found = judge.judge(given[code], probed[code])
            if found is not None:
                problems[code] = found
        frame = pl.DataFrame(values)
        for column, rows, code in [*self._twins(given), *self._across(frame)]:
            _note(problems, column, rows, code)
        self._only_natural_persons(frame, problems)
        return Checked(frame, problems)

    def _rows(self, block: Block) -> pl.DataFrame:
        """The cells by column code, with row numbers and without blank rows."""
        cells = [
            pl.coalesce(map(str, places)).alias(code) if len(places) > 1
            else pl.col(str(places[0])).alias(code)
            for code, places in self._match.columns.items()
        ]  # fmt: skip
        twins = {place for places in self._match.columns.values() for place in places[1:]}
        given = block.frame()
        if not block.is_tidy():
            given = given.select(texts.trimmed(pl.all()).replace("", None))
        rows = pl.int_range(block.first_row, block.first_row + block.rows, dtype=pl.UInt32)
        given = given.select(*cells, *map(str, sorted(twins)), BEYOND).with_columns(rows.alias(ROW))
        return _without_blank_rows(given, self._required)

    def _twins(self, given: pl.DataFrame) -> Iterator[tuple[str, pl.Series, str]]:
        """Where a column stands twice and differs, or a row has more cells than the header."""
        for code, places in self._match.columns.items():
            for place in places[1:]:
                yield code, given[str(place)] != given[code], "columns_disagree"
        if given[BEYOND].null_count() < len(given):
            yield "", given[BEYOND].is_not_null(), "too_many_cells"

    def _across(self, frame: pl.DataFrame) -> Iterator[tuple[str, pl.Series, str]]:
        """What must hold between the days of a row, and between the row and the catalog."""
        decided = self._roles["decided_on"]
        started = self._roles.get("occurred_on", decided)
        started_on = frame.select(pl.coalesce(started, decided)).to_series()
        for role, code in _AFTER_THE_START:
            if (column := self._roles.get(role)) is not None:
                yield column, frame[column] < started_on, code
        day = pl.col(decided)
        held = pl.any_horizontal(
            day.is_between(version.in_force_from, version.in_force_until or date.max, "left")
            for version in self._match.versions
        )
        yield decided, frame.select(~held).to_series(), "not_in_force"

    def _only_natural_persons(self, frame: pl.DataFrame, problems: dict[str, pl.Series]) -> None:
        kind = problems.get(self._roles.get("subject_kind", ""))
        if kind is None:
            return
        others = kind == NUMBERS["not_natural_person"]
        for column in [*problems]:
            if problems[column] is not kind:
                problems[column] = problems[column].zip_with(
                    ~others, pl.repeat(0, len(frame), dtype=pl.UInt8, eager=True)
                )
                if not problems[column].max():
                    del problems[column]


def _without_blank_rows(given: pl.DataFrame, required: str) -> pl.DataFrame:
    """Leave out rows without any cell; only those that lack a required one are looked at."""
    if not given[required].null_count():
        return given
    suspects = given.filter(pl.col(required).is_null())
    blank = suspects.filter(pl.all_horizontal(pl.all().exclude(ROW).is_null()))
    return given.filter(~pl.col(ROW).is_in(blank[ROW].to_list())) if len(blank) else given


def _note(problems: dict[str, pl.Series], column: str, rows: pl.Series, code: str) -> None:
    """Add a refusal where the column has none yet; an unknown comparison refuses nothing."""
    if not rows.any():
        return
    found = rows.fill_null(value=False).cast(pl.UInt8) * NUMBERS[code]
    earlier = problems.get(column)
    problems[column] = found if earlier is None else earlier.zip_with(earlier != 0, found)
