"""Endpoints and lists through the application as it is served, and a withdrawal end to end."""

import asyncio
from dataclasses import dataclass
from time import perf_counter

import httpx
import pytest

from points_api import clock
from points_api.audit.models import AuditEntry
from points_api.auth.models import ApiClient
from points_api.composition import composed
from points_api.consents.models import Consent
from points_api.ids import new_id
from points_api.jobs.push import run_push
from points_api.settings import load
from points_api.webhooks.models import WebhookEndpoint
from tests.points_api.application import running
from tests.points_api.db import rows
from tests.points_api.storage import everything_stored
from tests.points_api.webhooks.shop import SCENARIO, publish

BASE = "/v1/merchant/webhooks"


@dataclass
class Desk:
    """A program of a merchant, by the role of its key."""

    http: httpx.AsyncClient
    merchant_id: object
    headers: dict[str, str]

    async def ask(self, method, path="", body=None):
        url = path if path.startswith("/v1") else BASE + path
        headers = {**self.headers, "idempotency-key": str(new_id())}
        return await self.http.request(method, url, json=body, headers=headers)

    async def add(self, url, kinds=("redemption.confirmed",)):
        answer = await self.ask("POST", body={"url": url, "kinds": list(kinds)})
        assert answer.status_code == 201, answer.text
        return answer.json()


@pytest.fixture
async def served(database_url, monkeypatch):
    """The application; pushing to loopback is allowed. With PostgreSQL the relay runs beside it."""
    monkeypatch.setenv("POINTS_WEBHOOK_LOOPBACK", "1")
    async with running(database_url) as application:
        yield application


async def desk(application, role="manager", merchant=None):
    merchant = merchant or await rows.merchant()
    staff = await rows.merchant_staff(merchant=merchant, role=role, label=role)
    client = await ApiClient.create(
        id=f"shop-{new_id()}", kind="merchant", agency="", merchant_id=merchant.id,
        staff_id=staff.id, public_jwk={}, created_at=clock.now(),
    )  # fmt: skip
    token = application.app.state.identity.tokens.issue(
        "merchant", client.id, client.id, clock.now()
    )
    return Desk(application.http, merchant.id, {"authorization": f"Bearer {token}"})


async def test_a_manager_makes_changes_rotates_and_removes_an_endpoint(served):
    manager = await desk(served)
    made = await manager.add("https://shop.example/hook", ["ping", "redemption.confirmed"])
    assert made["secret"].startswith("whsec_")
    assert made["state"] == "active"
    place = f"/{made['id']}"
    listed = (await manager.ask("GET")).json()["items"]
    assert [one["id"] for one in listed] == [made["id"]]
    assert "secret" not in listed[0]
    changed = await manager.ask(
        "PATCH", place, {"kinds": ["redemption.reversed"], "state": "disabled"}
    )
    assert changed.json()["kinds"] == ["redemption.reversed"]
    assert (changed.json()["state"], changed.json()["reason"]) == ("disabled", "merchant")
    assert (await manager.ask("POST", f"{place}/test")).json()["errcode"] == 40961
    rotated = (await manager.ask("POST", f"{place}/rotate-secret")).json()
    assert rotated["secret"] != made["secret"]
    assert rotated["previous_secret_until"] is not None
    stored = " ".join(await everything_stored())
    assert made["secret"] not in stored
    assert rotated["secret"] not in stored
    assert (await manager.ask("DELETE", place)).status_code == 204
    assert (await manager.ask("GET")).json() == {"items": []}
    assert (await manager.ask("PATCH", place, {"state": "active"})).status_code == 404
    moves = await AuditEntry.filter(action__startswith="webhook.").order_by("id")
    assert [one.action for one in moves] == [
        "webhook.add", "webhook.change", "webhook.rotate", "webhook.remove"
    ]  # fmt: skip


async def test_bad_urls_unknown_kinds_and_too_many_are_refused(served):
    manager = await desk(served)
    kinds = ["ping"]
    for url in ("http://shop.example/", "https://10.0.0.1/", "https://shop.example:22/"):
        answer = await manager.ask("POST", body={"url": url, "kinds": kinds})
        assert (answer.status_code, answer.json()["errcode"]) == (422, 42266)
    for body in (
        {"url": "https://shop.example/", "kinds": ["score.changed"]},
        {"url": "https://shop.example/", "kinds": []},
        {"url": "https://shop.example/", "kinds": kinds, "secret": "mine"},
    ):
        assert (await manager.ask("POST", body=body)).status_code == 422
    for n in range(10):
        await manager.add(f"https://shop.example/{n}")
    answer = await manager.ask("POST", body={"url": "https://shop.example/", "kinds": kinds})
    assert (answer.status_code, answer.json()["errcode"]) == (409, 40960)


