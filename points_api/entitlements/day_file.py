"""The list of a day as CSV (RFC 4180): page by page, so that its length costs no memory."""

import csv
import io
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import IO, Any, Final
from uuid import UUID

from points_api import clock
from points_api.db.reads import select
from points_api.entitlements.models import EntitlementChange
from points_api.entitlements.problems import DayNotOver

HEADINGS: Final = ("scenario_id", "subject", "member_hash", "since")
_PAGE: Final = 1000
_ENTITLED: Final = """
SELECT c.scenario_id, c.subject, c.member_hash, c.at FROM entitlement_change c
WHERE c.merchant_id = $1 AND (c.subject, c.scenario_id) > ($3, $4)
    AND c.at < $2 AND c.kind <> 'revoked' AND (
        SELECT count(*) FROM entitlement_change later
        WHERE later.merchant_id = c.merchant_id AND later.subject = c.subject
            AND later.scenario_id = c.scenario_id AND later.number > c.number
            AND (later.kind = 'revoked' OR later.at < $2)) = 0
ORDER BY c.subject, c.scenario_id LIMIT $5
"""
"""The last change of each that is of the day or before, unless a revocation has come since.

Counted rather than by NOT EXISTS: that is joined, and by a plan from when the table was small each
change was held against all others.
"""


@dataclass(frozen=True, slots=True)
class DayFile:
    """What a file holds, `size` in bytes; `digest` is of its bytes."""

    merchant_id: UUID
    day: date
    rows: int
    last_change: int
    size: int
    sha256: bytes

    @property
    def digest(self) -> str:
        return f"sha256:{self.sha256.hex()}"

    @property
    def manifest(self) -> Mapping[str, object]:
        """What to check the file by, and from which change on to go on with the feed."""
        return {
            "merchant_id": str(self.merchant_id), "day": self.day.isoformat(), "rows": self.rows,
            "last_change": self.last_change, "digest": self.digest, "columns": list(HEADINGS),
        }  # fmt: skip


async def write(merchant_id: UUID, day: date, out: IO[bytes]) -> DayFile:
    """Write the list as it stood at the end of a day, without those revoked since.

    So the file of a day gets shorter, and never tells again of somebody who has withdrawn. Raises
    `DayNotOver`.
    """
    if day >= clock.today():
        raise DayNotOver("请写过去的一天", "Name a day that is over")
    end = datetime.combine(day + timedelta(days=1), time.min, clock.LEGAL_ZONE)
    # Before the list is read, so that the feed tells whatever changes meanwhile.
    last_change = await _last_before(merchant_id, end)
    digest, size, lines = sha256(), 0, 0
    async for page in _pages(merchant_id, end):
        text = _csv(page)
        digest.update(text)
        size += out.write(text)
        lines += len(page)
    return DayFile(merchant_id, day, lines - 1, last_change, size, digest.digest())


async def _last_before(merchant_id: UUID, end: datetime) -> int:
    told = EntitlementChange.filter(merchant_id=merchant_id, at__lt=end).order_by("-number")
    last = await told.first()
    return last.number if last else 0


async def _pages(merchant_id: UUID, end: datetime) -> AsyncIterator[list[tuple[str, ...]]]:
    """The headings, then the lines in the order of subject and scenario."""
    yield [HEADINGS]
    subject = scenario_id = ""
    while found := await select(
        EntitlementChange, _ENTITLED, str(merchant_id), end, subject, scenario_id, _PAGE
    ):
        yield [_line(one) for one in found]
        subject, scenario_id = found[-1]["subject"], found[-1]["scenario_id"]


def _line(one: Mapping[str, Any]) -> tuple[str, ...]:
    since = clock.day_of(one["at"]).isoformat()
    return one["scenario_id"], one["subject"], one["member_hash"] or "", since


def _csv(lines: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(lines)
    return text.getvalue().encode()
