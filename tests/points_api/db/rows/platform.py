"""Rows that belong to no feature: logs, events, keys, runs."""

from typing import Any

from points_api import clock
from points_api.access_log.models import AccessEntry
from points_api.audit.models import AuditEntry
from points_api.db.models import IdempotencyKey, OutboxEvent, SealedSecret
from points_api.jobs.models import JobRun
from tests.points_api.db.rows.residents import resident
from tests.points_api.db.rows.usual import DAY


async def access_entry(**given: Any) -> AccessEntry:
    now = clock.now()
    row: dict[str, Any] = {
        "resident": given.get("resident") or await resident(),
        "day": DAY,
        "actor_kind": "merchant",
        "actor": "m1",
        "purpose": "library",
        "what": "eligible",
        "first_at": now,
        "last_at": now,
    }
    return await AccessEntry.create(**row | given)


async def audit_entry(**given: Any) -> AuditEntry:
    row: dict[str, Any] = {
        "at": clock.now(),
        "actor": "system",
        "action": "x",
        "subject": "y",
        "details": {},
        "digest": "0" * 64,
    }
    return await AuditEntry.create(**row | given)


async def outbox_event(**given: Any) -> OutboxEvent:
    now = clock.now()
    row: dict[str, Any] = {
        "topic": "t",
        "subject": "s",
        "payload": {},
        "created_at": now,
        "next_try_at": now,
    }
    return await OutboxEvent.create(**row | given)


async def sealed_secret(**given: Any) -> SealedSecret:
    row: dict[str, Any] = {"name": "s", "content": b"x", "made_at": clock.now()}
    return await SealedSecret.create(**row | given)


async def idempotency_key(**given: Any) -> IdempotencyKey:
    row: dict[str, Any] = {"caller": "c", "key": "k", "fingerprint": "f", "created_at": clock.now()}
    return await IdempotencyKey.create(**row | given)


async def job_run(**given: Any) -> JobRun:
    """A run of a work."""
    usual: dict[str, Any] = {"name": "work", "token": 1, "started_at": clock.now()}
    return await JobRun.create(**usual | given)
