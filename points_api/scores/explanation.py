"""The explanation as the resident reads it: reasons, advice and outlook in one language."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from points_api.city import City
from points_api.language import Language, Text
from points_api.records.facts import record_id
from points_api.records.wording import Wording
from points_api.scores.schemas import (
    AdviceOut,
    BandOut,
    CountedOut,
    ForecastOut,
    LineOut,
    ReasonOut,
    ReasonsOut,
)
from scoring.engine import score
from scoring.outlook import forecast
from scoring.reasons import Reason, reasons, record_note, sentence, title
from scoring.records import Record
from scoring.score import Counted, DimensionResult, RuleResult, Score
from scoring.scorecard import Scorecard, points_text
from scoring.whatif import Advice, advise

OUTLOOK_DAYS = (30, 90, 180, 365)
_ADVICE_SHOWN = 5

_REPAIR = Text(
    "这条记录可以申请信用修复；修复后当天不再计分",
    "This record can be repaired; once it is, it stops counting the same day",
)


class Explainer:
    """Explains one person's records on one day in one language."""

    def __init__(self, city: City, person_id: UUID, on: date, language: Language) -> None:
        self._city, self._person, self._on, self._language = city, person_id, on, language
        self._words = Wording(city, language)

    def explain(self, records: Sequence[Record]) -> ReasonsOut:
        """Everything the reasons page shows."""
        card = self._city.scorecard(self._on)
        result = score(records, card, self._on)
        effective = result.effective
        days = [self._on + timedelta(days=n) for n in OUTLOOK_DAYS]
        return ReasonsOut(
            score=points_text(result.value),
            base=points_text(result.base),
            as_of=self._on,
            scorecard=card.version,
            basis=card.basis,
            reasons=self.reasons(result),
            not_counted=[self._handle(r) for r in records if r.key not in effective],
            advice=self._advice(records, card),
            forecast=[
                ForecastOut(on=day, score=points_text(value))
                for day, value in forecast(records, card, days)
            ],
        )

    def reasons(self, result: Score) -> list[ReasonOut]:
        """Every line of the score, ranked; together exactly score minus base."""
        return [self._reason(reason, result) for reason in reasons(result)]

    def band(self, result: Score) -> BandOut:
        """The band in the reader's language."""
        return BandOut(
            id=result.band.id, name=self._words.say(result.band.name, result.band.name_en)
        )

    def _reason(self, reason: Reason, result: Score) -> ReasonOut:
        rule = reason.result if isinstance(reason.result, RuleResult) else None
        held = reason.result if isinstance(reason.result, DimensionResult) else None
        dimension = rule.rule.dimension if rule else held.dimension.id if held else ""
        return ReasonOut(
            kind=reason.kind,
            id=rule.rule.id if rule else dimension,
            dimension=dimension,
            title=title(reason, self._language),
            points=points_text(reason.points),
            text=sentence(reason, self._language),
            legal_basis=rule.rule.legal_basis if rule else "",
            records=[self._counted(entry, rule, result) for entry in rule.counted] if rule else [],
            lines=[
                LineOut(kind=line.kind, year=line.year, points=points_text(line.points, 3))
                for line in (rule.lines if rule else ())
            ],
        )

    def _counted(self, entry: Counted, rule: RuleResult, result: Score) -> CountedOut:
        record, words = entry.record, self._words
        return CountedOut(
            record_id=self._handle(record),
            title=words.title(record),
            agency=words.agency(record),
            occurred_on=record.occurred_on,
            level=words.level(record),
            quantity=words.quantity(record),
            points=points_text(entry.points, 3),
            counts=entry.effective,
            repeat=entry.nth,
            note=record_note(rule, entry, result, self._language),
            repairable=words.item(record).repairable and rule.rule.sign < 0,
        )

    def _advice(self, records: Sequence[Record], card: Scorecard) -> list[AdviceOut]:
        repairable = frozenset(r.item for r in records if self._words.item(r).repairable)
        found = advise(records, card, self._on, repairable)
        return [self._advised(advice) for advice in found[:_ADVICE_SHOWN]]

    def _advised(self, advice: Advice) -> AdviceOut:
        rule = advice.rule
        repair = advice.kind == "repair"
        text = (
            _REPAIR.say(self._language) if repair else self._words.say(rule.advice, rule.advice_en)
        )
        return AdviceOut(
            kind=advice.kind,
            title=self._words.say(rule.title, rule.title_en),
            text=text,
            gain=points_text(advice.gain),
            record_id=self._handle(advice.record) if repair else None,
        )

    def _handle(self, record: Record) -> str:
        return record_id(self._person, record.key)
