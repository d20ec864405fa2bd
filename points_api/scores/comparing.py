"""What changed between two days, from what was known at the end of each."""

from datetime import date
from uuid import UUID

from points_api import clock
from points_api.language import Language
from points_api.records.facts import record_id
from points_api.records.reading import end_of, facts_known_at
from points_api.records.wording import STATUS, Wording
from points_api.residents.membership import member_of
from points_api.scores.problems import DaysReversed
from points_api.scores.schemas import ChangesOut, DifferenceOut, RecordChangeOut
from points_api.scores.service import Scores
from scoring.changes import Change, Difference, RecordChange, Situation, compare
from scoring.scorecard import points_text


async def between(
    scores: Scores, resident_id: UUID, from_day: date, to_day: date, language: Language
) -> ChangesOut:
    """The difference, split into time, rule and data. Raises `NoMember`, `DaysReversed`."""
    member = await member_of(resident_id)
    earliest = min(card.effective_from for card in scores.city.scorecards)
    if not earliest <= from_day <= to_day <= clock.today():
        raise DaysReversed
    change = compare(
        await _situation(scores, member.person_id, from_day),
        await _situation(scores, member.person_id, to_day),
    )
    words = Wording(scores.city, language)
    return ChangesOut(
        from_day=from_day,
        to_day=to_day,
        from_score=points_text(change.before.value),
        to_score=points_text(change.after.value),
        time=points_text(change.time),
        rule=points_text(change.rule),
        data=points_text(change.data),
        differences=[_difference(entry, change, words) for entry in change.differences],
        records=[_record(entry, member.person_id, words) for entry in change.records],
    )


async def _situation(scores: Scores, person_id: UUID, day: date) -> Situation:
    records = await facts_known_at(person_id, end_of(day))
    return Situation(tuple(records), scores.city.scorecard(day), day)


def _difference(entry: Difference, change: Change, words: Wording) -> DifferenceOut:
    titles = {"base": words.say("基础分", "Base"), "score_held": words.say("量程", "Scale")}
    for card in (change.before.scorecard, change.after.scorecard):
        titles |= {rule.id: words.say(rule.title, rule.title_en) for rule in card.rules}
        titles |= {d.id: words.say(d.name, d.name_en) for d in card.dimensions}
    return DifferenceOut(
        effect=entry.effect,
        kind=entry.subject,
        id=entry.id or entry.subject,
        title=titles[entry.id or entry.subject],
        points=points_text(entry.points),
    )


def _record(entry: RecordChange, person_id: UUID, words: Wording) -> RecordChangeOut:
    record = entry.after or entry.before
    assert record is not None
    if entry.before is None:
        kind, text = "new", words.say("新增", "new")
    elif entry.after is None:
        kind, text = "gone", words.say("不再保存", "no longer kept")
    elif entry.before.status != entry.after.status:
        kind, text = entry.after.status, STATUS[entry.after.status].say(words.language)
    else:
        kind, text = "corrected", words.say("已更正", "corrected")
    return RecordChangeOut.model_validate(
        {
            "record_id": record_id(person_id, record.key),
            "title": words.title(record),
            "change": kind,
            "text": text,
        }
    )
