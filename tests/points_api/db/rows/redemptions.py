"""Rows of what residents use: codes, verifications, redemptions, reports."""

from datetime import timedelta
from typing import Any

from points_api import clock
from points_api.conduct.models import ConductReport
from points_api.credit_codes.models import SpokenCode
from points_api.ids import new_id
from points_api.redemptions.models import LedgerEntry, QuotaCounter, Redemption, Statement
from points_api.verifications.models import Verification
from tests.points_api.db.rows.merchants import merchant
from tests.points_api.db.rows.residents import resident
from tests.points_api.db.rows.usual import DAY


async def spoken_code(**given: Any) -> SpokenCode:
    row: dict[str, Any] = {
        "scenario_id": "s1",
        "number": "000001",
        "sealed": b"x",
        "expires_at": clock.now() + timedelta(minutes=1),
    }
    return await SpokenCode.create(**row | given)


async def verification(**given: Any) -> Verification:
    now = clock.now()
    row: dict[str, Any] = {
        "scenario_id": "s1",
        "scenario_version": 1,
        "merchant_id": new_id(),
        "staff": "merchant:1",
        "mode": "code",
        "eligible": True,
        "cause": "eligible",
        "created_at": now,
        "expires_at": now + timedelta(minutes=5),
    }
    return await Verification.create(**row | given)


async def redemption(**given: Any) -> Redemption:
    now = clock.now()
    row: dict[str, Any] = {
        "verification": given.get("verification") or await verification(),
        "merchant": given.get("merchant") or await merchant(),
        "resident": given.get("resident") or await resident(),
        "scenario_id": "s1",
        "scenario_version": 1,
        "state": "confirmed",
        "day": DAY,
        "benefit_fen": 100,
        "owed_fen": 0,
        "reserved_at": now,
        "expires_at": now + timedelta(minutes=5),
        "changed_at": now,
    }
    return await Redemption.create(**row | given)


async def ledger_entry(**given: Any) -> LedgerEntry:
    made = given.pop("redemption", None) or await redemption()
    row: dict[str, Any] = {
        "redemption": made,
        "merchant_id": made.merchant_id,
        "scenario_id": "s1",
        "day": DAY,
        "move": "confirm",
        "benefit_fen": 100,
        "owed_fen": 0,
        "actor": "merchant:1",
        "at": clock.now(),
    }
    return await LedgerEntry.create(**row | given)


async def quota_counter(**given: Any) -> QuotaCounter:
    row: dict[str, Any] = {"scenario_id": "s1", "name": "total", "used": 1, "most": 9}
    return await QuotaCounter.create(**row | given)


async def statement(**given: Any) -> Statement:
    row: dict[str, Any] = {
        "merchant": given.get("merchant") or await merchant(),
        "day": DAY,
        "number": 1,
        "entries": 0,
        "benefit_fen": 0,
        "owed_fen": 0,
        "previous": "",
        "digest": "sha256:0",
        "closed_at": clock.now(),
    }
    return await Statement.create(**row | given)


async def conduct_report(**given: Any) -> ConductReport:
    made = given.pop("redemption", None) or await redemption()
    row: dict[str, Any] = {
        "redemption": made,
        "merchant_id": made.merchant_id,
        "resident_id": made.resident_id,
        "scenario_id": "s1",
        "state": "reported",
        "reported_at": clock.now(),
    }
    return await ConductReport.create(**row | given)
