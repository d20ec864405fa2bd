"""A merchant with an endpoint, residents who agreed, and the events that are pushed to it."""

from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from uuid import UUID

from points_api import clock
from points_api.conduct import overdue
from points_api.consents.models import Consent
from points_api.crypto.keyring import Keyring
from points_api.db import outbox
from points_api.eligibility import pseudonym
from points_api.eligibility.standing import Standings
from points_api.entitlements.renewing import Entitlements
from points_api.ids import new_id
from points_api.jobs.push import Push
from points_api.messages.events import Messages
from points_api.messages.pushing import LocalSubscribers
from points_api.scenarios.importing import import_folder
from points_api.scenarios.live import LiveScenarios
from points_api.scores.service import Scores
from points_api.settings import load
from points_api.webhooks import service
from points_api.webhooks.addresses import Addresses
from points_api.webhooks.fan_out import FanOut
from points_api.webhooks.kinds import KINDS
from points_api.webhooks.models import WebhookMessage
from points_api.webhooks.sending import Pace, Sender, http_client
from scenarios import files as scenario_files
from tests.factories import city, notices
from tests.points_api.db import rows

SCENARIO = "charging-redlist-driver-coupon"
"""A scenario with a list, for who is on a red list of drivers."""
OPEN = Addresses(loopback=True)
PACE = Pace(try_seconds=10.0, idle_seconds=0.02)


@cache
def folder():
    """The scenarios as shipped, read once."""
    return scenario_files.load(city().known(date(2026, 6, 1)), scenario_files.SHIPPED)


async def publish(*ids):
    """Take some of the shipped scenarios into the registry."""
    chosen = [one for one in folder().scenarios if one.id in ids]
    await import_folder(replace(folder(), scenarios=chosen), "office:test", clock.now())


@dataclass
class Shop:
    """A merchant, and what pushes to it."""

    push: Push
    keyring: Keyring
    merchant_id: UUID

    async def endpoint(self, url, kinds=KINDS):
        """Make an endpoint; its id and its secret."""
        made, secret = await service.add(
            self.keyring, OPEN, self.merchant_id, url, kinds, "merchant:test", clock.now()
        )
        return made.id, secret

    async def customer(self, scenario_id=SCENARIO):
        """A resident who agreed to the scenario."""
        resident = await rows.resident()
        await rows.consent(resident=resident, purpose="scenario", recipient=scenario_id)
        return resident.id

    def name_of(self, resident_id):
        return pseudonym.of(self.keyring, self.merchant_id, resident_id)

    async def redeem(self, resident_id, move="confirm", scenario_id=SCENARIO):
        """The event of a redemption; the id by which the message tells of it."""
        redemption_id = str(new_id())
        await outbox.append(
            "redemption.moved", f"resident:{resident_id}",
            {"redemption_id": redemption_id, "scenario_id": scenario_id,
             "merchant_id": str(self.merchant_id), "resident_id": str(resident_id),
             "state": "confirmed", "move": move},
        )  # fmt: skip
        return redemption_id

    async def withdraw(self, resident_id, scenario_id=SCENARIO):
        """End the consent, with its event."""
        await Consent.filter(resident_id=resident_id).update(withdrawn_at=clock.now())
        ended = [{"id": "1", "purpose": "scenario", "recipient": scenario_id}]
        await outbox.append("consent.withdrawn", f"resident:{resident_id}", {"consents": ended})

    async def run(self):
        """Everything that is due now, until nothing is."""
        await self.push.everything()

    async def messages(self):
        return await WebhookMessage.all().order_by("id")


def push_of(client, pace=PACE, seats=None, keyring=None):
    """Push over the open database, with what of the shipped scenarios is imported there."""
    keyring = keyring or Keyring.from_settings(load()).with_outward(bytes(32))
    live = LiveScenarios(city(), {}, folder().seats if seats is None else seats)
    standings = Standings(Scores(city()), keyring, notices(), overdue.scenarios_of)
    messages = Messages(keyring, LocalSubscribers())
    return Push(
        Entitlements(keyring, live, standings),
        FanOut(keyring, live, messages.told),
        Sender(keyring, OPEN, client, pace, jitter=lambda: 1.0),
        messages,
    )


@asynccontextmanager
async def shop(pace=PACE, keyring=None):
    async with http_client() as client:
        push = push_of(client, pace, keyring=keyring)
        merchant = await rows.merchant()
        await rows.merchant_scenario(merchant=merchant, scenario_id=SCENARIO)
        yield Shop(push, push.fan_out.keyring, merchant.id)
