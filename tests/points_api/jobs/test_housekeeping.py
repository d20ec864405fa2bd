"""Every night what has outlived its term goes, to the second, and nothing a moment sooner."""

import io
import json
import logging
from datetime import timedelta
from functools import partial

import pytest

from points_api import clock, log
from points_api.access_log import service as access_log
from points_api.access_log.service import Look
from points_api.auth import service as auth
from points_api.auth.models import Session
from points_api.consents import service as consents
from points_api.consents.models import Consent
from points_api.consents.service import plus_months
from points_api.db import outbox
from points_api.db.models import IdempotencyKey
from points_api.jobs.housekeeping import tidy
from points_api.residents.effects import ConsentEffects
from points_api.residents.models import Enrollment, Person
from points_api.scores.models import ScoreHistory, ScoreRow
from points_api.scores.service import Scores
from tests.factories import city, make_member, make_record
from tests.points_api.db import rows

pytestmark = pytest.mark.usefixtures("database", "frozen_clock")
STEPS = [
    "consents",
    "sessions",
    "officer_sessions",
    "looks",
    "enrollments",
    "proofs",
    "statements",
    "counters",
    "messages",
    "events",
    "webhooks",
    "answers",
    "batches",
]
SECOND = timedelta(seconds=1)


@pytest.fixture
def effects(registry):
    return ConsentEffects(registry)


async def session(member):
    now = clock.now()
    await Session.create(
        resident_id=member.resident_id, created_at=now, rotated_at=now, expires_at=now
    )
    return now + timedelta(days=180), SECOND


async def officer_session(member):
    session = await rows.officer_session()
    return session.expires_at + timedelta(days=180), SECOND


async def look(member):
    now = clock.now()
    day = clock.day_of(now)
    own = Look(member.resident_id, day, "resident", "self", "own", "score", 1, now, now)
    await access_log.add([own])
    return plus_months(now, 36), timedelta(days=1)  # it bears a day only


async def left_enrollment(member):
    await Consent.all().delete()
    await Enrollment.filter(id=member.enrollment_id).update(left_at=clock.now())
    return plus_months(clock.now(), 36), SECOND


async def message(member):
    await rows.message(created_at=clock.now())
    return clock.now() + timedelta(days=180), SECOND


async def proof_place(member):
    await rows.proof_place(list_name=clock.today().isoformat())
    return clock.now() + timedelta(days=2), timedelta(days=1)


async def counter(member):
    await rows.quota_counter(name=f"day:{clock.today()}")
    return clock.now() + timedelta(days=30), timedelta(days=1)


async def event(member):
    await outbox.append("t", "done", {})
    await outbox.done([claimed.id for claimed in await outbox.claim(9)])
    return clock.now() + timedelta(days=30), SECOND


async def webhook(member):
    await rows.webhook_message(ended_at=clock.now(), outcome="delivered")
    return clock.now() + timedelta(days=30), SECOND


async def answer(member):
    await IdempotencyKey.create(caller="c", key="k", fingerprint="f", created_at=clock.now())
    return clock.now() + timedelta(days=3), SECOND


async def refused_batch(member):
    await rows.recognition_batch(created_at=clock.now())
    return clock.now() + timedelta(days=1) - SECOND, SECOND


@pytest.mark.parametrize(
    ("step", "make"),
    [("sessions", session), ("officer_sessions", officer_session), ("looks", look),
     ("enrollments", left_enrollment), ("proofs", proof_place), ("counters", counter),
     ("messages", message), ("events", event), ("webhooks", webhook), ("answers", answer),
     ("batches", refused_batch)],
)  # fmt: skip
async def test_each_kind_is_kept_for_its_term_and_then_goes(effects, step, make):
    last, after = await make(await make_member())
    assert (await tidy(effects, last))[step] == 0
    assert (await tidy(effects, last + after))[step] == 1
    assert (await tidy(effects, last + after))[step] == 0


async def test_an_event_that_is_still_to_be_carried_out_is_kept_however_old(effects):
    await outbox.append("t", "undone", {})
    assert (await tidy(effects, clock.now() + timedelta(days=900)))["events"] == 0


async def test_whose_consent_has_run_out_has_left_and_their_score_is_gone(effects):
    member = await make_member()
    await Scores(city()).refresh(member.resident_id, "joined")
    end = plus_months(clock.now(), 24)
    assert (await tidy(effects, end - SECOND))["consents"] == 0
    assert await ScoreRow.all().count() == 1
    assert (await tidy(effects, end))["consents"] == 1
    assert await ScoreRow.all().count() == await ScoreHistory.all().count() == 0
    assert (await Enrollment.get(id=member.enrollment_id)).left_at == end


async def test_consents_are_ended_until_none_is_overdue(effects, monkeypatch):
    for _ in range(5):
        await make_member()
    monkeypatch.setattr(consents, "expire", partial(consents.expire, most=2))
    counts = await tidy(effects, plus_months(clock.now(), 24))
    assert counts["consents"] == 5
    assert not await Enrollment.filter(left_at=None).exists()


@pytest.mark.parametrize("known", [True, False])
async def test_a_person_goes_with_the_last_enrollment_unless_an_agency_knows_them(effects, known):
    member = await make_member()
    if known:
        await make_record(member.person_id, "volunteer.hours", clock.today())
    last, after = await left_enrollment(member)
    assert (await tidy(effects, last + after))["enrollments"] == 1
    assert await Person.filter(id=member.person_id).exists() == known


@pytest.fixture
def said():
    """What the jobs log, as a list of fields per line."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    stream = io.StringIO()
    log.configure("INFO", stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    log.configure("WARNING")
    root.handlers[:], root.level = before


@pytest.mark.parametrize("fault", ["sessions", "consents"])
async def test_a_step_that_fails_is_told_and_holds_up_no_other(effects, monkeypatch, said, fault):
    last, after = await answer(None)

    async def fails(*args):
        raise ConnectionError

    broken = {"sessions": (auth, "purge"), "consents": (consents, "expire")}
    monkeypatch.setattr(*broken[fault], fails)
    counts = await tidy(effects, last + after)
    assert list(counts) == [step for step in STEPS if step != fault]
    assert counts["answers"] == 1
    [failed] = [line for line in said() if line["event"] == "housekeeping.failed"]
    assert (failed["level"], failed["task"], failed["error"]) == ("error", fault, "ConnectionError")


async def test_every_step_is_logged_with_its_count(effects, said):
    last, after = await answer(None)
    await tidy(effects, last + after)
    told = {line["task"]: line["count"] for line in said() if line["event"] == "housekeeping.done"}
    assert told == {**dict.fromkeys(STEPS, 0), "answers": 1}
