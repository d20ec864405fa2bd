"""A merchant's closed days: sums of its ledger, each chained by hash to the one before.

A day is closed some minutes after its end, when nothing that began in it can still be under way.
What happens later belongs to the day on which it happens, so a closed day never changes. Days
without a move have no statement. The digest of a statement is over that of the one before, its own
sums and every entry, so whoever keeps a digest can prove all before it.

However many entries a day has, some of them are in memory at a time: they are read page by page,
once, and kept written down until their sums, which go before them, are known.
"""

import json
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final
from uuid import UUID

from tortoise.expressions import Q

from points_api import clock
from points_api.audit import service as audit
from points_api.db.reads import select
from points_api.db.transaction import advisory_lock, transactional
from points_api.redemptions.models import LedgerEntry, Statement
from points_api.redemptions.moves import SYSTEM

SETTLING: Final = timedelta(minutes=5)
BEGINNING: Final = "sha256:" + "0" * 64
PAGE: Final = 1000
_IN_MEMORY: Final = 1024**2
_PIECE: Final = 64 * 1024
_OPEN_DAYS: Final = """
SELECT DISTINCT l.merchant_id, l.day FROM ledger_entry l
WHERE l.day <= $1 AND NOT EXISTS (
    SELECT 1 FROM statement s WHERE s.merchant_id = l.merchant_id AND s.day = l.day)
ORDER BY l.merchant_id, l.day
"""
_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode


@dataclass(slots=True)
class Totals:
    """What entries add up to: benefits, and what the city owes, in fen."""

    entries: int = 0
    benefit_fen: int = 0
    owed_fen: int = 0

    def add(self, page: Sequence[LedgerEntry]) -> None:
        """Count some more."""
        self.entries += len(page)
        self.benefit_fen += sum(one.benefit_fen for one in page)
        self.owed_fen += sum(one.owed_fen for one in page)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a statement; `what` is a code."""

    merchant_id: UUID
    day: date
    what: str


@dataclass(frozen=True, slots=True)
class Verified:
    """How many statements and entries were looked at, and what was found."""

    statements: int
    entries: int
    faults: list[Fault]


def last_closable(now: datetime) -> date:
    """The last day that may be closed at an instant."""
    return clock.day_of(now - SETTLING) - timedelta(days=1)


async def close_all(now: datetime, until: date | None = None) -> int:
    """Close every day with moves up to the last that may be; return how many statements that made.

    What earlier nights have missed is made up, in order. A merchant whose day cannot be closed
    holds up nobody else; what went wrong is raised at the end, as a group.
    """
    last = min(until or date.max, last_closable(now))
    open_days = await select(LedgerEntry, _OPEN_DAYS, last)
    done, faults = 0, []
    for merchant_id, days in groupby(open_days, key=itemgetter("merchant_id")):
        try:
            for one in days:
                done += await _close(merchant_id, one["day"], now)
        except Exception as fault:  # noqa: BLE001 - raised below
            faults.append(fault)
    if faults:
        raise ExceptionGroup("statements that could not be closed", faults)
    return done


@transactional
async def _close(merchant_id: UUID, day: date, now: datetime) -> bool:
    await advisory_lock(f"statement:{merchant_id}")
    newest = await Statement.filter(merchant_id=merchant_id).order_by("-number").first()
    if newest is not None and newest.day >= day:
        return False  # another process was first; or a stray entry, which `verify` tells of
    number, previous = (newest.number + 1, newest.digest) if newest else (1, BEGINNING)
    totals, digest = await _added_up(merchant_id, day, previous, number)
    await Statement.create(
        merchant_id=merchant_id, day=day, number=number, entries=totals.entries,
        benefit_fen=totals.benefit_fen, owed_fen=totals.owed_fen, previous=previous, digest=digest,
        closed_at=now,
    )  # fmt: skip
    details = {"day": day.isoformat(), "number": number, "digest": digest.partition(":")[2]}
    await audit.append(SYSTEM, "statement.close", f"merchant:{merchant_id}", details)
    return True


async def pages_of(merchant_id: UUID, day: date) -> AsyncIterator[list[LedgerEntry]]:
    """The ledger of a merchant's day, in the order of happening, some at a time."""
    left = LedgerEntry.filter(merchant_id=merchant_id, day=day).order_by("at", "id")
    page = await left.limit(PAGE)
    while page:
        yield page
        at, id_ = page[-1].at, page[-1].id
        page = await left.filter(Q(at__gt=at) | Q(at=at, id__gt=id_)).limit(PAGE)


