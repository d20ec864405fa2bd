"""`GET /v1/me/score` below the framework, for when everything needed is at hand.

The busiest operation by far. Here it costs one look-up of a verified token, one trip to Redis for
session marker and document together, and where Redis has forgotten, one statement in PostgreSQL;
trip and statement are shared by all requests of a turn of the event loop.
Whatever is not plain sailing (no token, an ended session, a day that changes the score, a consent
to renew, SQLite) is passed on to the ordinary route, which gives the very same bytes; a test
compares them. The operation stays in the OpenAPI document and in the access table through it. It
is counted in the metrics and entered in the access log, and leaves no line in the log of requests.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from time import perf_counter
from typing import Any, Final, NamedTuple

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from points_api import clock, metrics
from points_api.auth.callers import bearer
from points_api.auth.sessions import LIVE, LIVE_SECONDS, marker_key
from points_api.auth.sessions import read as read_marker
from points_api.auth.tokens import Claims
from points_api.conditional import etag_of, matches, private_headers
from points_api.db.transaction import connection, dialect
from points_api.language import LANGUAGES, Language, choose
from points_api.problem import Problem
from points_api.scores.cache import TTL_SECONDS, key_of, read, value_of
from points_api.scores.document import StoredScore
from points_api.turns import Turns

PATH: Final = "/v1/me/score"
# Sessions, consents and scores; no row means: let the ordinary route find out why.
_READ: Final = """
SELECT e.id::text AS session, s.value, s.base, s.dimensions, s.scorecard, s.as_of, s.stale_on,
       s.next_change_on, s.records_digest, s.version
FROM session e
JOIN score s ON s.resident_id = e.resident_id
JOIN consent c ON c.resident_id = e.resident_id AND c.purpose = 'scoring'
     AND c.withdrawn_at IS NULL AND c.expires_at > $2 AND c.notice_version = $3
WHERE e.id = ANY($1::uuid[]) AND e.revoked_at IS NULL AND e.expires_at > $2
"""


# The same for every answer in a language, but for the ETag.
_HEADERS: Final[Mapping[Language, list[tuple[bytes, bytes]]]] = {
    language: [
        (name.lower().encode(), value.encode())
        for name, value in private_headers("", language).items()
        if name != "ETag"
    ]
    for language in LANGUAGES
}


class _Asked(NamedTuple):
    session: str
    now: datetime
    notice: str


class HotScore:
    """ASGI middleware; the application's state holds what the lifespan put there."""

    def __init__(self, app: ASGIApp, owner: FastAPI) -> None:
        self._app, self._owner = app, owner
        self._stored = Turns(_read_stored)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != PATH or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        language = choose(headers.get(b"accept-language", b"").decode("latin-1"))
        started = perf_counter()
        body = await self._body(scope, language)
        if body is None:
            await self._app(scope, receive, send)
            return
        status = await _answer(headers.get(b"if-none-match"), body, language, send)
        metrics.observe("GET", PATH, status, perf_counter() - started)

    async def _body(self, scope: Scope, language: Language) -> bytes | None:
        state = self._owner.state
        now = clock.now()
        try:
            claims = state.identity.tokens.verify(bearer(scope["headers"]), now)
        except Problem:
            return None
        if claims.kind != "resident":
            return None
        day = clock.day_of(now)
        keys = (marker_key(claims.session), key_of(claims.subject, day))
        marker, known = await state.cache.get_many(keys)
        live, body = read_marker(marker), read(known, language)
        if live is False:
            return None
        if not live or body is None:
            body = await self._from_database(claims, language, now, day)
        if body is not None:
            state.own_looks.note(claims.subject, "score", now, day)
        return body

    async def _from_database(
        self, claims: Claims, language: Language, now: datetime, day: date
    ) -> bytes | None:
        state = self._owner.state
        if dialect() != "postgres":
            return None
        notice = state.registry.notices.current(day)
        [stored] = await self._stored.ask([_Asked(claims.session, now, notice.version)])
        if stored is None or not stored.holds_on(day):
            return None
        value = value_of(stored, state.city, day)
        key = key_of(claims.subject, day)
        state.cache.put_soon(key, stored.version, value, TTL_SECONDS)
        state.cache.set_if_absent_soon(marker_key(claims.session), LIVE, LIVE_SECONDS)
        return read(value, language)


async def _read_stored(asked: Sequence[_Asked]) -> dict[_Asked, StoredScore]:
    """The scores of those whose sessions and consents stand, also by the clock of the last one."""
    parameters = [[one.session for one in asked], asked[-1].now, asked[-1].notice]
    try:
        rows = await connection().execute_query_dict(_READ, parameters)
    except Problem:  # the ordinary route says it
        return {}
    found = {row.pop("session"): _stored(row) for row in rows}
    return {one: found[one.session] for one in asked if one.session in found}


def _stored(row: dict[str, Any]) -> StoredScore:
    dimensions = row["dimensions"]
    read = json.loads(dimensions) if isinstance(dimensions, str) else dimensions
    return StoredScore(**{**row, "dimensions": read})


async def _answer(known: bytes | None, body: bytes, language: Language, send: Send) -> int:
    etag = etag_of(body)
    headers = [*_HEADERS[language], (b"etag", etag.encode())]
    status = 200
    if known is not None and matches(known.decode("latin-1"), etag):
        status, body = 304, b""
    else:
        headers += [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
    return status
