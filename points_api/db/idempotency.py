"""A request with an Idempotency-Key happens once, and its answer is given again.

    @transactional
    async def redeem(caller, key, fingerprint, ...):
        if (answer := await once(caller, key, fingerprint)) is not None:
            return answer
        ...
        return await keep(caller, key, Answer(201, {...}))

Key, effect and answer are of one transaction, so none exists without the others. What is refused is
rolled back with its key, and may be tried again under it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from points_api import clock
from points_api.db.models import IdempotencyKey
from points_api.db.transaction import advisory_lock_if_free, transactional
from points_api.db.writes import Insert
from points_api.problem import Problem

_encode: Final = json.JSONEncoder(separators=(",", ":")).encode


class KeyMissing(Problem):
    slug, status, errcode = "idempotency-key-missing", 400, 40090
    title = ("缺少 Idempotency-Key", "Idempotency-Key is missing")


class KeyReused(Problem):
    slug, status, errcode = "idempotency-key-reused", 422, 42290
    about = ("header", "#/idempotency-key")
    title = (
        "这个 Idempotency-Key 已用于另一请求",
        "The Idempotency-Key already stands for another request",
    )


class KeyInFlight(Problem):
    slug, status, errcode = "idempotency-key-in-flight", 409, 40990
    title = ("同一请求正在处理", "The same request is still being processed")


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered: HTTP status and JSON body."""

    status: int
    body: Any


async def once(caller: str, key: str | None, fingerprint: str) -> Answer | None:
    """Take the key for this request: None to go on, or the answer given before.

    Refused are no key (400), the key of another request (422), and a key whose first request has
    not ended yet (409).
    """
    if (answer := await given(caller, key, fingerprint)) is None:
        await IdempotencyKey.create(
            caller=caller, key=key, fingerprint=fingerprint, created_at=clock.now()
        )
    return answer


async def given(caller: str, key: str | None, fingerprint: str) -> Answer | None:
    """Hold the key to the commit; None, or the answer given before. Refuses as `once`.

    Nothing is written: who goes on writes the key with its `answered`.
    """
    key = needed(key)
    if not await advisory_lock_if_free(lock_of(caller, key)):
        raise in_flight()
    kept = await IdempotencyKey.get_or_none(caller=caller, key=key)
    return None if kept is None else repeated(kept.fingerprint, kept.status, kept.body, fingerprint)


def needed(key: str | None) -> str:
    """The key; raises `KeyMissing`."""
    if not key:
        raise KeyMissing(
            "请为这次操作生成一个键，重试时用同一个", "Make one key per operation; retry under it"
        )
    return key


def lock_of(caller: str, key: str) -> str:
    """The name of the advisory lock that a request holds while it is carried out."""
    return f"idempotency:{caller}:{key}"


def in_flight() -> KeyInFlight:
    """The refusal of a request whose first one has not ended yet."""
    return KeyInFlight("请稍后用同一个键再试", "Try again in a moment, under the same key")


def repeated(kept_for: str, status: int | None, body: Any, fingerprint: str) -> Answer:
    """The answer kept under a key, for the very same request."""
    if kept_for != fingerprint:
        raise KeyReused("请换一个新的键", "Use a new key")
    if status is None:
        raise in_flight()
    return Answer(status, body)


def text_of(members: Mapping[str, Any]) -> str:
    """JSON to be kept as text: a database may write an object's members in another order."""
    return _encode(members)


def answered(caller: str, key: str, fingerprint: str, answer: Answer) -> Insert:
    """The key with its answer as one write, to go with the effect in one round trip."""
    row = {"caller": caller, "key": key, "fingerprint": fingerprint, "created_at": clock.now()}
    return Insert(IdempotencyKey, [{**row, "status": answer.status, "body": answer.body}])


async def keep(caller: str, key: str, answer: Answer) -> Answer:
    """Store the answer with its key, in the same transaction; return it."""
    mine = IdempotencyKey.filter(caller=caller, key=key)
    await mine.update(status=answer.status, body=answer.body)
    return answer


def fingerprint(method: str, path: str, body: bytes) -> str:
    """Return what tells two requests apart, and nothing of what they say."""
    return sha256(f"{method} {path}\n".encode() + body).hexdigest()


@transactional
async def purge(before: datetime) -> int:
    """Forget the keys made before an instant; return how many."""
    return await IdempotencyKey.filter(created_at__lt=before).delete()
