"""Rows of merchants: who they are, and what they are told."""

from typing import Any

from points_api import clock
from points_api.entitlements.models import Entitlement, EntitlementChange
from points_api.ids import new_id
from points_api.merchants.models import (
    Merchant,
    MerchantScenario,
    MerchantStaff,
    SandboxResident,
    SandboxSetting,
)
from points_api.webhooks.models import WebhookEndpoint, WebhookMessage
from tests.points_api.db.rows.residents import resident
from tests.points_api.db.rows.usual import another


async def merchant(**given: Any) -> Merchant:
    row: dict[str, Any] = {
        "name": "某书店",
        "name_en": "A bookshop",
        "division": "420202",
        "state": "active",
        "created_at": clock.now(),
    }
    return await Merchant.create(**row | given)


async def merchant_staff(**given: Any) -> MerchantStaff:
    row: dict[str, Any] = {
        "merchant": given.get("merchant") or await merchant(),
        "label": "front desk",
        "role": "cashier",
        "created_at": clock.now(),
    }
    return await MerchantStaff.create(**row | given)


async def merchant_scenario(**given: Any) -> MerchantScenario:
    row: dict[str, Any] = {
        "merchant": given.get("merchant") or await merchant(),
        "scenario_id": "s1",
        "since": clock.now(),
    }
    return await MerchantScenario.create(**row | given)


async def sandbox_setting(**given: Any) -> SandboxSetting:
    row: dict[str, Any] = {"merchant": given.get("merchant") or await merchant(sandbox=True)}
    return await SandboxSetting.create(**row | given)


async def sandbox_resident(**given: Any) -> SandboxResident:
    row: dict[str, Any] = {
        "merchant": given.get("merchant") or await merchant(sandbox=True),
        "resident": given.get("resident") or await resident(),
        "handle": "excellent-1",
        "why": "joined",
        "band": "excellent",
        "score": 80_000,
        "age": 35,
        "created_at": clock.now(),
    }
    return await SandboxResident.create(**row | given)


async def entitlement(**given: Any) -> Entitlement:
    row: dict[str, Any] = {
        "resident": given.get("resident") or await resident(),
        "scenario_id": "s1",
        "scenario_version": 1,
        "granted": True,
        "changed_at": clock.now(),
    }
    return await Entitlement.create(**row | given)


async def entitlement_change(**given: Any) -> EntitlementChange:
    row: dict[str, Any] = {
        "number": another(),
        "merchant_id": new_id(),
        "scenario_id": "s1",
        "subject": "p1",
        "kind": "granted",
        "at": clock.now(),
    }
    return await EntitlementChange.create(**row | given)


async def webhook_endpoint(**given: Any) -> WebhookEndpoint:
    now = clock.now()
    row: dict[str, Any] = {
        "merchant": given.get("merchant") or await merchant(),
        "url": "https://shop.test/hook",
        "kinds": ["redemption.confirmed"],
        "secret": b"x",
        "state": "active",
        "created_at": now,
        "changed_at": now,
    }
    return await WebhookEndpoint.create(**row | given)


async def webhook_message(**given: Any) -> WebhookMessage:
    now = clock.now()
    row: dict[str, Any] = {
        "endpoint": given.get("endpoint") or await webhook_endpoint(),
        "event_id": new_id(),
        "kind": "redemption.confirmed",
        "subject": "p1",
        "body": "{}",
        "created_at": now,
        "next_try_at": now,
    }
    return await WebhookMessage.create(**row | given)
