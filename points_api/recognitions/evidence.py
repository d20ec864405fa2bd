"""An evidence package of one exchange: for a dispute that is settled without our servers.

The log of a city is in its audit log: digests of its exchanges (`interop.evidence.logged`), those
it has answered and those it has asked, in the order in which they were sealed. Only sealed entries
count, so the log grows at its end and nowhere else, and a place in it is for good. A question of a
batch that home has answered is an entry of its own (`logged_item`), packed with the whole request.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Final, Literal, NamedTuple
from uuid import UUID

from tortoise.expressions import Q

from interop import evidence, merkle
from interop.batch import read_batch
from interop.canonical import parse
from interop.refusals import Refused
from interop.shape import shaped
from interop.statement import Answer, Asked
from points_api import clock
from points_api.audit import sealing
from points_api.audit import service as audit
from points_api.audit.models import AuditEntry
from points_api.partners.messages import request_of, response_of
from points_api.partners.models import DirectoryEdition
from points_api.partners.service import Exchange
from points_api.problem import NotFound, Problem
from points_api.recognitions.models import Recognition, RecognitionBatch, Visit

LOGGED: Final = ("recognition.answer", "visit.verify")
_PAGE: Final = 2000


class ExchangeNotLogged(Problem):
    slug, status, errcode = "exchange-not-logged", 409, 40975
    title = ("审计日志里没有这次往来", "The audit log does not have this exchange")

    def __init__(self) -> None:
        super().__init__(
            "所存的消息与日志不符，请先运行 points audit verify",
            "What is stored is not what was logged; run `points audit verify` first",
        )


@dataclass(frozen=True, slots=True)
class Kept:
    """An exchange that can be packed, without anything of the visitor: `partner` is the other city.

    `role` is ours: home has answered, a host has asked. `batch`: as one question among many.
    """

    number: UUID
    at: datetime
    role: Literal["home", "host"]
    partner: str
    scenario: str
    batch: bool


@dataclass(frozen=True, slots=True)
class Exported:
    """A package, and the digest of the edition it begins with: what its reader has to know."""

    document: bytes
    digest: str
    entries: int


async def export(exchange: Exchange, number: UUID, actor: str, now: datetime) -> Exported:
    """Pack a recognition by its id, also one of a batch, or a visitor's verification by its own.

    Raises `NotFound`, `ExchangeNotLogged`, `ExchangeClosed`.
    """
    kept = await _found(number)
    members = await exchange.directory.members(now)
    signer = exchange.keys.signer(members, "statement")
    while await sealing.seal():
        pass
    leaves = await _leaves()
    index, packed = _place(kept, leaves)
    checkpoint = evidence.checkpoint(signer, len(leaves), merkle.root_of(leaves), now)
    logged = evidence.Logged(checkpoint, index, merkle.inclusion_path(index, leaves))
    editions = await DirectoryEdition.all().order_by("version")
    document = packed([bytes(one.document) for one in editions], [logged])
    await audit.append(actor, "evidence.export", f"exchange:{number}", {"entries": len(leaves)})
    return Exported(document, editions[0].digest, len(leaves))


async def newest(day: date, most: int = 200) -> list[Kept]:
    """The newest exchanges of a legal day."""
    since = datetime.combine(day, time.min, clock.LEGAL_ZONE)
    within = Q(created_at__gte=since, created_at__lt=since + timedelta(days=1))
    answers = await Recognition.filter(within).order_by("-id").limit(most)
    visits = await Visit.filter(within).order_by("-id").limit(most)
    found = [
        Kept(one.id, one.created_at, "home", one.host, one.scenario, one.batch_id is not None)
        for one in answers
    ]
    found += [
        Kept(one.verification_id, one.created_at, "host", one.home, one.scenario_id, batch=False)
        for one in visits
    ]
    return sorted(found, key=lambda one: one.at, reverse=True)[:most]


_Pack = Callable[[Iterable[bytes], Iterable[evidence.Logged]], bytes]


class _Packable(NamedTuple):
    """What would stand in the log, and how it is packed once its place there is known."""

    logged: bytes
    packed: _Pack


async def _found(number: UUID) -> list[_Packable]:
    answered = await Recognition.get_or_none(id=number)
    if answered is not None and answered.batch_id is not None:
        return await _item(answered, answered.batch_id)
    kept = answered or await Visit.get_or_none(verification_id=number)
    if kept is None:
        raise NotFound
    messages = request_of(bytes(kept.request)), response_of(bytes(kept.response))
    return [_Packable(evidence.logged(*messages), partial(evidence.package, *messages))]


async def _item(answered: Recognition, batch_id: UUID) -> list[_Packable]:
    """One for each place at which its question stands; only at one was it answered."""
    batch = await RecognitionBatch.get(id=batch_id)
    whole, question = request_of(bytes(batch.request)), request_of(bytes(answered.request)).body
    said = shaped(Answer, parse(response_of(bytes(answered.response)).body)).statement
    return [
        _Packable(
            evidence.logged_item(whole, place, said),
            partial(evidence.package_item, whole, place, said),
        )
        for place, item in enumerate(read_batch(whole.body).items)
        if _asks(item, question)
    ]


def _asks(item: object, question: bytes) -> bool:
    try:
        return shaped(Asked, item).body() == question
    except Refused:  # it was refused in its place, and answered nowhere
        return False


def _place(kept: list[_Packable], leaves: list[bytes]) -> tuple[int, _Pack]:
    for one in kept:
        leaf = merkle.leaf_hash(one.logged)
        if leaf in leaves:
            return leaves.index(leaf), one.packed
    raise ExchangeNotLogged


async def _leaves() -> list[bytes]:
    """The whole log, as the tree is built over it."""
    leaves: list[bytes] = []
    after = 0
    while True:
        sealed = AuditEntry.filter(action__in=LOGGED, seq__gt=after).order_by("seq")
        page = await sealed.limit(_PAGE).values_list("seq", "details")
        if not page:
            return leaves
        digests = [details["exchange"] for _, details in page if "exchange" in details]
        leaves += [merkle.leaf_hash(bytes.fromhex(one)) for one in digests]
        after = page[-1][0]
