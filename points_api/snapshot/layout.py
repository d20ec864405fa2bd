"""How a snapshot lies on disk.

A folder of Parquet files and `manifest.json`. Persons are numbered; the numbers of one part lie
side by side (`PART_PEOPLE` of them), and each part has three files, each of one row group:

- `records-…`: the columns of `scoring.columns`, sorted by person and key; the numbers of items and
  levels are their places in the manifest's lists;
- `marks-…`: in the order of those records, `mark`: the 16 bytes of `scoring.digest.mark_of`;
- `people-…`: one row per person, also of those without records; see `People`.

There is no name, no ID number and no document in it. A file never changes: a part that changes
gets new files under new names, and only the manifest, written last and renamed into place, says
which ones belong together. It also holds each file's SHA-256, which is checked whenever the file
is read, and is itself sealed by one, so a damaged snapshot is refused and never scored.

Who writes has to be the only one who does: `publish` removes what its manifest does not name. Who
reads while it is published may miss a file, is refused, and opens the snapshot again.
"""

import hashlib
import io
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from scoring.columns import TYPES, Columns, Vocabulary
from scoring.digest import MARK_BYTES

LAYOUT: Final = 1
PART_PEOPLE: Final = 50_000
MANIFEST: Final = "manifest.json"
PEOPLE_TYPES: Final[dict[str, np.dtype[Any]]] = {
    "number": np.dtype(np.uint32),
    "id_high": np.dtype(np.uint64),
    "id_low": np.dtype(np.uint64),
    "revision": np.dtype(np.int64),
    "division": np.dtype(np.int32),
    "born": np.dtype(np.int32),
    "value": np.dtype(np.int32),
    "stale": np.dtype(np.int32),
    "card": np.dtype(np.int16),
}


class SnapshotRefused(Exception):
    """The snapshot is missing, damaged or of another kind; the message says how to mend it."""


class People(NamedTuple):
    """The persons of a part.

    `id_high` and `id_low` are the halves of the person's id. `revision` is the person's when they
    were copied: as long as it is the same in the database, so are records and score. `division` is
    the six digits with which the ID number begins, `born` a day since 1970-01-01. `value`, `stale`
    and `card` are the stored score's: thousandths (`NO_SCORE`: there is none), the first day on
    which recomputing gives another document (NEVER), and the place in the manifest's scorecards
    (`NO_CARD`).
    """

    number: NDArray[np.uint32]
    id_high: NDArray[np.uint64]
    id_low: NDArray[np.uint64]
    revision: NDArray[np.int64]
    division: NDArray[np.int32]
    born: NDArray[np.int32]
    value: NDArray[np.int32]
    stale: NDArray[np.int32]
    card: NDArray[np.int16]


NO_SCORE: Final = -1
NO_CARD: Final = -1  # there is no score, or its scorecard is none of the manifest's
Marks = NDArray[np.uint8]  # records, MARK_BYTES


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    number: int = Field(ge=0)
    people: int = Field(ge=0)
    records: int = Field(ge=0)
    files: dict[str, str]  # records, marks, people -> name
    digests: dict[str, str]

    @property
    def first(self) -> int:
        """The number from which its persons are numbered; not all numbers need be in use."""
        return self.number * PART_PEOPLE


