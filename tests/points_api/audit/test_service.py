"""An entry is written with what it tells, and can hold no personal data."""

import json
from datetime import datetime
from hashlib import sha256
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from points_api import clock
from points_api.audit import service as audit
from points_api.audit.models import AuditEntry
from points_api.audit.service import PersonalDataError, digest_of
from points_api.db import outbox
from points_api.db.transaction import transactional
from points_api.db.writes import write_all

WHO = "resident:01974f3a-1111-7222-8333-123456789012"


async def test_an_entry_tells_who_did_what_to_what_and_when(database, frozen_clock):
    await audit.append(WHO, "consent.give", "consent:1", {"purpose": "scoring", "n": 3, "x": None})
    [entry] = await AuditEntry.all()
    said = (entry.actor, entry.action, entry.subject, entry.details, entry.at, entry.seq)
    details = {"purpose": "scoring", "n": 3, "x": None}
    assert said == (WHO, "consent.give", "consent:1", details, frozen_clock.at, None)


async def test_the_digest_is_the_same_after_the_way_through_the_database(database):
    await audit.append("system", "a", "b", {"z": [1, {"b": False, "a": ""}], "a": 2**70})
    [entry] = await AuditEntry.all()
    assert entry.digest == digest_of(
        entry.id, entry.at, entry.actor, entry.action, entry.subject, entry.details
    )


async def test_an_entry_goes_with_what_it_tells(database):
    @transactional
    async def refuse():
        await audit.append("system", "a", "b", {})
        raise LookupError

    with pytest.raises(LookupError):
        await refuse()
    assert await AuditEntry.all().count() == 0
    written = await write_all([audit.entry("system", "a", "b", {}), outbox.event("t", "s", {})])
    assert written == [1, 1]


@pytest.mark.parametrize(
    "personal",
    [
        "42020219900307721X",
        "42020219900307721x",
        "420202900307721",
        "id 420202199003077215.",
        "13800138000",
        "+8613800138000",
        "oAbCdEfGhIjKlMnOpQrStUvWxYz1",
        "张三",
        "Zhang\nSan",
        "x" * 201,
        13800138000,
        420202199003077215,
    ],
)
@pytest.mark.parametrize("nest", [lambda v: v, lambda v: {"in": [v]}, lambda v: [{"a": [v]}]])
def test_what_looks_personal_is_refused_and_not_repeated(personal, nest):
    with pytest.raises(PersonalDataError) as refusal:
        audit.entry("system", "a", "b", {"field": nest(personal)})
    assert "field" in str(refusal.value)
    assert str(personal) not in str(refusal.value)


@pytest.mark.parametrize("place", ["actor", "action", "subject"])
def test_names_of_fields_and_the_other_parts_are_looked_at_too(place):
    parts = {"actor": "system", "action": "a", "subject": "b"}
    with pytest.raises(PersonalDataError, match=place):
        audit.entry(**parts | {place: "resident:13800138000"}, details={})
    with pytest.raises(PersonalDataError):
        audit.entry(**parts, details={"13800138000": 1})


def test_a_number_that_is_not_whole_is_refused():
    with pytest.raises(TypeError, match=r"details\.share"):
        audit.entry("system", "a", "b", {"share": 0.5})


@given(st.uuids(), st.binary(min_size=16, max_size=32))
def test_ids_and_digests_are_never_taken_for_personal_data(made: UUID, digest: bytes):
    audit.entry(f"resident:{made}", "a", f"x:{made.hex}", {"sha": digest.hex(), "ids": [str(made)]})


async def test_many_entries_are_as_good_as_each_by_itself(database):
    subjects = [f'thing:{n}"\\' for n in range(300)]
    said = [{"n": n, "b": {"z": 1, "a": [None, True]}} for n in range(300)]
    assert await write_all([audit.entries("system", "a", subjects, said)]) == [300]
    entries = await AuditEntry.all().order_by("id")
    assert [(entry.subject, entry.details) for entry in entries] == [
        *zip(subjects, said, strict=True)
    ]
    for entry in entries:
        text = json.dumps(
            {
                "id": str(entry.id),
                "at": entry.at.isoformat(timespec="microseconds"),
                "actor": "system", "action": "a", "subject": entry.subject,
                "details": entry.details,
            },
            sort_keys=True, separators=(",", ":"),
        )  # fmt: skip
        assert entry.digest == sha256(text.encode()).hexdigest()


def test_one_personal_entry_among_many_is_refused():
    with pytest.raises(PersonalDataError, match="subject"):
        audit.entries("system", "a", ["b", "resident:13800138000"], [{}, {}])


def test_the_canonical_form_is_pinned():
    """Another form would make every sealed entry look altered."""
    made = digest_of(
        UUID("01974f3a-1111-7222-8333-123456789012"),
        datetime(2026, 6, 1, 12, tzinfo=clock.LEGAL_ZONE),
        "system",
        "a",
        "b",
        {"b": 1, "a": [None, True]},
    )
    text = (
        '{"action":"a","actor":"system","at":"2026-06-01T04:00:00.000000+00:00",'
        '"details":{"a":[null,true],"b":1},"id":"01974f3a-1111-7222-8333-123456789012",'
        '"subject":"b"}'
    )
    assert made == sha256(text.encode()).hexdigest()
