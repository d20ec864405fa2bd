"""By what a score can be told to be made from the same records.

Each record has a mark, the first 16 bytes of the SHA-256 over what counts of it. The digest of the
records that went into a score is the SHA-256 over their marks in the order of their keys. So a
digest can be had from marks alone, without the records.
"""

from collections.abc import Iterable
from hashlib import sha256
from typing import Final

from scoring.records import Record

MARK_BYTES: Final = 16


def mark_of(record: Record) -> bytes:
    """What stays the same as long as the record counts in the same way."""
    r = record
    text = (
        f"{r.key}\x1f{r.item}\x1f{r.level}\x1f{r.quantity}\x1f{r.act_key}\x1f{r.occurred_on}"
        f"\x1f{r.ended_on}\x1f{r.valid_until}"
    )
    return sha256(text.encode()).digest()[:MARK_BYTES]


def records_digest(records: Iterable[Record]) -> str:
    """The digest of records in the order of their keys."""
    return digest_of_marks(b"".join([mark_of(record) for record in records]))


def digest_of_marks(marks: bytes) -> str:
    """The same from the marks one after another."""
    return "sha256:" + sha256(marks).hexdigest()
