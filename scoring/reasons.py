"""Why a score is what it is: every line of it, ranked, in plain words.

The lines of `reasons` sum exactly to the score minus its base. Ranking, published: the largest
effect first; where two are equal what takes away stands before what adds, then the order of the
scorecard. Words are made only when they are read.
"""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Literal, NamedTuple

from scoring.score import Counted, DimensionResult, RuleResult, Score
from scoring.scorecard import PRICED_SINGLY, Dimension, Rule, points_text
from scoring.validity import counts_until, fades_from

Language = Literal["zh", "en"]
Kind = Literal["rule", "dimension_held", "score_held"]


class Reason(NamedTuple):
    """One line: `points` in signed thousandths from a rule, or held back by a floor or ceiling."""

    kind: Kind
    points: int
    result: RuleResult | DimensionResult | Score


# Half the cost of `Reason(…)`.
_reason: Callable[[tuple[Kind, int, RuleResult | DimensionResult | Score]], Reason] = partial(
    tuple.__new__, Reason
)


def reasons(score: Score) -> tuple[Reason, ...]:
    """All lines that are not nothing, ranked; together exactly `score.value - score.base`."""
    found = [
        _reason(("rule", result.points, result))
        for dimension in score.dimensions
        for result in dimension.rules
        if result.points
    ]
    found += [Reason("dimension_held", d.held, d) for d in score.dimensions if d.held]
    if score.held:
        found.append(Reason("score_held", score.held, score))
    return tuple(sorted(found, key=_rank))


def _rank(reason: Reason) -> tuple[int, bool]:
    return (-abs(reason.points), reason.points > 0)


def sentence(reason: Reason, language: Language) -> str:
    """The reason in a sentence, without any name or number of a document."""
    zh = language == "zh"
    if reason.kind == "rule":
        assert isinstance(reason.result, RuleResult)
        return _rule_sentence(reason.result, zh)
    if reason.kind == "dimension_held":
        assert isinstance(reason.result, DimensionResult)
        return _held_sentence(reason.result.dimension, reason.points, zh)
    shown = points_text(abs(reason.points))
    if zh:
        return f"总分按量程封顶或保底，调整 {shown} 分"
    return f"The whole score is held within its scale, which moves it by {shown}"


def title(reason: Reason, language: Language) -> str:
    """What the line is about, in a few words."""
    if isinstance(reason.result, RuleResult):
        return reason.result.rule.title if language == "zh" else reason.result.rule.title_en
    if isinstance(reason.result, DimensionResult):
        dimension = reason.result.dimension
        return dimension.name if language == "zh" else dimension.name_en
    return "量程" if language == "zh" else "Scale"


def record_note(result: RuleResult, entry: Counted, score: Score, language: Language) -> str:
    """How a record counts and until when, or why not now; empty where there is nothing to add."""
    zh, record = language == "zh", entry.record
    until = counts_until(result.rule, record, score.scorecard)
    if until is not None and until <= score.on:
        return (
            f"{_day(until, zh)}起已不再计分" if zh else f"has not counted since {_day(until, zh)}"
        )
    if not entry.counts:
        return "只计其中一条，现在计的是另一条" if zh else "only one counts, at present another"
    if not entry.effective:
        return "目前不影响分数" if zh else "no effect on the score at present"
    notes = []
    if not isinstance(result.rule.pricing, PRICED_SINGLY):
        notes.append("计入合计" if zh else "counts in the total")
    fading = fades_from(result.rule, record)
    if fading is not None and (until is None or fading < until):
        if fading <= score.on:
            notes.append("影响正在逐日减弱" if zh else "its effect is fading day by day")
        else:
            notes.append(
                f"{_day(fading, zh)}起逐日减弱" if zh else f"fades from {_day(fading, zh)}"
            )
    if until is not None:
        notes.append(
            f"{_day(until, zh)}起不再计分" if zh else f"stops counting on {_day(until, zh)}"
        )
    return ("，" if zh else ", ").join(notes)


def quantity_text(rule: Rule, quantity: int, language: Language) -> str:
    """A quantity in the catalog's unit: 3650 hundredths of an hour -> '36.5 小时'."""
    whole, rest = divmod(quantity, rule.scale)
    digits = len(str(rule.scale)) - 1
    decimals = f".{rest:0{digits}d}".rstrip("0") if rest else ""
    return f"{whole}{decimals} {rule.unit if language == 'zh' else rule.unit_en}"


def _rule_sentence(result: RuleResult, zh: bool) -> str:
    rule, shown = result.rule, points_text(abs(result.points))
    if not isinstance(rule.pricing, PRICED_SINGLY):
        total = sum(entry.quantity for entry in result.counted)
        amount = quantity_text(rule, total, "zh" if zh else "en")
        measure = f"累计 {amount}" if zh else f"{amount} in all"
    else:
        used = sum(entry.points != 0 for entry in result.counted)
        measure = f"{used} 条记录" if zh else f"{used} record{'s' if used != 1 else ''}"
    capped = any(line.kind in ("year_cap", "total_cap") for line in result.lines)
    if zh:
        limit = "（已到上限）" if capped else ""
        return f"{rule.title}：{measure}，{'加' if rule.sign > 0 else '减'} {shown} 分{limit}"
    limit = " (at its limit)" if capped else ""
    verb = "adds" if rule.sign > 0 else "takes"
    return f"{rule.title_en}: {measure}, {verb} {shown}{limit}"


def _held_sentence(dimension: Dimension, points: int, zh: bool) -> str:
    shown = points_text(abs(points))
    if points < 0:
        top = points_text(dimension.ceiling)
        if zh:
            return f"{dimension.name}最多加 {top} 分，超出的 {shown} 分不计"
        return f"{dimension.name_en} adds {top} at most; {shown} above it does not count"
    low = points_text(abs(dimension.floor))
    if zh:
        return f"{dimension.name}最多减 {low} 分，超出的 {shown} 分不减"
    return f"{dimension.name_en} takes {low} at most; {shown} beyond it is not taken"


def _day(day: date, zh: bool) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if zh else day.isoformat()
