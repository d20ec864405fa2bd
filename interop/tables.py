"""A published table: what each score of one city is on the scale of another, on what evidence.

Everything is an integer: scores in thousandths of a point, unrounded values and errors in
millionths. A table has one direction and is never turned round, and there is no way to put two of
them together. It is in force between its dates, once both cities have signed its digest.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from hashlib import sha256
from itertools import pairwise
from typing import Any, Literal, NamedTuple

from interop.cities import Basis
from interop.linking.gates import Use

Method = Literal["bands", "linear", "equipercentile", "kernel"]
METHODS: tuple[Method, ...] = ("bands", "linear", "equipercentile", "kernel")


class Mapped(NamedTuple):
    """What is told of a visitor: never more than the table's use allows, the rest is None.

    It names its table and carries the standard error. It is no score: it cannot be mapped again.
    """

    table: str
    recognized: bool
    band: str | None = None
    value: int | None = None
    unrounded: int | None = None
    error: int | None = None


class Signature(NamedTuple):
    """One city's word for a table's digest, checked by whoever has the keys."""

    city: str
    key: str
    signed_on: date
    value: str


@dataclass(frozen=True, slots=True)
class Header:
    """All that names a table and says how it was made.

    `people` were counted in the source and the target; `degrees` and `bandwidths` (millionths of a
    step) are those of the method; `inputs` name both distributions and `software` the arithmetic.
    """

    source: str
    target: str
    version: str
    method: Method
    use: Use
    design: Literal["agreement", "random_groups"]
    basis: Basis
    made_on: date
    since: date
    until: date
    people: tuple[int, int]
    inputs: tuple[str, str]
    software: str
    degrees: tuple[int, int] | None = None
    bandwidths: tuple[int, int] | None = None

    @property
    def id(self) -> str:
        """The key of the table: from, to, version."""
        return f"{self.source}:{self.target}:{self.version}"


@dataclass(frozen=True)
class Table:
    """The rows begin at the score `lowest` and go by `step`. Raises ValueError if they descend.

    `by_score` are the same rows by their score.
    """

    header: Header
    lowest: int
    step: int
    rows: tuple[Mapped, ...]
    signatures: tuple[Signature | None, Signature | None] = field(default=(None, None))
    by_score: dict[int, Mapped] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.header.source == self.header.target:
            raise ValueError("a table leads from one city to another")
        values = [row.unrounded for row in self.rows if row.unrounded is not None]
        if any(a > b for a, b in pairwise(values)):
            raise ValueError("a higher score may not be worth less: the table descends")
        scores = range(self.lowest, self.lowest + len(self.rows) * self.step, self.step)
        object.__setattr__(self, "by_score", dict(zip(scores, self.rows, strict=True)))

    def in_force(self, on: date) -> bool:
        """True on its days, once both cities have signed."""
        return self.header.since <= on <= self.header.until and None not in self.signatures

    def signed(self, signature: Signature) -> "Table":
        """The same with a city's signature in its slot. Raises ValueError for any other city."""
        parties = (self.header.source, self.header.target)
        if signature.city not in parties:
            raise ValueError(f"{signature.city} is no party of {self.header.id}")
        slots = list(self.signatures)
        slots[parties.index(signature.city)] = signature
        return replace(self, signatures=(slots[0], slots[1]))

    def thresholds(self) -> dict[str, int]:
        """For each band of the target the least score that reaches it, converted once and for all.

        So that nobody rounds a threshold by themselves, or looks it up backwards in the rows.
        """
        reached: dict[str, int] = {}
        for place, row in enumerate(self.rows):
            if row.band is not None:
                reached.setdefault(row.band, self.lowest + place * self.step)
        return reached

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON of all but the signatures: what both cities sign."""
        said = json.dumps(document(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return f"sha256:{sha256(said.encode()).hexdigest()}"


def document(table: Table) -> dict[str, Any]:
    """The table as a plain JSON object, without its signatures."""
    head = {name: getattr(table.header, name) for name in Header.__slots__}
    dates = {name: head[name].isoformat() for name in ("made_on", "since", "until")}
    pairs = {
        name: list(head[name]) if head[name] is not None else None
        for name in ("people", "inputs", "degrees", "bandwidths")
    }
    return {
        **head, **dates, **pairs, "lowest": table.lowest, "step": table.step,
        "thresholds": table.thresholds(), "rows": [list(row[1:]) for row in table.rows],
    }  # fmt: skip


def from_document(said: Mapping[str, Any]) -> Table:
    """The table of a JSON object. Raises KeyError, TypeError or ValueError for any other."""
    fields = {name: said[name] for name in Header.__slots__}
    for name in ("made_on", "since", "until"):
        fields[name] = date.fromisoformat(fields[name])
    for name in ("people", "inputs", "degrees", "bandwidths"):
        fields[name] = tuple(fields[name]) if fields[name] is not None else None
    header = Header(**fields)
    rows = tuple(Mapped(header.id, *row) for row in said["rows"])
    table = Table(header, said["lowest"], said["step"], rows)
    if table.thresholds() != said["thresholds"]:
        raise ValueError("thresholds: not those of the rows")
    return table


def newest_of_both(ours: Iterable[Table], theirs: Iterable[str], on: date) -> Table | None:
    """The newest table in force that the other city holds, too, told by the digests it names."""
    held = set(theirs)
    common = [table for table in ours if table.in_force(on) and table.digest in held]
    return max(common, key=lambda table: (table.header.since, table.header.version), default=None)
