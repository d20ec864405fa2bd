"""Home: many questions in one message, each decided, signed and stored by itself.

A batch is first taken in, then answered item by item, each in a transaction that writes what was
answered; then it is told from what was written. So an item that does not hold spoils no other, what
was begun is gone on with after a restart, and the same batch again is the same answers. Asked for
later, the only difference is who answers: a work beside the requests (`jobs/exchange.py`).

Of whoever has withdrawn since, nothing is told any more: their host may have been told to forget
before it comes for the answers, and would learn it anew.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from tortoise.exceptions import IntegrityError
from tortoise.expressions import Subquery

from interop import statement
from interop.batch import ANSWERED_WITHIN_SECONDS, Batch, Result, Results, read_batch
from interop.directory import Members
from interop.evidence import logged_item
from interop.refusals import Equivocated, Refused, ReplayedNonce
from interop.shape import shaped
from interop.signing import Request, Response
from interop.statement import Asked
from points_api import clock, log
from points_api.audit import service as audit
from points_api.auth.partners import CallingPartner
from points_api.db import outbox
from points_api.db.reads import select
from points_api.db.transaction import transactional
from points_api.db.writes import Insert, write_all
from points_api.ids import new_id
from points_api.partners.messages import kept_request, kept_response, request_of
from points_api.partners.problems import QuestionRefused
from points_api.problem import NotFound, Problem
from points_api.recognitions.home import Home, Shown, recorded
from points_api.recognitions.looking import Question
from points_api.recognitions.models import Recognition, RecognitionBatch, RecognitionResult
from points_api.recognitions.problems import BatchGone, NothingAgreed

ANSWER: Final = "recognition.batch"
"""The event that a batch is to be answered; its subject names the row."""
KEPT: Final = timedelta(seconds=ANSWERED_WITHIN_SECONDS)
NUMBER_KEPT: Final = timedelta(days=1)
"""For how long the same number is told to be gone, at least."""
PAGE: Final = 50
LIVES_SECONDS: Final = statement.LONGEST_SECONDS  # whoever asked so many has to come for them
_UNANSWERED: Final = """
SELECT b.id FROM recognition_batch b WHERE b.created_at <= $1 AND NOT EXISTS (
    SELECT 1 FROM recognition r WHERE r.batch_id = b.id
) LIMIT 1000
"""
_log = log.get("recognitions")


@dataclass(frozen=True, slots=True)
class Batches:
    """The service. One per process."""

    home: Home

    async def take(self, caller: CallingPartner) -> RecognitionBatch:
        """Take a batch in, or find it again.

        Raises `QuestionRefused`, `BatchGone`, `ExchangeClosed`.
        """
        now = clock.now()
        try:
            return await _taken(caller, read_batch(caller.message.body), now)
        except Refused as refused:
            raise QuestionRefused(refused) from None

    async def complete(self, batch: RecognitionBatch) -> None:
        """Answer what is not answered yet. Raises `ExchangeClosed`, `Busy`: then it may go on."""
        if batch.done_at is not None or clock.now() >= batch.created_at + KEPT:
            return
        members = await self.home.exchange.directory.members(clock.now())
        items = read_batch(request_of(batch.request).body).items
        done = await RecognitionResult.filter(batch_id=batch.id).values_list("place", flat=True)
        for place in sorted(set(range(batch.size)).difference(done)):
            await self._complete_one(batch, place, items[place], members)
        await RecognitionBatch.filter(id=batch.id).update(done_at=clock.now())

    async def results(self, batch: RecognitionBatch, start: int, most: int) -> Results:
        """What was answered from a place on, without gaps. Raises `ExchangeClosed`."""
        found = RecognitionResult.filter(batch_id=batch.id, place__gte=start).order_by("place")
        rows = [one for n, one in enumerate(await found.limit(most)) if one.place == start + n]
        answered = await RecognitionResult.filter(batch_id=batch.id).count()
        following = start + len(rows)
        return Results(
            batch=batch.batch,
            items=await self._told(batch, rows),
            open=batch.size - answered,
            next=str(following) if following < batch.size else None,
        )

    async def of(self, caller: CallingPartner, batch: str) -> RecognitionBatch:
        """A batch of the city that asks. Raises `NotFound`, `BatchGone`."""
        row = await RecognitionBatch.get_or_none(host=caller.city, batch=batch)
        if row is None:
            raise NotFound
        return _still_there(row, clock.now())

    async def _told(
        self, batch: RecognitionBatch, rows: Sequence[RecognitionResult]
    ) -> list[Result]:
        """The results as they are told now: a decline in place of what was recalled since."""
        results = [Result.model_validate_json(one.result) for one in rows]
        items = read_batch(request_of(batch.request).body).items
        asked = {
            n: Asked.model_validate(items[rows[n].place])
            for n, one in enumerate(results)
            if one.statement is not None
        }
        if gone := await _recalled(asked):
            now, exchange = clock.now(), self.home.exchange
            signer = exchange.keys.signer(await exchange.directory.members(now), "statement")
            for n in gone:
                token = statement.decline(asked[n], signer, now, LIVES_SECONDS)
                results[n] = Result(statement=token)
        return results

    async def _complete_one(
        self, batch: RecognitionBatch, place: int, item: Any, members: Members
    ) -> None:
        """Answer one; where another process does so at the same time, theirs stands."""
        home, now = self.home, clock.now()
        try:
            asked = statement.check_question(item, batch.host, home.exchange.keys.division, members)
            question = await home.question(asked, f"city:{batch.host}", members, now)
        except Refused as refused:
            await _refuse(batch, place, refused.reason)
        except NothingAgreed as problem:
            await _refuse(batch, place, problem.slug)
        except QuestionRefused as problem:
            await _refuse(batch, place, problem.fields["reason"], problem.fields.get("tables", ()))
        else:
            try:
                await self._answer(batch, place, question)
            except Problem:  # the database or the directory is gone, for all of them
                raise
            except Exception:  # noqa: BLE001 - a fault of ours in one must not hold up the others
                _log.exception("batch.item_failed")
                await _refuse(batch, place, "unexpected")

    async def _answer(self, batch: RecognitionBatch, place: int, question: Question) -> None:
        shown = self.home.shown(question.asked, batch.created_at)
        with suppress(IntegrityError):
            await self._answer_once(batch, place, question, shown)
            return
        try:  # a code that was used at that very instant is now seen to be used
            await self._answer_once(batch, place, question, shown)
        except IntegrityError:  # not the code but the question itself was here before
            await _refuse(batch, place, ReplayedNonce.reason)

    @transactional
    async def _answer_once(
        self, batch: RecognitionBatch, place: int, question: Question, shown: Shown
    ) -> None:
        if await RecognitionResult.exists(batch_id=batch.id, place=place):
            return
        now = clock.now()
        found, answer = await self.home.said(question, shown, now, LIVES_SECONDS)
        whole = request_of(batch.request)
        alone = Request("POST", whole.target, {}, question.asked.body())
        kept = {
            "request": kept_request(alone), "response": kept_response(_unsigned(answer.body())),
            "edition": batch.edition, "batch_id": batch.id,
        }  # fmt: skip
        in_log = logged_item(whole, place, answer.statement).hex()
        told = {"batch": str(batch.id), "exchange": in_log}
        written = recorded(question, found, shown, kept, told, now)
        row = _row(batch, place, Result(statement=answer.statement))
        await write_all([*written, Insert(RecognitionResult, [row])])


@transactional
async def _taken(caller: CallingPartner, said: Batch, now: datetime) -> RecognitionBatch:
    digest = sha256(caller.message.body).hexdigest()
    row: dict[str, Any] = {
        "id": new_id(), "host": caller.city, "batch": said.batch, "size": len(said.items),
        "later": said.answer == "later", "digest": digest,
        "request": kept_request(_without_strangers(caller.message, said)),
        "edition": caller.edition, "created_at": now,
    }  # fmt: skip
    [written] = await write_all([Insert(RecognitionBatch, [row], unless="recognition_batch_once")])
    batch = await RecognitionBatch.get(host=caller.city, batch=said.batch)
    if batch.digest != digest:
        raise Equivocated
    if written:
        subject = f"batch:{batch.id}"
        logged = {"host": caller.city, "size": batch.size, "request": digest}
        await audit.append(caller.actor, "recognition.batch", subject, logged)
        if batch.later:
            await outbox.append(ANSWER, subject, {"host": caller.city})
    return _still_there(batch, now)


def _without_strangers(message: Request, said: Batch) -> Request:
    """The message as it may be kept: what is no question could hold a person, so null stands there.

    Its signature is then over more than is kept; of the whole only the digest is.
    """
    items = [one if _is_question(one) else None for one in said.items]
    if items == said.items:
        return message
    body = said.model_copy(update={"items": items}).body()
    return Request(message.method, message.target, message.headers, body)


def _is_question(item: Any) -> bool:
    try:
        shaped(Asked, item)
    except Refused:
        return False
    return True


async def _recalled(asked: Mapping[int, Asked]) -> list[int]:
    """Those of the questions whose answers were taken back."""
    hosts, nonces = {one.host for one in asked.values()}, {one.nonce for one in asked.values()}
    found = Recognition.filter(host__in=hosts, nonce__in=nonces, recalled_at__not_isnull=True)
    names = set(await found.values_list("host", "nonce"))
    return [n for n, one in asked.items() if (one.host, one.nonce) in names]


def _still_there(batch: RecognitionBatch, now: datetime) -> RecognitionBatch:
    if now >= batch.created_at + KEPT:
        raise BatchGone
    return batch


def _unsigned(body: bytes) -> Response:
    return Response(200, {}, body)


async def _refuse(
    batch: RecognitionBatch, place: int, reason: str, held: Sequence[Mapping[str, Any]] = ()
) -> None:
    result = Result.model_validate({"refused": reason, "tables": [*held]})
    row = _row(batch, place, result)
    await write_all([Insert(RecognitionResult, [row], unless="recognition_result_once")])


def _row(batch: RecognitionBatch, place: int, result: Result) -> dict[str, Any]:
    return {"batch_id": batch.id, "place": place, "result": result.model_dump_json()}


@transactional
async def purge(now: datetime) -> int:
    """Forget the results that are no longer told; return how many. The questions stay."""
    old = RecognitionBatch.filter(created_at__lte=now - KEPT).values("id")
    return await RecognitionResult.filter(batch_id__in=Subquery(old)).delete()


async def forget(now: datetime) -> int:
    """Delete the batches whose number is known no more and of which nothing was answered.

    Return how many. Of the others the signed questions are the evidence (decision 0028).
    """
    forgotten = 0
    while rows := await select(RecognitionBatch, _UNANSWERED, now - NUMBER_KEPT):
        ids = [row["id"] for row in rows]
        forgotten += await RecognitionBatch.filter(id__in=ids).delete()
    return forgotten
