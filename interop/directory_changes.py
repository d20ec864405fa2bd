"""What differs between two editions of the directory, for whoever has to approve the newer one."""

from dataclasses import dataclass
from typing import Literal

from interop.directory_shapes import Directory, Member

Kind = Literal[
    "joined", "left", "address", "name", "area", "area-left", "purpose", "purpose-left",
    "key", "key-left", "root", "root-left", "threshold",
]  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """One difference: of which member (empty for the directory itself), of what kind, and what."""

    city: str
    kind: Kind
    what: str


def changes(before: Directory, after: Directory) -> list[Change]:
    """Return every difference, by member; an empty list where only number and dates differ."""
    old = {member.city: member for member in before.members}
    new = {member.city: member for member in after.members}
    found = [Change(city, "joined", new[city].name) for city in new.keys() - old.keys()]
    found += [Change(city, "left", old[city].name) for city in old.keys() - new.keys()]
    for city in old.keys() & new.keys():
        found += _of_member(old[city], new[city])
    roots = {root.name for root in before.roots}, {root.name for root in after.roots}
    found += _sets("", "root", "root-left", *roots)
    if before.threshold != after.threshold:
        found.append(Change("", "threshold", str(after.threshold)))
    return sorted(found)


def _of_member(old: Member, new: Member) -> list[Change]:
    city = new.city
    found = [] if old.address == new.address else [Change(city, "address", new.address)]
    if (old.name, old.name_en) != (new.name, new.name_en):
        found.append(Change(city, "name", new.name))
    keys = [
        {f"{key.name} {key.not_before}-{key.not_after}" for key in member.keys}
        for member in (old, new)
    ]
    return [
        *found,
        *_sets(city, "key", "key-left", *keys),
        *_sets(city, "area", "area-left", set(old.areas), set(new.areas)),
        *_sets(city, "purpose", "purpose-left", set(old.purposes), set(new.purposes)),
    ]


def _sets(city: str, came: Kind, left: Kind, old: set[str], new: set[str]) -> list[Change]:
    return [Change(city, came, one) for one in new - old] + [
        Change(city, left, one) for one in old - new
    ]
