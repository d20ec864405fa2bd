"""Checks of many questions in one message: answered at once, and to be fetched."""

import asyncio
from typing import Any, Final

from interop.batch import Accepted, Batch, Results, read_results
from interop.refusals import Malformed, Refused
from interop.shape import shaped
from interop.signing import Response
from interop.statement import Asked, NotRecognized
from points_api import clock
from points_api.federation.conformance.cases import Expected
from points_api.federation.conformance.checks import OF_UNKNOWN, Check, Found, require_answer, then
from points_api.federation.conformance.desk import (
    Desk,
    Fault,
    closed,
    not_described,
    require_status,
)
from points_api.federation.conformance.messages import PATHS, letters, usual
from points_api.language import Text

_LOOK_SECONDS: Final = 0.5
_NO_QUESTION: Final[dict[str, Any]] = {"scenario": "conformance"}
_EQUIVOCATED: Final = Expected(
    status=422, type="partner-question-refused", reasons=("equivocated",)
)
_NOT_THERE: Final = Expected(status=404, type="not-found")


def _batch(desk: Desk, found: Found, answer: str) -> Batch:
    """Two right questions about nobody, and between them something that is no question."""
    said = usual(desk.party, "batch", found.table, clock.now())
    first, last = said["items"]
    return shaped(Batch, said | {"answer": answer, "items": [first, _NO_QUESTION, last]})


async def _together(desk: Desk, found: Found) -> None:
    batch = _batch(desk, found, "now")
    _, first = await desk.ask("batch", batch.body())
    results = _require_results(desk, found, batch, first)
    _, again = await desk.ask("batch", batch.body())
    if _require_results(desk, found, batch, again) != results:
        raise Fault("同一批再来一次，答复相同", "the same batch again has the same answers")


async def _number_again(desk: Desk, found: Found) -> None:
    batch = _batch(desk, found, "now")
    _, first = await desk.ask("batch", batch.body())
    require_status(first, 200)
    other = _batch(desk, found, "now").model_copy(update={"batch": batch.batch})
    request, response = await desk.ask("batch", other.body())
    desk.require(_EQUIVOCATED, response, request)


async def _later(desk: Desk, found: Found) -> None:
    batch = _batch(desk, found, "later")
    _, response = await desk.ask("batch", batch.body())
    accepted = closed(response, Accepted, 202)
    if accepted != Accepted(batch=batch.batch, size=len(batch.items)):
        raise Fault(
            "说明收下的是哪一批、有多大：{batch}",
            "it says which batch was taken in, and how large: {batch}",
            batch=batch.batch,
        )
    where = PATHS["results"][1].format(batch=batch.batch)
    if not response.headers.get("location", "").endswith(where):
        raise Fault("Location 以 {where} 结尾", "Location ends with {where}", where=where)
    try:
        async with asyncio.timeout(desk.patience_seconds):
            while True:
                _, response = await desk.ask("results", batch=f"{batch.batch}?cursor=0")
                if not _read(response, batch).open:
                    break
                desk.sent.pop()  # of many looks the last is shown
                await asyncio.sleep(_LOOK_SECONDS)
    except TimeoutError:
        raise Fault(
            "在 {seconds:g} 秒内全部答复",
            "all is answered within {seconds:g} s",
            seconds=desk.patience_seconds,
        ) from None
    _require_results(desk, found, batch, response)


async def _of_another(desk: Desk, _: Found) -> None:
    request, response = await desk.ask("results", batch=letters(24))
    desk.require(_NOT_THERE, response, request)


def _read(response: Response, batch: Batch) -> Results:
    require_status(response, 200)
    try:
        return read_results(response.body, batch.batch, len(batch.items))
    except Refused as refused:
        raise not_described(Results, refused) from None


def _require_results(desk: Desk, found: Found, batch: Batch, response: Response) -> Results:
    """Each question is declined in its place, and what is no question refused in its own."""
    results = _read(response, batch)
    if results.next is not None:
        raise Fault("{count} 项全部答复", "all {count} items are answered", count=len(batch.items))
    for item, one in zip(batch.items, results.items, strict=True):
        if item == _NO_QUESTION:
            if one.refused != Malformed.reason:
                raise Fault(
                    "不成问题的一项要拒绝：{reason}",
                    "an item that is no question is refused: {reason}",
                    reason=Malformed.reason,
                )
        elif one.statement is None:
            raise Fault(
                "对的一项以令牌答复，而不是拒绝：{refused}",
                "a right item is answered by a token, not refused: {refused}",
                refused=one.refused,
            )
        else:
            answer = require_answer(desk, found, shaped(Asked, item), one.statement)
            if not isinstance(answer, NotRecognized):
                raise Fault(*OF_UNKNOWN)
    return results


OF_BATCHES: Final = (
    Check(
        "batch", "批量询问：各答各的，重复也一样", "many questions, each answered in its place",
        "joining.md 5",
        Text(
            "200；依次为“无可奉告”、拒绝（malformed）、“无可奉告”；同一批再来一次，答复相同",
            "200; a decline, a refusal (malformed), a decline; the same batch again: the same",
        ),
        _together,
    ),
    Check(
        "batch-number-again", "批号用于另一批问题", "a batch's number on other questions",
        "joining.md 5", then(_EQUIVOCATED), _number_again,
    ),
    Check(
        "batch-later", "批量询问，稍后来取", "many questions, answers fetched afterwards",
        "joining.md 5",
        Text(
            "202，带 Location；半分钟内在那里答 200，内容相同",
            "202 with Location; there 200 with the same within half a minute",
        ),
        _later,
    ),
    Check(
        "batch-of-nobody", "没有的批号", "a number that stands for no batch of ours",
        "joining.md 5", _NOT_THERE.said(), _of_another,
    ),
)  # fmt: skip
