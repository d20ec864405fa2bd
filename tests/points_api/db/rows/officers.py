"""Rows of officers and of scenarios, which they look after."""

from datetime import timedelta
from typing import Any

from points_api import clock
from points_api.officers.models import FailedSignIn, Officer, OfficerSession
from points_api.scenarios.models import ScenarioVersion
from tests.points_api.db.rows.usual import another, unlike


async def officer(**given: Any) -> Officer:
    """An officer of the scenarios."""
    usual: dict[str, Any] = {
        "login": f"desk-{another()}", "password_hash": "x", "totp": b"x",
        "roles": ["scenario"], "created_at": clock.now(),
    }  # fmt: skip
    return await Officer.create(**usual | given)


async def officer_session(**given: Any) -> OfficerSession:
    """An officer who is signed in for half an hour."""
    now = clock.now()
    usual: dict[str, Any] = {
        "officer": given.get("officer") or await officer(),
        "created_at": now,
        "expires_at": now + timedelta(minutes=30),
    }
    return await OfficerSession.create(**usual | given)


async def failed_sign_in(**given: Any) -> FailedSignIn:
    """One failure under a login."""
    usual: dict[str, Any] = {"login_index": unlike().hex(), "failures": 1, "last_at": clock.now()}
    return await FailedSignIn.create(**usual | given)


async def scenario_version(**given: Any) -> ScenarioVersion:
    now = clock.now()
    row: dict[str, Any] = {
        "scenario_id": "s1",
        "version": 1,
        "category": "library",
        "division": "420200",
        "state": "draft",
        "document": {},
        "digest": "sha256:0",
        "author": "system",
        "created_at": now,
        "changed_at": now,
    }
    return await ScenarioVersion.create(**row | given)
