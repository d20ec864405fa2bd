"""The chain of audit entries: sealing what is new, and proving that nothing sealed was altered.

Who can write to the database could forge a whole new chain, or cut off its end. So somebody outside
should keep a `Checkpoint` now and then; given to `verify`, it shows both.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal
from uuid import UUID

from points_api.audit.models import AuditEntry
from points_api.audit.service import digest_of
from points_api.db.reads import exists, select
from points_api.db.transaction import advisory_lock, transactional
from points_api.db.writes import Update, write_all

_START = "0" * 64
_PAGE = 2000
_MOST_FAULTS = 100
# Asked for twice a second: the ORM takes longer for the text than the database for the answer.
_LAST = "SELECT seq, chain FROM audit_entry WHERE seq IS NOT NULL ORDER BY seq DESC LIMIT 1"
_WAITING = "SELECT id, digest FROM audit_entry WHERE seq IS NULL ORDER BY id LIMIT $1"

Kind = Literal["altered", "moved", "missing", "rewritten"]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Where the chain stood: to be kept by somebody outside, as proof against a new chain."""

    seq: int
    chain: str


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is not as it was sealed.

    altered: what the entry says does not fit its own digest. moved: it does not follow the entry
    before it. missing: there is no entry of this number. rewritten: the chain is another one
    than the checkpoint saw. An entry that was not sealed yet has no `seq`, only its id.
    """

    kind: Kind
    seq: int | None
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a walk along the chain has found."""

    sealed: int
    unsealed: int
    head: Checkpoint | None
    faults: tuple[Fault, ...]

    @property
    def intact(self) -> bool:
        return not self.faults


async def seal(limit: int = 1000) -> int:
    """Seal up to `limit` entries, oldest first; return how many. Call again until it returns 0."""
    return await _seal(limit) if await exists(AuditEntry, "seq IS NULL") else 0


@transactional
async def _seal(limit: int) -> int:
    await advisory_lock("audit.seal")
    last = await select(AuditEntry, _LAST)
    seq, chain = (last[0]["seq"], last[0]["chain"]) if last else (0, _START)
    rows = []
    for entry in await select(AuditEntry, _WAITING, limit):
        seq, chain = seq + 1, _link(chain, entry["digest"])
        rows.append({"id": entry["id"], "seq": seq, "chain": chain})
    await write_all([Update(AuditEntry, ("id",), rows, where="seq IS NULL")])
    return len(rows)


async def verify(checkpoint: Checkpoint | None = None) -> Verdict:
    """Walk the whole chain, and tell every place where it was altered, cut or put in another order.

    Faults are told up to a hundred; after the first they are hints, for each place is compared
    with the one before it as it stands there now.
    """
    faults: list[Fault] = []
    seq, chain, sealed = 0, _START, 0
    async for entry in _sealed():
        assert entry.seq is not None
        if entry.seq != seq + 1:
            faults.append(Fault("missing", seq + 1))
        elif entry.chain != _link(chain, entry.digest):
            faults.append(Fault("moved", entry.seq, entry.id))
        faults += _altered(entry)
        if checkpoint and entry.seq == checkpoint.seq and entry.chain != checkpoint.chain:
            faults.append(Fault("rewritten", entry.seq, entry.id))
        seq, chain, sealed = entry.seq, entry.chain or "", sealed + 1
        if len(faults) > _MOST_FAULTS:
            break
    if checkpoint and checkpoint.seq > seq:
        faults.append(Fault("missing", seq + 1))
    unsealed = await AuditEntry.filter(seq=None).order_by("id")
    faults += [fault for entry in unsealed for fault in _altered(entry)]
    head = Checkpoint(seq, chain) if sealed else None
    return Verdict(sealed, len(unsealed), head, tuple(faults[:_MOST_FAULTS]))


async def head() -> Checkpoint | None:
    """Return where the chain stands; None before anything was sealed."""
    last = await AuditEntry.filter(seq__not_isnull=True).order_by("-seq").first()
    return Checkpoint(last.seq or 0, last.chain or "") if last else None


async def _sealed() -> AsyncIterator[AuditEntry]:
    after = 0
    while page := await AuditEntry.filter(seq__gt=after).order_by("seq").limit(_PAGE):
        for entry in page:
            yield entry
        after = page[-1].seq or after


def _altered(entry: AuditEntry) -> list[Fault]:
    said = digest_of(entry.id, entry.at, entry.actor, entry.action, entry.subject, entry.details)
    return [] if said == entry.digest else [Fault("altered", entry.seq, entry.id)]


def _link(before: str, digest: str) -> str:
    return sha256(f"{before}\n{digest}".encode()).hexdigest()
