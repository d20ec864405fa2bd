"""Deliveries as others see them: hand a file over, look at what became of it, get the rows back.

A file is known by its item and the digest of its bytes. Delivered again, twice at once or after a
crash, it is the same delivery and gives the same report.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from points_api import clock
from points_api.crypto.keyring import Keyring
from points_api.db.transaction import transactional
from points_api.deliveries import error_file, matching
from points_api.deliveries.intake import Intake, Progress, Rescore, Source, take_in
from points_api.deliveries.models import Delivery
from points_api.deliveries.reading import Limits, open_tables
from points_api.deliveries.verdicts import FileRefused
from points_api.ids import new_id
from points_api.language import Language
from points_api.problem import NotFound
from scoring.catalog import Catalog, Layout


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file. `repeated`: it had been taken in before, and nothing was done now."""

    delivery_id: UUID
    agency: str
    item: str
    layout: str
    total: int
    accepted: int
    duplicates: int
    corrected: int
    rejected: int
    report: dict[str, Any]
    repeated: bool = False


def _silent(_row: int) -> None:
    """Nobody wants to know how far it is."""


@dataclass(frozen=True, slots=True)
class Deliveries:
    """The service: what it needs besides the database.

    `rescore(members, cause, now)` recomputes members within the transaction that holds them.
    """

    catalog: Catalog
    keyring: Keyring
    rescore: Rescore
    limits: Limits = field(default_factory=Limits)

    async def ingest(
        self,
        path: Path,
        *,
        file_name: str = "",
        item: str | None = None,
        agency: str | None = None,
        actor: str = "office:cli",
        progress: Progress = _silent,
    ) -> Outcome:
        """Take a file in, wholly or not at all. Raises `FileRefused`.

        `item` is the sender's word for what it holds; with `agency` only that agency's items may
        stand in it. `progress` is told the last row read, from time to time.
        """
        source = await asyncio.to_thread(self._open, path, item, agency)
        digest, size = await asyncio.to_thread(_digest_of, path)
        delivery = await _receive(source, digest, (file_name or path.name)[-255:], size)
        intake = Intake(self.catalog, self.keyring, self.rescore)
        if delivery.state == "done":
            return outcome_of(delivery, repeated=True)
        try:
            applied = await take_in(intake, source, delivery.id, actor, progress)
        except FileRefused as refusal:
            await _refuse(delivery.id, refusal)
            raise
        return outcome_of(await self.find(delivery.id), repeated=not applied)

    async def find(self, delivery_id: UUID, agency: str | None = None) -> Delivery:
        """A delivery; of that agency, if one is named. Raises `NotFound`."""
        found = await Delivery.get_or_none(id=delivery_id)
        if found is None or agency not in (None, found.agency):
            raise NotFound.of("报送", "delivery")
        return found

    def errors(self, delivery: Delivery, language: Language) -> AsyncIterator[str]:
        """The rejected rows in the sender's own layout, to be corrected and sent again: CSV."""
        layout = self.layout_of(delivery)
        return error_file.error_file(delivery, layout, self.keyring, language)

    def layout_of(self, delivery: Delivery) -> Layout:
        """The layout that a delivery was read by."""
        if delivery.layout in self.catalog.layouts:
            return self.catalog.layouts[delivery.layout]
        versions = [item for item in self.catalog.items if item.code == delivery.item]
        return versions[-1].layout

    def _open(self, path: Path, item: str | None, agency: str | None) -> Source:
        table, found = matching.match(open_tables(path, self.limits), self.catalog, item, agency)
        return Source(path, table, found)


def outcome_of(delivery: Delivery, *, repeated: bool = False) -> Outcome:
    """A delivery as it is told."""
    return Outcome(
        delivery.id, delivery.agency, delivery.item, delivery.layout, delivery.total,
        delivery.accepted, delivery.duplicates, delivery.corrected, delivery.rejected,
        delivery.report, repeated,
    )  # fmt: skip


@transactional
async def _receive(source: Source, digest: str, file_name: str, size: int) -> Delivery:
    """Note that the file is here, before anything is done with it; or find that it was."""
    item = source.match.item
    row = Delivery(
        id=new_id(),
        agency=item.agency,
        item=item.code,
        file_name=file_name,
        file_digest=digest,
        size=size,
        encoding=source.table.encoding,
        layout=source.match.layout.id,
        state="received",
        received_at=clock.now(),
    )
    await Delivery.bulk_create([row], ignore_conflicts=True)
    return await Delivery.get(item=item.code, file_digest=digest)


@transactional
async def _refuse(delivery_id: UUID, refusal: FileRefused) -> None:
    """Keep why nothing was taken; the same file may be tried again."""
    report = {"refused": refusal.code, "zh": refusal.text.zh, "en": refusal.text.en}
    await (
        Delivery.filter(id=delivery_id).exclude(state="done").update(state="refused", report=report)
    )


def _digest_of(path: Path) -> tuple[str, int]:
    """SHA-256 of the bytes, and how many they are."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest(), file.tell()
