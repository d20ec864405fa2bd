"""Who of a snapshot is still as they were, told by the revisions alone."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from points_api.snapshot.layout import Snapshot
from points_api.snapshot.roster import Roster

_ID = ["id_high", "id_low"]


@dataclass(frozen=True, slots=True)
class Difference:
    """Whom to read again, and who has left.

    `again` has number, id_high and id_low of who is new or was changed; the new ones are numbered
    after all others, in the order of their ids.
    """

    again: pl.DataFrame
    gone: NDArray[np.uint32]


def difference(snapshot: Snapshot, now: Roster) -> Difference:
    """Compare. Raises `SnapshotRefused` where the persons of a part are damaged."""
    known = _known(snapshot)
    joined = pl.DataFrame(now._asdict())
    both = joined.join(known, on=_ID, how="left", suffix="_known", maintain_order="left")
    changed = both.filter(pl.col("revision") != pl.col("revision_known"))
    new = both.filter(pl.col("number").is_null())
    next_number = 0 if known.is_empty() else 1 + known["number"].to_numpy().max()
    numbers = next_number + np.arange(len(new))
    numbered = new.with_columns(number=pl.Series(numbers, dtype=pl.UInt32))
    again = pl.concat([changed, numbered]).select("number", *_ID).sort("number")
    return Difference(again, known.join(joined, on=_ID, how="anti")["number"].to_numpy())


def _known(snapshot: Snapshot) -> pl.DataFrame:
    wanted = ("number", *_ID, "revision")
    frames = []
    for part in snapshot.parts:
        people = snapshot.people(part)
        frames.append(pl.DataFrame({name: getattr(people, name) for name in wanted}))
    nobody = {"number": pl.UInt32, "id_high": pl.UInt64, "id_low": pl.UInt64, "revision": pl.Int64}
    return pl.concat([pl.DataFrame(schema=nobody), *frames])
