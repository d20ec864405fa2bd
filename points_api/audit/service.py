"""What was done, by whom, to what: written with every change, and provably not altered since.

An entry is written in the transaction of what it tells, with a digest of itself. Later it is
sealed (`sealing.py`): it gets the next number and a hash over the hash before and its own digest.

Entries hold ids and codes. Whatever looks like an ID number, a phone, an openid or a name is
refused here, for an entry can never be taken back.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from itertools import chain
from typing import Any
from uuid import UUID

from points_api import clock
from points_api.audit.models import AuditEntry
from points_api.db.plans import JsonText
from points_api.db.transaction import transactional
from points_api.db.writes import Columns, Insert, write_all
from points_api.ids import new_ids

# Bounded, so that no part of a UUID or of a digest is taken for one.
_PERSONAL = re.compile(
    r"(?<![0-9A-Za-z])(\d{17}[\dXx]|\d{15}|(\+?86)?1[3-9]\d{9}|o[\w-]{27})(?![0-9A-Za-z])"
)
_MAX_TEXT = 200
_quoted = json.encoder.encode_basestring_ascii
_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode


class PersonalDataError(ValueError):
    """Something in an entry looks like personal data. Names the place, never the value."""


def entry(actor: str, action: str, subject: str, details: Mapping[str, Any]) -> Insert:
    """Return the entry as a write, to go with others in one round trip.

    `actor` and `subject` are a kind and an id, such as `resident:<uuid>`; `action` is such as
    `session.open`.
    """
    return entries(actor, action, [subject], [details])


def entries(
    actor: str, action: str, subjects: Sequence[str], details: Sequence[Mapping[str, Any]]
) -> Insert:
    """Return an entry for each subject, with its details, as one write."""
    # Nearly all entries are flat texts, which are looked at all at once.
    texts = chain.from_iterable((*said, *said.values()) for said in details)
    if not _is_harmless([actor, action, *subjects, *texts]):
        for subject, said in zip(subjects, details, strict=True):
            entry_as_json = {"actor": actor, "action": action, "subject": subject, "details": said}
            for place, value in _values("", entry_as_json):
                _refuse_personal(place, value)
    at, ids, written = clock.now(), new_ids(len(subjects)), [_canonical(dict(d)) for d in details]
    digests = _digests(ids, at, actor, action, subjects, written)
    each = {"id": ids, "subject": subjects, "details": [*map(JsonText, written)], "digest": digests}
    return Insert(AuditEntry, Columns(each, {"at": at, "actor": actor, "action": action}))


@transactional
async def append(actor: str, action: str, subject: str, details: Mapping[str, Any]) -> None:
    """Write an entry in the caller's transaction."""
    await write_all([entry(actor, action, subject, details)])


def digest_of(
    entry_id: UUID,
    at: datetime,
    actor: str,
    action: str,
    subject: str,
    details: Mapping[str, Any],
) -> str:
    """Return the hash of an entry's canonical JSON: names sorted, no spaces, ASCII."""
    return _digests([entry_id], at, actor, action, [subject], [_canonical(details)])[0]


def _digests(
    ids: Sequence[UUID],
    at: datetime,
    actor: str,
    action: str,
    subjects: Sequence[str],
    details: Sequence[str],
) -> list[str]:
    """The digests of entries whose details are written out; what is the same in all, once."""
    instant = at.astimezone(UTC).isoformat(timespec="microseconds")
    head = f'{{"action":{_quoted(action)},"actor":{_quoted(actor)},"at":"{instant}","details":'
    return [
        sha256(f'{head}{said},"id":"{id_}","subject":{_quoted(subject)}}}'.encode()).hexdigest()
        for id_, subject, said in zip(ids, subjects, details, strict=True)
    ]


def _values(place: str, value: object) -> Iterator[tuple[str, object]]:
    """Walk through nested JSON; names of fields are values too."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield f"{place}.", name
            yield from _values(f"{place}.{name}", inner)
    elif isinstance(value, list | tuple):
        for at, inner in enumerate(value):
            yield from _values(f"{place}[{at}]", inner)
    else:
        yield place, value


def _is_harmless(values: Sequence[object]) -> bool:
    """Look at all of them at once, which in nearly all entries is enough."""
    if set(map(type, values)) != {str}:
        return False
    texts: set[Any] = set(values)
    text = " ".join(texts)  # a blank is as good a bound as the end of a value
    return (
        max(map(len, texts)) <= _MAX_TEXT
        and text.isascii()
        and text.isprintable()
        and not _PERSONAL.search(text)
    )


def _refuse_personal(place: str, value: object) -> None:
    # A float would not come back from every database as it went in.
    if not isinstance(value, str | int | None):
        raise TypeError(f"audit{place}: text, whole numbers, true, false and null only")
    text = str(value)
    if not text.isascii() or not text.isprintable() or len(text) > _MAX_TEXT:
        raise PersonalDataError(f"audit{place}: ids and codes only, of ASCII letters")
    if _PERSONAL.search(text):
        raise PersonalDataError(f"audit{place}: looks like an ID number, a phone or an openid")
