"""When a record counts, and with what weight by its age."""

from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache

from scoring.records import Record
from scoring.scorecard import Fade, Rule, Scorecard

FULL = (1, 1)


def in_force(record: Record, scorecard: Scorecard, on: date) -> bool:
    """Active, begun, and neither past its own validity nor past the retention of the law."""
    if record.status != "active" or on < record.occurred_on:
        return False
    if record.valid_until is not None and on >= record.valid_until:
        return False
    months = scorecard.retention_months.get(record.item)
    if months is None or record.ended_on is None:
        return True
    return on < retention_end(record.ended_on, months)


def gone_on(record: Record, scorecard: Scorecard) -> date | None:
    """The first day on which the record no longer counts, whatever its weight; None: never."""
    months = scorecard.retention_months.get(record.item)
    if months is None or record.ended_on is None:
        return record.valid_until
    end = retention_end(record.ended_on, months)
    return end if record.valid_until is None else min(end, record.valid_until)


@lru_cache(maxsize=65_536)
def retention_end(ended_on: date, months: int) -> date:
    """First day after a term of months: the term's last day is the day of the same number.

    Civil Code (民法典) articles 201, 202: the first day is not counted; where the last month lacks
    the day, its last day ends the term.

    >>> retention_end(date(2020, 3, 5), 60), retention_end(date(2024, 2, 29), 12)
    (datetime.date(2025, 3, 6), datetime.date(2025, 3, 1))
    """
    year, month = divmod(ended_on.year * 12 + ended_on.month - 1 + months, 12)
    day = min(ended_on.day, monthrange(year, month + 1)[1])
    return date(year, month + 1, day) + timedelta(days=1)


def weight_of(fade: Fade, ended_on: date | None, today: int) -> tuple[int, int]:
    """The fade on a day, given as ordinal, as a fraction; what goes on keeps its full weight."""
    if ended_on is None:
        return FULL
    age = today - ended_on.toordinal()
    if age <= fade.hold_days:
        return FULL
    if age >= fade.end_days:
        return (0, 1)
    return (fade.end_days - age, fade.end_days - fade.hold_days)


def fades_from(rule: Rule, record: Record) -> date | None:
    """The first day on which the record weighs less; None where it does not fade by age."""
    if rule.fade is None or record.ended_on is None:
        return None
    return record.ended_on + timedelta(days=rule.fade.hold_days + 1)


def counts_until(rule: Rule, record: Record, scorecard: Scorecard) -> date | None:
    """The first day on which the record weighs nothing any more; None: no end is known."""
    return weighs_until(rule, record, gone_on(record, scorecard))


def weighs_until(rule: Rule, record: Record, gone: date | None) -> date | None:
    """`counts_until` for who knows `gone_on` already."""
    if rule.fade is None or record.ended_on is None:
        return gone
    faded = record.ended_on + timedelta(days=rule.fade.end_days)
    return faded if gone is None or faded < gone else gone
