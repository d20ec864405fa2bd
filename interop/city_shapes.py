"""The keys that a city's file may have. Points are decimals as written."""

from datetime import date
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, PositiveInt, StringConstraints, model_validator

from interop.cities import Band, Basis, City, Distribution, Figure, Key, KeyUse, Scale, Signatory
from interop.file_shape import (
    Division,
    FileMakes,
    FileNamed,
    FilePart,
    Id,
    Points,
    Text,
    thousandths,
)

Address = Annotated[str, StringConstraints(pattern=r"^https?://[^\s]+[^/]$", max_length=200)]
PublicKey = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]
MILLION = 1_000_000


class FileFigure(FilePart):
    """`{ value = 0, basis = "published" }`"""

    value: Points
    basis: Basis

    def made(self) -> Figure:
        """The figure."""
        return Figure(thousandths(self.value), self.basis)


class FileOpen(FilePart):
    """`maximum = { open = true, covered = 1400, basis }`: no end; tables have rows up to there."""

    open: Literal[True]
    covered: Points
    basis: Basis


class FileScale(FilePart):
    """`[scale]`"""

    minimum: FileFigure
    maximum: FileFigure | FileOpen
    base: FileFigure | None = None
    step: FileFigure

    def made(self) -> Scale:
        """The scale. Raises ValueError where its ends or its step do not fit."""
        low, step = self.minimum.made(), self.step.made()
        if isinstance(self.maximum, FileFigure):
            top = self.maximum.made()
            last = top.value
        else:
            top, last = None, thousandths(self.maximum.covered)
        if step.value <= 0 or last <= low.value or (last - low.value) % step.value:
            raise ValueError("scale: 上下限之差须为步长的整数倍 (the range is no multiple of step)")
        base = self.base.made() if self.base else None
        return Scale(low, top, self.maximum.basis, base, step, last)


class FileBand(FileNamed):
    """`[[band]]`, from the lowest to the highest."""

    id: Id
    floor: Points = Field(alias="from")
    basis: Basis

    def made(self) -> Band:
        """The band."""
        return Band(self.id, self.words(), thousandths(self.floor), self.basis)


class FileDistribution(FilePart):
    """`[distribution]`: a histogram with bins of one width."""

    as_of: date
    people: PositiveInt
    lowest: Points
    width: Points
    shares_ppm: Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=2)]
    basis: Basis

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if sum(self.shares_ppm) != MILLION:
            raise ValueError(
                f"shares_ppm 之和是 {sum(self.shares_ppm)}，须为 {MILLION} (must add up to it)"
            )
        return self

    def made(self, scale: Scale) -> Distribution:
        """The distribution. Raises ValueError where its bins do not fit the scale."""
        lowest, width = thousandths(self.lowest), thousandths(self.width)
        step, low = scale.step.value, scale.minimum.value
        last = lowest + (len(self.shares_ppm) - 1) * width
        if width <= 0 or width % step or (lowest - low) % step:
            raise ValueError("distribution: 组距须为步长的整数倍 (bins do not fit the step)")
        if lowest < low or last > scale.covered:
            raise ValueError("distribution: 分组超出分值范围 (bins lie outside the scale)")
        shares = tuple(self.shares_ppm)
        return Distribution(lowest, width, shares, self.people, self.as_of, self.basis)


class FileKey(FilePart):
    """`[[key]]`; `public` is an Ed25519 key in base64url and may wait until it is delivered."""

    id: Id
    use: KeyUse
    algorithm: Literal["Ed25519"]
    since: date = Field(alias="from")
    until: date
    public: PublicKey | None = None

    def made(self) -> Key:
        """The key. Raises ValueError where its term is empty."""
        if self.since > self.until:
            raise ValueError(f"key «{self.id}»: until 不得早于 from (until is before from)")
        return Key(self.id, self.use, self.algorithm, self.since, self.until, self.public)


class FileScore(FileNamed):
    """`[score]`: what the city calls its score."""

    basis: Basis


class FileAddress(FilePart):
    """`[address]`: where its exchange answers."""

    url: Address
    basis: Basis


class FileCity(FileNamed, FileMakes[City]):
    """A whole file of `cities/`."""

    division: Division
    signatory: Signatory
    note: Text
    score: FileScore
    scale: FileScale
    band: Annotated[list[FileBand], Field(min_length=2)]
    distribution: FileDistribution
    address: FileAddress
    key: Annotated[list[FileKey], Field(min_length=1)]

    def made(self) -> City:
        """The city. Raises ValueError, which says how to mend it."""
        scale = self.scale.made()
        bands = tuple(band.made() for band in self.band)
        _check_bands(bands, scale)
        return City(
            id=self.id,
            bare_name=self.words(),
            division=self.division,
            signatory=self.signatory,
            score_name=self.score.words(),
            score_basis=self.score.basis,
            scale=scale,
            bands=bands,
            distribution=self.distribution.made(scale),
            address=self.address.url,
            address_basis=self.address.basis,
            keys=tuple(key.made() for key in self.key),
            note=self.note,
        )


def _check_bands(bands: tuple[Band, ...], scale: Scale) -> None:
    low, step = scale.minimum.value, scale.step.value
    if bands[0].floor != low:
        raise ValueError("band: 第一档须从最低分起 (the first band begins at the minimum)")
    if any(a.floor >= b.floor for a, b in pairwise(bands)):
        raise ValueError("band: 须由低到高 (bands ascend)")
    if any(band.floor > scale.covered or (band.floor - low) % step for band in bands):
        raise ValueError("band: 起点须是分值范围内的一分 (a floor is no point of the scale)")
    if len({band.id for band in bands}) < len(bands):
        raise ValueError("band: id 重复 (an id is used twice)")
