"""A whole city's scores in one compiled pass over columns; equal to `engine.py` to the last bit.

`Pass` is a scorecard compiled for a vocabulary. It scores a block of whole persons at a time, in
any order, in any thread or process: blocks know nothing of each other. Who has numbers that the
pass cannot hold is scored by `engine.py` itself.
"""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scoring.columns import NEVER, Columns, Vocabulary, day_of, part_of, records_of
from scoring.engine import score
from scoring.kernel import TOP, Results, make_desk, make_results, score_block
from scoring.outlook import next_change, other_records_on
from scoring.reasons import Reason, reasons
from scoring.score import DimensionResult, RuleResult
from scoring.scorecard import Scorecard
from scoring.tables import NONE, tables_of


class Line(NamedTuple):
    """A reason as the pass tells it: what of the scorecard, and signed thousandths."""

    subject: str
    points: int


@dataclass(frozen=True, slots=True)
class Pass:
    """A scorecard ready to score blocks whose columns use the vocabulary."""

    card: Scorecard
    words: Vocabulary
    tables: NDArray[np.void]
    subjects: tuple[str, ...]  # code of a reason -> rule:…, dimension:…, score

    @classmethod
    def of(cls, card: Scorecard, words: Vocabulary) -> "Pass":
        """Compile the scorecard."""
        rules = [f"rule:{rule.id}" for rule in card.rules]
        dimensions = [f"dimension:{dimension.id}" for dimension in card.dimensions]
        return cls(card, words, tables_of(card, words), (*rules, *dimensions, "score"))

    def score(
        self, columns: Columns, people: int, on: date, *, first: int = 0, look_ahead: bool = True
    ) -> Results:
        """Score the persons `first` … `first + people - 1`, all of whose records the columns hold.

        Without `look_ahead` nobody's next change is searched. ValueError where the columns hold
        somebody else's record, too.
        """
        if len(columns.person) and not (
            first <= columns.person[0] and columns.person[-1] < first + people
        ):
            raise ValueError(f"records of others than the persons {first} to {first + people - 1}")
        results = make_results(people, len(columns.person), len(self.card.dimensions))
        desk = make_desk(self.tables)
        score_block(columns, self.tables, desk, results, first, day_of(on), look_ahead)
        for person in np.flatnonzero(results.beyond).tolist():
            self._by_definition(columns, results, person, first, on, look_ahead)
        return results

    def lines(self, results: Results, person: int) -> list[Line]:
        """The greatest reasons of a person, in their published order; at most TOP."""
        pairs = zip(results.reason[person], results.reason_points[person], strict=True)
        return [Line(self.subjects[code], int(points)) for code, points in pairs if code != NONE]

    def _by_definition(
        self, columns: Columns, results: Results, person: int, first: int, on: date, ahead: bool
    ) -> None:
        low, high = np.searchsorted(columns.person, (first + person, first + person + 1))
        records = records_of(part_of(columns, int(low), int(high)), self.words)
        found = score(records, self.card, on)
        days = [other_records_on(records, self.card, on)]
        days.append(next_change(records, self.card, on, found) if ahead else None)
        edge, change = (NEVER if day is None else day_of(day) for day in days)
        lines = [(self._code(reason), reason.points) for reason in reasons(found)]
        lines += [(NONE, 0)] * TOP
        used = {record.key for record in found.records}
        results.value[person] = found.value
        results.dimensions[person] = [dimension.points for dimension in found.dimensions]
        results.reason[person] = [code for code, _ in lines[:TOP]]
        results.reason_points[person] = [points for _, points in lines[:TOP]]
        results.next_change[person], results.holds_until[person] = change, min(change, edge)
        results.counted[low:high] = [record.key in used for record in records]

    def _code(self, reason: Reason) -> int:
        match reason.result:
            case RuleResult(rule):
                return self.subjects.index(f"rule:{rule.id}")
            case DimensionResult(dimension):
                return self.subjects.index(f"dimension:{dimension.id}")
        return len(self.subjects) - 1