async def write(
    pages: AsyncIterator[list[LedgerEntry]], form: Callable[[LedgerEntry], bytes], file: IO[bytes]
) -> Totals:
    """Write entries in a form, parted by commas; what they add up to."""
    totals = Totals()
    async for page in pages:
        file.write(b"," if totals.entries else b"")
        file.write(b",".join(map(form, page)))
        totals.add(page)
    return totals


@contextmanager
def spooled() -> Iterator[IO[bytes]]:
    """A file for a day: in memory while it is short."""
    with SpooledTemporaryFile(_IN_MEMORY) as file:
        yield file


def pieces(file: IO[bytes]) -> Iterator[bytes]:
    """All of a file, some at a time."""
    file.seek(0)
    while piece := file.read(_PIECE):
        yield piece


async def _added_up(merchant_id: UUID, day: date, previous: str, number: int) -> tuple[Totals, str]:
    """A day's sums, and the hash over the statement before and this one's canonical JSON.

    That is: names sorted, ASCII, no spaces.
    """
    with spooled() as ledger:
        totals = await write(pages_of(merchant_id, day), _canonical_entry, ledger)
        content = {
            "previous": previous, "number": number, "day": day.isoformat(),
            "benefit_fen": totals.benefit_fen, "owed_fen": totals.owed_fen, "entries": [],
        }  # fmt: skip
        before, after = _canonical(content).split("[]")
        hashed = sha256(f"{before}[".encode())
        for piece in pieces(ledger):
            hashed.update(piece)
        hashed.update(f"]{after}".encode())
    return totals, f"sha256:{hashed.hexdigest()}"


def _canonical_entry(entry: LedgerEntry) -> bytes:
    return _canonical(entry_members(entry)).encode()


def entry_members(entry: LedgerEntry) -> dict[str, Any]:
    """An entry as statements show and hash it."""
    return {
        "id": str(entry.id),
        "redemption_id": str(entry.redemption_id),
        "scenario_id": entry.scenario_id,
        "move": entry.move,
        "benefit_fen": entry.benefit_fen,
        "owed_fen": entry.owed_fen,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
    }


async def verify() -> Verified:
    """Prove every chain, and that each statement equals the ledger to the fen."""
    faults: list[Fault] = []
    before: dict[UUID, Statement] = {}
    looked = looked_at = 0
    for one in await Statement.all().order_by("merchant_id", "number"):
        totals, digest = await _added_up(one.merchant_id, one.day, one.previous, one.number)
        faults += [
            Fault(one.merchant_id, one.day, what)
            for what in _wrong(one, before.get(one.merchant_id), totals, digest)
        ]
        before[one.merchant_id] = one
        looked, looked_at = looked + 1, looked_at + totals.entries
    return Verified(looked, looked_at, faults + await _unstated(before))


def _wrong(one: Statement, before: Statement | None, totals: Totals, digest: str) -> list[str]:
    number, previous = (before.number + 1, before.digest) if before else (1, BEGINNING)
    checks = {
        "number": one.number == number,
        "previous": one.previous == previous,
        "day": before is None or before.day < one.day,
        "entries": one.entries == totals.entries,
        "sums": (one.benefit_fen, one.owed_fen) == (totals.benefit_fen, totals.owed_fen),
        "digest": one.digest == digest,
    }
    return [what for what, right in checks.items() if not right]


async def _unstated(newest: dict[UUID, Statement]) -> list[Fault]:
    """Entries of days before a merchant's last closed one that no statement holds."""
    found = []
    for merchant_id, last in newest.items():
        stated = await Statement.filter(merchant_id=merchant_id).values_list("day", flat=True)
        days = LedgerEntry.filter(merchant_id=merchant_id, day__lte=last.day).distinct()
        missing: set[Any] = set(await days.values_list("day", flat=True)) - set(stated)
        found += [Fault(merchant_id, day, "unstated") for day in sorted(missing)]
    return found
