"""`GET /v1/me/score` below the framework, for when everything needed is at hand.

The busiest operation by far. Here it costs one look-up of a verified token, one trip to Redis for
session marker and document together, and where Redis has forgotten, one statement in PostgreSQL;
trip and statement are shared by all requests of a turn of the event loop. SQLite is nearer than any
cache: there it is one statement, and the answer goes out in the turn in which it was asked for,
however much else is under way.
Whatever is not plain sailing (no token, an ended session, a day that changes the score, a consent
to renew) is passed on to the ordinary route, which gives the very same bytes; a test compares
them. The operation stays in the OpenAPI document and in the access table through it. It
is counted in the metrics and entered in the access log, and leaves no line in the log of requests.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from time import perf_counter
from typing import Final, NamedTuple

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from points_api import clock, metrics
from points_api.auth.callers import bearer
from points_api.auth.sessions import LIVE, LIVE_SECONDS, marker_key
from points_api.auth.sessions import read as read_marker
from points_api.auth.tokens import Claims
from points_api.conditional import etag_of, matches, private_headers
from points_api.db.reads import among, select
from points_api.db.transaction import dialect
from points_api.language import LANGUAGES, Language, choose
from points_api.problem import Problem
from points_api.scores.cache import TTL_SECONDS, key_of, read, value_of
from points_api.scores.document import StoredScore, render
from points_api.scores.models import ScoreRow
from points_api.turns import Turns

PATH: Final = "/v1/me/score"
# Sessions, consents and scores; no row means: let the ordinary route find out why.
_READ: Final = """
SELECT CAST(e.id AS text) AS session, s.value, s.base, s.dimensions, s.scorecard, s.as_of,
       s.stale_on, s.next_change_on, s.records_digest, s.version
FROM session e
JOIN score s ON s.resident_id = e.resident_id
JOIN consent c ON c.resident_id = e.resident_id AND c.purpose = 'scoring'
     AND c.withdrawn_at IS NULL AND c.expires_at > $1 AND c.notice_version = $2
WHERE e.revoked_at IS NULL AND e.expires_at > $1 AND e.id """
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
        if dialect() == "sqlite":
            stored = (await _read_stored([one := self._asked(claims, now, day)])).get(one)
            body = self._rendered(stored, language, day)
        else:
            body = await self._remembered(claims, language, now, day)
        if body is not None:
            state.own_looks.note(claims.subject, "score", now, day)
        return body

    def _asked(self, claims: Claims, now: datetime, day: date) -> _Asked:
        notice = self._owner.state.registry.notices.current(day)
        return _Asked(claims.session, now, notice.version)

    async def _remembered(
        self, claims: Claims, language: Language, now: datetime, day: date
    ) -> bytes | None:
        """By what Redis knows. What it does not, the database tells, and then it is told, too."""
        state = self._owner.state
        session, key = marker_key(claims.session), key_of(claims.subject, day)
        marker, known = await state.cache.get_many((session, key))
        live, body = read_marker(marker), read(known, language)
        if live is False:
            return None
        if live and body is not None:
            return body
        [stored] = await self._stored.ask([self._asked(claims, now, day)])
        if stored is None or not stored.holds_on(day):
            return None
        value = value_of(stored, state.city, day)
        state.cache.put_soon(key, stored.version, value, TTL_SECONDS)
        state.cache.set_if_absent_soon(session, LIVE, LIVE_SECONDS)
        return read(value, language)

    def _rendered(self, stored: StoredScore | None, language: Language, day: date) -> bytes | None:
        if stored is None or not stored.holds_on(day):
            return None
        card = self._owner.state.city.scorecard_named(stored.scorecard)
        return render(stored, card, language, day)


async def _read_stored(asked: Sequence[_Asked]) -> dict[_Asked, StoredScore]:
    """The scores of those whose sessions and consents stand, also by the clock of the last one."""
    condition, sessions = among([one.session for one in asked], first=3)
    try:
        rows = await select(ScoreRow, _READ + condition, asked[-1].now, asked[-1].notice, *sessions)
    except Problem:  # the ordinary route says it
        return {}
    found = {}
    for row in rows:
        columns = dict(row)
        session = columns.pop("session")
        found[session] = StoredScore(**columns)
    return {one: found[one.session] for one in asked if one.session in found}


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
