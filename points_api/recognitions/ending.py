"""Host: what home has taken back ends at once, also what was on its way here when the notice came.

A notice that overtakes the answer it takes back finds no visit to end, so it is kept until none can
be on its way any more. Whoever writes a visit and whoever takes in a notice about the same visitor
hold one lock to the commit. So of the two that come second one finds the other: the notice a visit
to end, or the visit a notice that has come since home was asked.

What was said before a notice and what after it, both by home's clock: ours may be a minute off. As
that clock tells seconds, of what was said in the very second of a notice it decides whether the
notice had come before home was asked. That is told by the database: another process of ours takes
notices in, and its clock may be off as well.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from interop import jws
from interop.canonical import parse
from interop.notices import Ended, Receipt, read_ended
from interop.refusals import Refused
from interop.shape import shaped
from interop.statement import TYPE, Answer, Statement
from points_api import clock
from points_api.audit import service as audit
from points_api.auth.partners import CallingPartner
from points_api.auth.wechat import OpenId
from points_api.crypto.keyring import Keyring
from points_api.db import time
from points_api.db.reads import select
from points_api.db.transaction import advisory_lock, dialect, transactional
from points_api.db.writes import Holds
from points_api.partners.messages import response_of
from points_api.partners.problems import QuestionRefused
from points_api.partners.service import Exchange
from points_api.recognitions.models import Visit, VisitorNotice
from points_api.residents import accounts
from points_api.residents.models import Resident
from points_api.verifications.models import Verification

KEPT: Final = timedelta(minutes=10)
"""Far longer than a host goes on asking; a statement itself is good for five."""
_NOT_TAKEN_BACK: Final = """NOT EXISTS (
    SELECT 1 FROM visitor_notice WHERE city = $1 AND subject = $2 AND received_at > $3
        AND until >= CAST(CAST($4 AS text) AS bigint)
)"""
_LOCK: Final = ", pg_advisory_xact_lock(hashtextextended($1, 0))"


async def account_of(keyring: Keyring, city: str, name: str, subject: str, now: datetime) -> UUID:
    """The account of a visitor, added if new, with their lock: in one trip where it is known.

    `city` speaks for their home, which has given them the name `subject`; `name` is the account's.
    """
    openid = OpenId(f"visitor:{name}")
    indexes = keyring.indexes(accounts.INDEX, openid)
    places = ", ".join(f"${n}" for n in range(2, len(indexes) + 2))
    lock = _LOCK if dialect() == "postgres" else ", $1"
    known = f"SELECT id FROM resident WHERE openid_index IN ({places}) LIMIT 1"  # noqa: S608 - places
    [row] = await select(Resident, f"SELECT ({known}) AS id{lock}", _lock(city, subject), *indexes)
    found: UUID | None = row["id"]
    return found or await accounts.find_or_add(keyring, openid, now)


def not_taken_back(city: str, said: Statement, since: datetime) -> Holds:
    """The condition that no notice about a statement has come since an instant of the database.

    By the lock of `account_of` it holds to the commit.
    """
    return Holds(_NOT_TAKEN_BACK, (city, said.sub, since, str(said.iat)))


async def why_taken_back(city: str, subject: str) -> str:
    """What the newest notice about a visitor gives as its reason."""
    notices = VisitorNotice.filter(city=city, subject=subject).order_by("-received_at", "-id")
    return (await notices.limit(1).get()).why


async def receive(exchange: Exchange, caller: CallingPartner) -> Receipt:
    """End what rests on the statements of this visitor. Raises `QuestionRefused`."""
    now = clock.now()
    members = await exchange.directory.members(now)
    try:
        ended = read_ended(caller.message.body, caller.city, exchange.keys.division, members)
    except Refused as refused:
        raise QuestionRefused(refused) from None
    homes = members.divisions_of(caller.city)
    return Receipt(received=ended.notice, met=await _end(caller, ended, homes, now))


async def purge(now: datetime) -> int:
    """Forget the notices that can meet no visit any more; return how many."""
    return await VisitorNotice.filter(received_at__lt=now - KEPT).delete()


@transactional
async def _end(caller: CallingPartner, ended: Ended, homes: Sequence[str], now: datetime) -> int:
    [come] = await select(VisitorNotice, f"SELECT {time.column()}")
    await advisory_lock(_lock(caller.city, ended.subject))
    await VisitorNotice.create(
        city=caller.city, subject=ended.subject, why=ended.why, until=ended.until,
        received_at=time.told(come),
    )  # fmt: skip
    # The visitor's name is one for all divisions for which their city speaks.
    visits = await Visit.filter(home__in=homes, subject=ended.subject, ended_at=None)
    numbers = [one.verification_id for one in visits if _said_at(one) <= ended.until]
    if not numbers:
        return 0
    mine = Visit.filter(verification_id__in=numbers)
    await mine.update(ended_at=now, ended_why=ended.why)
    await Verification.filter(id__in=numbers, expires_at__gt=now).update(expires_at=now)
    # By its digest: the name is the partner's text, and an entry is for good.
    subject = f"notice:{sha256(ended.notice.encode()).hexdigest()}"
    said: dict[str, Any] = {"home": ended.home, "why": ended.why, "met": len(numbers)}
    await audit.append(caller.actor, "visit.end", subject, said)
    return len(numbers)


def _said_at(visit: Visit) -> int:
    """When home signed its statement, in seconds."""
    answer = shaped(Answer, parse(response_of(visit.response).body))
    return int(jws.read(answer.statement, TYPE).claims["iat"])


def _lock(city: str, subject: str) -> str:
    return f"visitor:{city}:{subject}"
