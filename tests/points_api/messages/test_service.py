"""Notices: once for each event, in the app always, on the phone only by consent and by day."""

from datetime import timedelta
from itertools import count

import pytest

from points_api import clock
from points_api.auth.wechat import OpenId
from points_api.crypto.keyring import Keyring
from points_api.db import outbox
from points_api.db.outbox import Event
from points_api.ids import new_id
from points_api.messages import service
from points_api.messages.events import Messages
from points_api.messages.kinds import KINDS, WORDINGS
from points_api.messages.models import Message
from points_api.residents import accounts
from points_api.settings import load
from tests.points_api.db import rows
from tests.points_api.webhooks.shop import push_of

_numbers = count(1)


class Phones:
    """Remembers what buzzed. Stands for WeChat, which is outside."""

    def __init__(self):
        self.buzzed = []

    async def send(self, openid, kind, title):
        self.buzzed.append((openid, kind, title.zh))


@pytest.fixture
def keyring():
    return Keyring.from_settings(load({}))


@pytest.fixture
def phones():
    return Phones()


@pytest.fixture
def messages(keyring, phones):
    return Messages(keyring, phones)


async def somebody(keyring):
    openid = OpenId(f"demo-openid-{next(_numbers)}")
    return openid, await accounts.find_or_add(keyring, openid, clock.now())


def confirmed(resident_id, move="confirm"):
    payload = {
        "redemption_id": str(new_id()), "scenario_id": "s1", "merchant_id": str(new_id()),
        "resident_id": str(resident_id), "state": "confirmed", "move": move,
    }  # fmt: skip
    subject = f"resident:{resident_id}"
    return Event(new_id(), "redemption.moved", subject, payload, clock.now(), 1)


async def test_an_event_that_comes_again_makes_no_second_notice(
    database, frozen_clock, keyring, messages
):
    _, resident_id = await somebody(keyring)
    event = confirmed(resident_id)
    for _ in range(3):
        await messages.told(event)
    assert [row.kind for row in await Message.all()] == ["benefit_used"]


async def test_without_an_acceptance_nothing_buzzes_but_the_notice_stands_in_the_app(
    database, frozen_clock, keyring, messages, phones
):
    _, resident_id = await somebody(keyring)
    await messages.told(confirmed(resident_id))
    assert await messages.push_due() == 0
    assert phones.buzzed == []
    assert await service.unread(resident_id) == 1


async def test_each_acceptance_allows_one_buzz(database, frozen_clock, keyring, messages, phones):
    openid, resident_id = await somebody(keyring)
    await service.accept(resident_id, ["benefit_used"])
    for _ in range(3):
        await messages.told(confirmed(resident_id))
    await messages.push_due()
    assert phones.buzzed == [(openid, "benefit_used", "权益已使用")]
    assert await messages.push_due() == 0


async def test_at_night_a_notice_waits_for_the_morning(
    database, frozen_clock, keyring, messages, phones
):
    _, resident_id = await somebody(keyring)
    await service.accept(resident_id, ["benefit_used"])
    frozen_clock.forward(timedelta(hours=11))  # 23:00 in Huangshi
    await messages.told(confirmed(resident_id))
    frozen_clock.forward(timedelta(hours=8, minutes=59))
    assert await messages.push_due() == 0
    frozen_clock.forward(timedelta(minutes=1))
    assert await messages.push_due() == 1


async def test_what_is_muted_or_read_meanwhile_does_not_buzz(
    database, frozen_clock, keyring, messages, phones
):
    _, resident_id = await somebody(keyring)
    await service.accept(resident_id, ["benefit_used", "benefit_back"])
    await messages.told(confirmed(resident_id))
    await messages.told(confirmed(resident_id, move="reverse"))
    await service.prefer(resident_id, ["benefit_used"], 0, 0)
    await service.read(resident_id, None, clock.now())
    assert await messages.push_due() == 0
    assert phones.buzzed == []


async def test_the_acceptances_of_one_resident_are_not_anothers(
    database, frozen_clock, keyring, messages, phones
):
    _, first = await somebody(keyring)
    _, second = await somebody(keyring)
    await service.accept(first, ["benefit_used"])
    await messages.told(confirmed(second))
    assert await messages.push_due() == 0


