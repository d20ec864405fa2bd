"""Is this session still signed in? Asked on each request, answered without the database.

The database holds the truth. Redis holds one marker per session, `session:<id>`:

- `live`: trust it, for a minute at most. Set by whoever found the session live in the database,
  only where no marker stands.
- `ask`: somebody is ending the session right now; ask the database and leave the marker alone.
  Written before the transaction that ends it, so that no `live` outlasts the commit.
- `out`: it has ended, for good. Written after that commit.

So every process refuses an ended session at once, whichever process ended it, and losing all
markers costs one read of the database per session and changes no answer.

SQLite is nearer than any cache, and the processes beside it share nothing else: there every request
asks the database.

A hot route fetches `marker_key(sid)` together with what it serves and hands the value to `read`;
only on None it needs `is_live`.
"""

from collections.abc import Iterable
from uuid import UUID

from points_api import clock
from points_api.auth.models import Session
from points_api.auth.problems import SessionEnded
from points_api.cache import Cache
from points_api.db.reads import exists
from points_api.db.transaction import dialect

LIVE, ASK, OUT = b"live", b"ask", b"out"
LIVE_SECONDS = 60
ENDING_SECONDS = 30 * 60  # longer than a resident's access token lives


def marker_key(sid: str) -> str:
    return f"session:{sid}"


def read(marker: bytes | None) -> bool | None:
    """Return whether the session is live; None: the marker does not tell, ask the database."""
    if marker == LIVE:
        return True
    return False if marker == OUT else None


class Sessions:
    """Liveness of sessions, as the processes share it."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    async def require_live(self, sid: str) -> None:
        """Return if the session is live, else raise `SessionEnded`."""
        if not await self._is_known_live(sid):
            raise SessionEnded

    async def is_live(self, sid: str) -> bool:
        """Ask the database, and remember a yes for a minute."""
        live = await _is_live(sid)
        if live:
            await self._cache.set_if_absent(marker_key(sid), LIVE, LIVE_SECONDS)
        return live

    async def _is_known_live(self, sid: str) -> bool:
        if dialect() == "sqlite":
            return await _is_live(sid)
        live = read(await self._cache.get(marker_key(sid)))
        return await self.is_live(sid) if live is None else live

    async def ending(self, sids: Iterable[UUID]) -> None:
        """Say that these are about to end; call before the transaction."""
        for sid in sids:
            await self._cache.set(marker_key(str(sid)), ASK, ENDING_SECONDS)

    async def ended(self, sids: Iterable[UUID]) -> bool:
        """Say that these have ended; call after the commit.

        False if Redis was not reached: then the event `session.ended` says it again.
        """
        told = [await self._cache.set(marker_key(str(sid)), OUT, ENDING_SECONDS) for sid in sids]
        return all(told)


async def _is_live(sid: str) -> bool:
    stands = "id = $1 AND revoked_at IS NULL AND expires_at > $2"
    return await exists(Session, stands, UUID(sid), clock.now())
