"""The member directory: followed from the files that come in, kept in the database.

The first edition is trusted for its digest, which is a setting; each next one for the signatures of
the one before (`interop.directory`). What was followed to is a row, so a process that starts anew
cannot be led back. A file that does not follow changes nothing and is told in the status.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from interop.directory import Members, Trusted, begin, follow
from interop.directory_shapes import Member
from interop.refusals import DirectoryExpired, Refused
from points_api import log
from points_api.db.transaction import transactional
from points_api.db.writes import Insert, write_all
from points_api.partners.models import DirectoryEdition
from points_api.partners.problems import ExchangeClosed

LOOK_AGAIN: Final = timedelta(seconds=30)
_log = log.get("partners")


@dataclass(slots=True)
class MemberDirectory:
    """What this process trusts, from the first edition's file on. One per process.

    The editions after it lie beside it, as `directory-2.json` beside `directory.json`.
    """

    first: Path | None
    digest: str
    fault: str | None = None
    _trusted: Trusted | None = None
    _members: Members | None = None
    _looked_at: datetime | None = None
    _looking: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def members(self, now: datetime) -> Members:
        """Who belongs to the exchange now. Raises `ExchangeClosed`."""
        if self._is_due(now):
            async with self._looking:  # who comes meanwhile waits, for there may be nothing yet
                if self._is_due(now):
                    await self.refresh(now)
        if self._trusted is None:
            raise ExchangeClosed("no-directory")
        try:
            if self._members is None:
                self._members = self._trusted.at(now)
            elif now.timestamp() >= self._trusted.directory.expires:
                raise DirectoryExpired
        except Refused as refused:
            raise ExchangeClosed(refused.reason) from None
        return self._members

    async def refresh(self, now: datetime) -> None:
        """Follow what the database and the folder have, as far as it holds."""
        before = self._trusted
        stored = await DirectoryEdition.all().order_by("-version").first()
        if stored is not None and (before is None or stored.version > before.directory.version):
            self._trust(begin(stored.document, stored.digest))
        self.fault = None
        while (document := self._next_document()) is not None:
            try:
                self._trust(await self._followed(document, now))
            except Refused as refused:
                self.fault = refused.reason
                _log.error("partners.directory_refused", reason=refused.reason)
                break
        self._looked_at = now

    def _is_due(self, now: datetime) -> bool:
        return self._looked_at is None or now - self._looked_at >= LOOK_AGAIN

    @property
    def version(self) -> int | None:
        """The number of the edition that is trusted."""
        return self._trusted.directory.version if self._trusted else None

    @property
    def trusted_digest(self) -> str:
        """The digest of that edition, which is logged with each exchange."""
        return self._trusted.digest if self._trusted else ""

    def _trust(self, trusted: Trusted) -> None:
        self._trusted, self._members = trusted, None

    def _next_document(self) -> bytes | None:
        if self.first is None:
            return None
        path = edition_file(self.first, (self.version or 0) + 1)
        return path.read_bytes() if path.is_file() else None

    async def _followed(self, document: bytes, now: datetime) -> Trusted:
        if self._trusted is None:
            trusted = begin(document, self.digest or digest_beside(self.first))
        else:
            trusted = follow(self._trusted, [document], now)
        await _store(trusted, now)
        return trusted


def edition_file(first: Path, number: int) -> Path:
    """Where an edition lies: `directory-2.json` beside `directory.json`."""
    return first if number == 1 else first.with_name(f"{first.stem}-{number}{first.suffix}")


def digest_beside(first: Path | None) -> str:
    """What stands beside the first edition: for trying out, as it protects nothing."""
    beside = first.with_suffix(".digest") if first else None
    return beside.read_text("ascii").strip() if beside and beside.is_file() else ""


def follow_files(first: Path, digest: str, now: datetime) -> Trusted:
    """Follow all editions that lie there, without a database. Raises `Refused`."""
    trusted = begin(first.read_bytes(), digest or digest_beside(first))
    while (path := edition_file(first, trusted.directory.version + 1)).is_file():
        trusted = follow(trusted, [path.read_bytes()], now)
    return trusted


def member_for(members: Members, division: str) -> Member | None:
    """The member that speaks for a division: itself, or the one whose area it is."""
    speaking = (one for one in members if members.speaks_for(one.city, division))
    return next(speaking, None)


@transactional
async def _store(trusted: Trusted, now: datetime) -> None:
    row = {
        "version": trusted.directory.version, "digest": trusted.digest,
        "document": trusted.document, "followed_at": now,
    }  # fmt: skip
    await write_all([Insert(DirectoryEdition, [row], unless="directory_edition_once")])