async def test_only_managers_see_endpoints_and_nobody_sees_anothers(served):
    manager = await desk(served)
    made = await manager.add("https://shop.example/hook")
    other = await desk(served)
    paths = [
        ("PATCH", "", {"state": "disabled"}), ("DELETE", "", None), ("POST", "/test", None),
        ("POST", "/rotate-secret", None), ("GET", "/deliveries", None),
        ("POST", "/replay", {"since": "2026-01-01T00:00:00Z"}),
        ("POST", f"/deliveries/{made['id']}/replay", None),
    ]  # fmt: skip
    for method, path, body in paths:
        answers = [await other.ask(method, f"/{one}{path}", body) for one in (made["id"], new_id())]
        assert [one.status_code for one in answers] == [404, 404], path
        assert answers[0].content == answers[1].content
    for role in ("cashier", "system"):
        program = await desk(served, role)
        assert (await program.ask("GET")).status_code == 403
        assert (await program.ask("POST", f"/{made['id']}/test")).status_code == 403
    lists = "/v1/merchant/entitlements"
    cashier, system = await desk(served, "cashier"), await desk(served, "system")
    assert (await cashier.ask("GET", lists)).status_code == 403
    assert (await cashier.ask("GET", f"{lists}/file")).status_code == 403
    assert (await system.ask("GET", f"{lists}/key")).status_code == 403
    feed = (await system.ask("GET", lists)).json()
    assert (feed["items"], feed["more"]) == ([], False)
    again = await system.ask("GET", f"{lists}?since={feed['cursor']}")
    assert again.json()["items"] == []
    file = await system.ask("GET", f"{lists}/file")
    assert file.content == b"scenario_id,subject,member_hash,since\r\n"
    assert file.headers["content-digest"].startswith("sha-256=:")
    system.headers["if-none-match"] = file.headers["etag"]
    assert (await system.ask("GET", f"{lists}/file")).status_code == 304
    assert len((await manager.ask("GET", f"{lists}/key")).json()["key"]) == 64


async def test_a_ping_arrives_and_is_in_the_log_with_its_try(served, receiver, database_url):
    manager = await desk(served)
    made = await manager.add(receiver.url())
    async with Relay(database_url):
        queued = (await manager.ask("POST", f"/{made['id']}/test")).json()
        await _until(lambda: receiver.got)
        assert receiver.got[0].headers["webhook-id"] == queued["webhook_id"]
        for _ in range(100):
            log = (await manager.ask("GET", f"/{made['id']}/deliveries?limit=1")).json()
            if log["items"][0]["attempts"]:
                break
            await asyncio.sleep(0.02)
    (item,) = log["items"]
    assert (item["kind"], item["state"], item["next_try_at"]) == ("ping", "delivered", None)
    assert [one["status"] for one in item["attempts"]] == [200]
    place = f"/{made['id']}/deliveries/{item['id']}/replay"
    assert (await manager.ask("POST", place)).status_code == 202
    naive = await manager.ask("POST", f"/{made['id']}/replay", {"since": "2026-01-01T00:00:00"})
    assert naive.status_code == 422
    since = {"since": "2026-01-01T00:00:00Z", "delivered": True}
    all_of_it = await manager.ask("POST", f"/{made['id']}/replay", since)
    assert (all_of_it.status_code, all_of_it.json()) == (202, {"messages": 0})


async def test_a_withdrawal_reaches_the_other_side_within_five_seconds(
    served, receiver, database_url
):
    merchant = await rows.merchant()
    await rows.merchant_scenario(merchant=merchant, scenario_id=SCENARIO)
    await publish(SCENARIO)
    manager = await desk(served, merchant=merchant)
    await manager.add(receiver.url())
    await WebhookEndpoint.all().update(kinds=["entitlement.granted"])
    resident = await served.visitor(1)
    assert (await resident.join()).status_code == 201
    account = (await Consent.get(purpose="scoring")).resident_id
    consent = await rows.consent(
        resident_id=account, resident=await _account(account), purpose="scenario",
        recipient=SCENARIO,
    )  # fmt: skip
    async with Relay(database_url):
        started = perf_counter()
        answer = await resident.delete(f"/v1/me/consents/{consent.id}")
        assert answer.status_code == 200, answer.text
        await _until(lambda: receiver.got)
        took = perf_counter() - started
    (got,) = receiver.got
    assert got.said["type"] == "consent.withdrawn"
    assert set(got.said["data"]) == {"scenario_id", "subject"}
    assert took < 5, took
    print(f"withdrawal to receiver: {took:.2f} s")


async def _account(resident_id):
    from points_api.residents.models import Resident

    return await Resident.get(id=resident_id)


class Relay:
    """On SQLite the server pushes itself; with PostgreSQL it is a process beside it."""

    def __init__(self, database_url):
        self._url = database_url
        self._task = None

    async def __aenter__(self):
        if self._url.startswith("postgres"):
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def __aexit__(self, *_):
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _run(self):
        async with composed(load({"database_url": self._url})) as parts:
            await run_push(parts)


async def _until(condition):
    for _ in range(1000):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("nothing came")