async def test_a_withdrawn_consent_to_a_scenario_is_told_and_one_to_be_scored_is_not(
    database, frozen_clock, keyring, messages
):
    _, resident_id = await somebody(keyring)
    consents = [
        {"id": "1", "purpose": "scoring", "recipient": "city", "notice_version": "n"},
        {"id": "2", "purpose": "scenario", "recipient": "s1", "notice_version": "s1@1"},
    ]
    subject = f"resident:{resident_id}"
    event = Event(new_id(), "consent.withdrawn", subject, {"consents": consents}, clock.now(), 1)
    await messages.told(event)
    assert [(row.kind, row.params) for row in await Message.all()] == [
        ("consent_withdrawn", {"scenario": "s1"})
    ]


class Ended:
    """A scenario of which a version was moved, and somebody who agreed to it."""

    async def version(self, n, state, **given):
        usual = {"approved_by": "officer:1", "live_since": None}
        await rows.scenario_version(version=n, state=state, **usual | given)

    async def customer(self, **given):
        resident = await rows.resident()
        await rows.consent(resident=resident, purpose="scenario", recipient="s1", **given)
        return resident.id

    def event(self, state, version=1):
        said = {"scenario_id": "s1", "version": version, "state": state}
        return Event(new_id(), "scenario.moved", "scenario:s1", said, clock.now(), 1)


@pytest.mark.parametrize("state", ["suspended", "retired"])
async def test_who_agreed_or_has_something_reserved_is_told_once_that_a_scenario_is_over(
    database, frozen_clock, messages, state
):
    ended, now = Ended(), clock.now()
    await ended.version(1, state)
    agreed, withdrawn = await ended.customer(), await ended.customer(withdrawn_at=now)
    reserved = await rows.redemption(state="reserved", expires_at=now + timedelta(minutes=5))
    lapsed = await rows.redemption(state="reserved", expires_at=now)
    confirmed_ = await rows.redemption(state="confirmed", expires_at=None)
    event = ended.event(state)
    for _ in range(2):
        await messages.told(event)
    told = await Message.all()
    assert {row.kind for row in told} == {f"scenario_{state}"}
    assert sorted(row.resident_id for row in told) == sorted([agreed, reserved.resident_id])
    assert not {withdrawn, lapsed.resident_id, confirmed_.resident_id} & {
        row.resident_id for row in told
    }


@pytest.mark.parametrize(
    ("state", "approved_by", "later"),
    [
        ("published", "officer:1", None),
        ("retired", None, None),  # a draft that was given up
        ("retired", "officer:1", "published"),  # another version took its place
    ],
)
async def test_nobody_is_told_of_a_move_that_they_do_not_notice(
    database, frozen_clock, messages, state, approved_by, later
):
    ended = Ended()
    if later is not None:
        await ended.version(2, later, live_since=clock.now())
    await ended.version(1, state, approved_by=approved_by)
    await ended.customer()
    await messages.told(ended.event(state))
    assert await Message.all().count() == 0


async def test_a_scenario_that_ends_is_told_by_what_pushes(database, frozen_clock):
    ended = Ended()
    await ended.version(1, "suspended")
    resident_id = await ended.customer()
    said = {"scenario_id": "s1", "version": 1, "state": "suspended"}
    await outbox.append("scenario.moved", "scenario:s1", said)
    await push_of(None).everything()
    assert [row.resident_id for row in await Message.all()] == [resident_id]


async def test_many_are_told_some_at_a_time_each_by_their_own_wishes(database, frozen_clock):
    residents = [(await rows.resident()).id for _ in range(5)]
    await service.accept(residents[3], ["scenario_suspended"])
    event = Ended().event("suspended")
    params = {"scenario": "s1"}
    await service.notify_all(residents, event, "scenario_suspended", params, clock.now(), 2)
    told = {row.resident_id: row.push_after for row in await Message.all()}
    assert sorted(told) == sorted(residents)
    assert [one for one, at in told.items() if at is not None] == [residents[3]]


async def test_old_notices_are_forgotten(database, frozen_clock):
    await rows.message(created_at=clock.now() - timedelta(days=200))
    await rows.message()
    assert await service.purge(clock.now() - timedelta(days=180)) == 1


def test_every_kind_has_words_in_both_languages_and_none_tells_points():
    assert WORDINGS.keys() == set(KINDS)
    for wording in WORDINGS.values():
        for text in (*wording.title, *wording.body):
            assert text
            assert "分" not in text
            assert "point" not in text.lower()
