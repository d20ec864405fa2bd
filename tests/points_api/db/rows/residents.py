"""Rows of residents: who they are, what they agreed to, what they are told."""

from datetime import timedelta
from typing import Any

from points_api import clock
from points_api.auth.models import Session
from points_api.consents.models import Consent
from points_api.ids import new_id
from points_api.messages.models import Message, MessagePreference
from points_api.residents.models import Enrollment, Person, Resident
from tests.points_api.db.rows.usual import unlike


async def person(**given: Any) -> Person:
    row: dict[str, Any] = {
        "id_index": unlike(),
        "id_number": b"x",
        "name": b"x",
        "created_at": clock.now(),
    }
    return await Person.create(**row | given)


async def resident(**given: Any) -> Resident:
    row: dict[str, Any] = {"openid_index": unlike(), "openid": b"-", "created_at": clock.now()}
    return await Resident.create(**row | given)


async def enrollment(**given: Any) -> Enrollment:
    row: dict[str, Any] = {
        "resident": given.get("resident") or await resident(),
        "person": given.get("person") or await person(),
        "notice_version": "n1",
        "joined_at": clock.now(),
    }
    return await Enrollment.create(**row | given)


async def consent(**given: Any) -> Consent:
    now = clock.now()
    row: dict[str, Any] = {
        "resident": given.get("resident") or await resident(),
        "purpose": "scoring",
        "recipient": "city",
        "data_kinds": ["records"],
        "notice_version": "n1",
        "channel": "mini-program",
        "granted_at": now,
        "expires_at": now + timedelta(days=700),
    }
    return await Consent.create(**row | given)


async def session(**given: Any) -> Session:
    now = clock.now()
    row: dict[str, Any] = {
        "resident": given.get("resident") or await resident(),
        "created_at": now,
        "rotated_at": now,
        "expires_at": now + timedelta(days=30),
    }
    return await Session.create(**row | given)


async def message(**given: Any) -> Message:
    row: dict[str, Any] = {
        "resident": given.get("resident") or await resident(),
        "event_id": new_id(),
        "kind": "benefit_used",
        "params": {"scenario": "s1"},
        "created_at": clock.now(),
    }
    return await Message.create(**row | given)


async def message_preference(**given: Any) -> MessagePreference:
    row: dict[str, Any] = {
        "resident": given.get("resident") or await resident(),
        "muted": [],
        "quiet_from": 0,
        "quiet_until": 0,
        "accepted": {},
    }
    return await MessagePreference.create(**row | given)