class Manifest(BaseModel):
    """What belongs together; `made_on` is the day on which it was last brought up to date.

    The lists only grow at their ends, so that parts written earlier keep their meaning. `seal` is
    the digest of all the rest, set by `publish`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    layout: int
    made_on: date
    items: tuple[str, ...]
    levels: tuple[str, ...]
    scorecards: tuple[str, ...]
    parts: tuple[Part, ...]
    seal: str = ""

    def with_parts(self, *parts: Part) -> "Manifest":
        """The same with these parts in place of those of their numbers; of nobody: without it."""
        now = {part.number: part for part in (*self.parts, *parts)}
        kept = tuple(now[number] for number in sorted(now) if now[number].people)
        return self.model_copy(update={"parts": kept})

    def sealed(self) -> "Manifest":
        """The same with the seal that it has to have."""
        content = self.model_dump_json(exclude={"seal"}).encode()
        return self.model_copy(update={"seal": _digest(content)})


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A folder as its manifest stood when it was opened."""

    folder: Path
    manifest: Manifest

    @property
    def words(self) -> Vocabulary:
        """What the numbers of items and levels stand for."""
        return Vocabulary(self.manifest.items, self.manifest.levels)

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts, in the order of their persons."""
        return self.manifest.parts

    def columns(self, part: Part) -> Columns:
        """The records. Raises `SnapshotRefused` if the file is not what the manifest says."""
        frame = self._frame(part, "records")
        return Columns(*(frame[name].to_numpy() for name in TYPES))

    def people(self, part: Part) -> People:
        """The persons. Raises `SnapshotRefused`."""
        frame = self._frame(part, "people")
        return People(*(frame[name].to_numpy() for name in PEOPLE_TYPES))

    def marks(self, part: Part) -> Marks:
        """The marks of the records. Raises `SnapshotRefused`."""
        column = self._frame(part, "marks")["mark"]
        rows = column.bin.reinterpret(dtype=pl.Array(pl.UInt8, MARK_BYTES))
        return rows.to_numpy().reshape(-1, MARK_BYTES)

    def read(self, name: str) -> bytes:
        """The content of a file. Raises OSError; who keeps the files elsewhere overrides it."""
        return (self.folder / name).read_bytes()

    def _frame(self, part: Part, kind: str) -> pl.DataFrame:
        path = self.folder / part.files[kind]
        try:
            content = self.read(part.files[kind])
        except OSError as error:
            raise _damaged(path, error.strerror or "cannot be read") from None
        if _digest(content) != part.digests[kind]:
            raise _damaged(path, "its content is not what was written")
        return pl.read_parquet(io.BytesIO(content), parallel="none")


def open_snapshot(folder: Path) -> Snapshot:
    """Open a snapshot. Raises `SnapshotRefused`; the files are checked when they are read."""
    path = folder / MANIFEST
    try:
        manifest = Manifest.model_validate_json(path.read_bytes())
    except OSError:
        raise SnapshotRefused(
            f"{path}: 没有快照，请运行 points snapshot rebuild (no snapshot: run it)"
        ) from None
    except ValidationError:
        raise _damaged(path, "not a manifest of ours") from None
    if manifest.layout != LAYOUT:
        raise _damaged(path, f"layout {manifest.layout}, and this program reads {LAYOUT}")
    if manifest != manifest.sealed():
        raise _damaged(path, "its content is not what was written")
    return Snapshot(folder, manifest)


def write_part(
    folder: Path, number: int, columns: Columns, marks: Marks, people: People, stamp: str
) -> Part:
    """Write a part's files under names with this stamp, which nobody used before."""
    frames = {
        "records": pl.DataFrame(dict(zip(TYPES, columns, strict=True))),
        "marks": pl.DataFrame({"mark": _column(marks)}),
        "people": _people_frame(people),
    }
    files, digests = _written(folder, number, frames, stamp)
    return Part(
        number=number,
        people=len(people.number),
        records=len(columns.person),
        files=files,
        digests=digests,
    )


def with_people(snapshot: Snapshot, part: Part, people: People, stamp: str) -> Part:
    """Write only the persons of a part anew; its records and marks stay the files they are.

    For who has stored other scores: the persons have to be the same, in the same order. Any number
    of parts can be published at once, by `snapshot.manifest.with_parts(*parts)`.
    """
    if len(people.number) != part.people:
        raise ValueError(f"part {part.number} has {part.people} persons, not {len(people.number)}")
    frames = {"people": _people_frame(people)}
    files, digests = _written(snapshot.folder, part.number, frames, stamp)
    changes = {"files": part.files | files, "digests": part.digests | digests}
    return part.model_copy(update=changes)


def publish(folder: Path, manifest: Manifest) -> None:
    """Let the manifest be the one that counts, and remove the files that it does not name."""
    path = folder / MANIFEST
    fresh = path.with_suffix(".new")
    with fresh.open("wb") as file:
        file.write(manifest.sealed().model_dump_json(indent=1).encode())
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    _sync(folder)
    named = {name for part in manifest.parts for name in part.files.values()}
    for other in folder.glob("*.parquet"):
        if other.name not in named:
            other.unlink()


def _people_frame(people: People) -> pl.DataFrame:
    return pl.DataFrame(dict(zip(PEOPLE_TYPES, people, strict=True)))


def _column(marks: Marks) -> pl.Series:
    rows = pl.Series(marks, dtype=pl.Array(pl.UInt8, MARK_BYTES))
    return rows.arr.to_list().cast(pl.Binary)


def _written(
    folder: Path, number: int, frames: Mapping[str, pl.DataFrame], stamp: str
) -> tuple[dict[str, str], dict[str, str]]:
    """The names and the digests of the files."""
    files = {kind: f"{kind}-{number:05d}-{stamp}.parquet" for kind in frames}
    return files, {kind: _write(folder / files[kind], frame) for kind, frame in frames.items()}


def _write(path: Path, frame: pl.DataFrame) -> str:
    # Marks are as good as random: packing them costs time and saves nothing.
    packing: Literal["zstd", "uncompressed"] = (
        "uncompressed" if frame.columns == ["mark"] else "zstd"
    )
    buffer = io.BytesIO()
    frame.write_parquet(
        buffer, compression=packing, row_group_size=max(1, frame.height), statistics=False
    )
    with path.open("wb") as file:
        file.write(buffer.getbuffer())
        file.flush()
        os.fsync(file.fileno())
    return _digest(buffer.getbuffer())


def _digest(content: bytes | memoryview) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _damaged(path: Path, why: str) -> SnapshotRefused:
    return SnapshotRefused(
        f"{path}: 快照不可用，请运行 points snapshot rebuild (refused: {why}: rebuild it)"
    )
