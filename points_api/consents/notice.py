"""The notice that a resident reads before agreeing: dated files, complete by law or refused.

PIPL 17 lists what must be told, PIPL 14, 16, 21, 23, 24, 30 and 31 add to it. Each of it is a field
here, in both languages; a file that leaves one out or empty does not load, so a city cannot
collect consents on an incomplete notice. A published file is never edited: another one starts on a
date, and consents given to the one before need to be given again.
"""

import hashlib
import tomllib
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from points_api.language import Language

SHIPPED = Path(__file__).parent.parent / "data" / "notices"
MOST_MONTHS = 24  # longer would be the once-and-for-ever consent that 国办发〔2020〕49号 bans

Filled = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{1,31}$")]
Basis = Literal["published", "reference"]


class NoticeError(Exception):
    """A notice file cannot be used: which file, which field, what to do; both languages."""


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class Words(_Shape):
    """One text in both languages, neither of them empty."""

    zh: Filled
    en: Filled

    def say(self, language: Language) -> str:
        return self.en if language == "en" else self.zh


class Heading(_Shape):
    version: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{2,39}$")]
    city: Filled
    in_force_from: date
    basis: Basis
    title: Words
    summary: Words


class Handler(_Shape):
    """Who is responsible, and how to reach them (PIPL 17 (1))."""

    name: Words
    contact: Words


class Recipient(_Shape):
    id: Id
    name: Words


class DataKind(_Shape):
    """One kind of personal information; `sensitive` in the sense of PIPL 28."""

    id: Id
    sensitive: bool
    title: Words
    source: Words


class Purpose(_Shape):
    """One purpose, which is one choice: purpose, method, kinds, retention (PIPL 17 (2))."""

    id: Id
    needed_to_join: bool
    months: Annotated[int, Field(ge=1, le=MOST_MONTHS)]
    legal_basis: Filled
    title: Words
    purpose: Words
    method: Words
    retention: Words
    recipient: Recipient
    data: Annotated[list[DataKind], Field(min_length=1)]

    @property
    def data_kinds(self) -> list[str]:
        return [kind.id for kind in self.data]


class Section(_Shape):
    basis: Filled
    title: Words
    text: Words


class Sections(_Shape):
    """What must be told besides, each by its article; the order is the one of reading."""

    voluntary: Section
    withdrawal: Section
    rights: Section
    automated: Section
    sensitive: Section
    recipients: Section
    storage: Section
    minors: Section
    changes: Section

    def in_order(self) -> list[tuple[str, Section]]:
        return [(name, getattr(self, name)) for name in type(self).model_fields]


class Notice(_Shape):
    notice: Heading
    handler: Handler
    purpose: Annotated[list[Purpose], Field(min_length=1)]
    sections: Sections
    digest: str = ""
    """`sha256:` of the file, so that a receipt names exactly what was read."""

    @property
    def version(self) -> str:
        return self.notice.version

    def purpose_of(self, purpose: str) -> Purpose | None:
        return next((one for one in self.purpose if one.id == purpose), None)


@dataclass(frozen=True, slots=True)
class Notices:
    """All notices of one city, oldest first."""

    all: tuple[Notice, ...]

    def version(self, version: str) -> Notice | None:
        """Return a notice by its version, the past ones included."""
        return next((one for one in self.all if one.version == version), None)

    def current(self, on: date) -> Notice:
        """Return the notice in force on a legal day."""
        started = [one for one in self.all if one.notice.in_force_from <= on]
        if not started:
            raise NoticeError(
                f"{on} 没有生效的告知书，请补一份 (no notice is in force on that day; add one)"
            )
        return started[-1]


def load(city: str, folder: Path = SHIPPED) -> Notices:
    """Read the notices of a city; raise `NoticeError` at the first fault."""
    found = [_read(path) for path in sorted(folder.glob("*.toml"))]
    ours = sorted((one for one in found if one.notice.city == city), key=_start)
    if not ours:
        raise NoticeError(
            f"{folder.name}: 没有 {city} 的告知书，请补一份 (the city has no notice; add one)"
        )
    for before, after in pairwise(ours):
        if _start(before) == _start(after):
            raise NoticeError(
                f"{after.version}: in_force_from: 与 {before.version} 同日生效，请改 (same day)"
            )
    return Notices(tuple(ours))


def _start(notice: Notice) -> date:
    return notice.notice.in_force_from


def _read(path: Path) -> Notice:
    content = path.read_bytes()
    try:
        notice = Notice.model_validate(tomllib.loads(content.decode()))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise NoticeError(f"{path.name}: 不是 UTF-8 的 TOML (not TOML in UTF-8): {error}") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise NoticeError(
            f"{path.name}: {place}: 依法必填，请补正 (demanded by law): {first['msg']}"
        ) from None
    if notice.version != path.stem:
        raise NoticeError(f"{path.name}: notice.version: 须与文件名相同 (must be the file's name)")
    purposes = [one.id for one in notice.purpose]
    if len(set(purposes)) < len(purposes):
        raise NoticeError(f"{path.name}: purpose: id 重复 (two have the same id)")
    if not any(one.needed_to_join for one in notice.purpose):
        raise NoticeError(f"{path.name}: purpose: 至少一项须为加入所必需 (none is needed to join)")
    return notice.model_copy(update={"digest": f"sha256:{hashlib.sha256(content).hexdigest()}"})
