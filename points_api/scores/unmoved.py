"""Why a supposition changes nothing, in the resident's words: «0.0» alone would explain nothing."""

from collections.abc import Iterator, Sequence
from datetime import date

from points_api.city import City
from points_api.language import Language, Text
from points_api.records.wording import Wording
from scoring.engine import score
from scoring.reasons import Reason, reasons, sentence
from scoring.records import Record
from scoring.score import DimensionResult, Score
from scoring.whatif import Add, Supposition, Wait, what_if

_WAITED = Text("等待 {days} 天：分数没有变化", "Waiting {days} days: the score stays the same")
_SILENT = Text("{title}：{state}", "{title}: {state}")
_HELD = Text(
    "{title}：计入了，但分数不变（{why}）", "{title}: counted, and the score stays the same ({why})"
)


def notes(
    city: City,
    records: Sequence[Record],
    wanted: Sequence[Supposition],
    result: Score,
    on: date,
    language: Language,
) -> list[str]:
    """A sentence for each supposition without which the score would be the same."""
    told = []
    for n, one in enumerate(wanted):
        others = [*wanted[:n], *wanted[n + 1 :]]
        if what_if(records, result.scorecard, on, others).value == result.value:
            told.append(_why(one, records, result, Wording(city, language)))
    return told


def _why(one: Supposition, records: Sequence[Record], result: Score, words: Wording) -> str:
    if isinstance(one, Wait):
        return _WAITED.fill(days=one.days).say(words.language)
    if isinstance(one, Add):
        record, before = one.record, result
    else:
        record = next(record for record in records if record.key == one.key)
        before = score(records, result.scorecard, result.on)
    title = words.title(record)
    if record.key not in before.effective:
        return _SILENT.fill(title=title, state=words.state(record, before)).say(words.language)
    why = "；" if words.language == "zh" else "; "
    why = why.join(_lines(record, before, words.language))
    return _HELD.fill(title=title, why=why).say(words.language)


def _lines(record: Record, result: Score, language: Language) -> Iterator[str]:
    """What the record's rule gives in all, and which floor or ceiling holds it."""
    rule = result.scorecard.rule_of[record.item]
    mine = next(one for one in result.rules if one.rule.id == rule.id)
    yield sentence(Reason("rule", mine.points, mine), language)
    for reason in reasons(result):
        held = reason.result
        if reason.kind == "score_held" or (
            isinstance(held, DimensionResult) and held.dimension.id == rule.dimension
        ):
            yield sentence(reason, language)
