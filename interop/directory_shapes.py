"""The member directory on the wire, and what is wrong in it whoever has signed it."""

from collections.abc import Iterable
from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints

from interop.keys import DIVISION, KEY_NAME
from interop.refusals import DuplicateKey, DuplicateMember, KeyGap, Malformed
from interop.shape import Code, Digest, Division, Open

KIND: Final = "points-member-directory"
# Whoever has the directory of yesterday must still find a common key.
OVERLAP_SECONDS: Final = 24 * 3600
_LONGEST_TERM: Final = 92 * 24 * 3600

Seconds = Annotated[int, Field(ge=0, lt=2**40)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=60)]
Address = Annotated[str, StringConstraints(pattern=r"^https?://[a-z0-9.\[\]:-]+$", max_length=200)]


class ListedKey(Open):
    """A key of a member, valid from `not_before` until before `not_after`."""

    name: Annotated[str, StringConstraints(pattern=f"^{KEY_NAME}$")]
    x: Digest
    not_before: Seconds
    not_after: Seconds


class Member(Open):
    """A city or county: where it is reached, its keys, whom it speaks for and what it may ask."""

    city: Division
    name: Name
    name_en: Name
    address: Address
    keys: Annotated[list[ListedKey], Field(min_length=1, max_length=20)]
    areas: Annotated[list[Division], Field(max_length=200)]
    purposes: Annotated[list[Code], Field(max_length=50)]


class Root(Open):
    """One of those who sign the directory; its name is that of a key, `420200/root-1`."""

    name: Annotated[str, StringConstraints(pattern=f"^{DIVISION}/{KEY_NAME}$")]
    x: Digest


class Directory(Open):
    """One numbered edition. Renewed by `refresh_by`; nobody may use it from `expires` on."""

    kind: Literal["points-member-directory"]
    version: Annotated[int, Field(ge=1)]
    issued: Seconds
    refresh_by: Seconds
    expires: Seconds
    threshold: Annotated[int, Field(ge=1)]
    roots: Annotated[list[Root], Field(min_length=1, max_length=20)]
    members: Annotated[list[Member], Field(max_length=1000)]


class Signature(Open):
    """One root's signature over the canonical bytes of the directory."""

    root: str
    signature: str


def check_inside(directory: Directory) -> None:
    """Refuse what contradicts itself: terms, names or keys that stand twice, gaps between keys."""
    terms = directory.issued, directory.refresh_by, directory.expires
    if not terms[0] < terms[1] <= terms[2] <= terms[0] + _LONGEST_TERM:
        raise Malformed("issued, refresh_by, expires")
    if directory.threshold > len(directory.roots):
        raise Malformed("threshold")
    if _repeats(member.city for member in directory.members):
        raise DuplicateMember
    keys = [(f"{member.city}/{key.name}", key.x) for member in directory.members
            for key in member.keys]  # fmt: skip
    keys += [(root.name, root.x) for root in directory.roots]
    if _repeats(name for name, _ in keys) or _repeats(x for _, x in keys):
        raise DuplicateKey
    for member in directory.members:
        _check_overlap(member, directory.issued, directory.expires)


def _repeats(values: Iterable[str]) -> bool:
    listed = list(values)
    return len(set(listed)) < len(listed)


def _check_overlap(member: Member, start: int, end: int) -> None:
    """Raise `KeyGap` unless the keys follow each other with an overlap for the edition's term."""
    keys = sorted(member.keys, key=lambda key: key.not_before)
    covered = keys[0].not_after
    for key in keys[1:]:
        if key.not_before + OVERLAP_SECONDS > covered and covered < end:
            raise KeyGap(member.city)
        covered = max(covered, key.not_after)
    if keys[0].not_before > start or covered < end:
        raise KeyGap(member.city)
