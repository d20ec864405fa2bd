"""The keys that the catalog's files may have; an unknown key is refused."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveInt

from scoring.catalog import ColumnType, Nature, Role

Text = Annotated[str, Field(min_length=1)]
Basis = Literal["published", "reference", "assumption"]


class FilePart(BaseModel):
    """A table of a file."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class FileAgency(FilePart):
    """`[[agency]]`"""

    id: Text
    name: Text
    name_en: Text
    credit_code: Annotated[str, Field(pattern=r"^[0-9A-HJ-NPQRTUWXY]{18}$")]
    basis: Literal["published", "test"]


class AgencyFile(FilePart):
    """agencies.toml"""

    agency: tuple[FileAgency, ...] = Field(min_length=1)


class FileLevel(FilePart):
    """One of the levels of a scale."""

    id: Text
    name: Text
    name_en: Text


class FileScale(FilePart):
    """`[[scale]]`: levels that several items share, weakest first."""

    id: Text
    levels: tuple[FileLevel, ...] = Field(min_length=2)


class ScaleFile(FilePart):
    """levels.toml"""

    scale: tuple[FileScale, ...] = ()


class FileLevelOf(FilePart):
    """`level_of`: the column that decides the level, and which value means which level."""

    column: Text
    values: dict[str, str] = Field(min_length=1)
    split: str = ""
    more_columns: tuple[Text, ...] = ()


class FileColumn(FilePart):
    """`[[column]]`"""

    code: Text
    name: Text
    type: ColumnType
    required: bool = False
    aliases: tuple[Text, ...] = ()
    role: Role = ""
    values: tuple[Text, ...] = ()
    max_length: PositiveInt = 200
    scale: PositiveInt = 1
    maximum: PositiveInt | None = None
    legacy: bool = False


class FileLayout(FilePart):
    """layouts/<id>.toml; `levels` and `level_of` hold for items that say nothing else."""

    id: Text
    title: Text
    basis: Literal["published", "reference", "assumption", "own"]
    column: tuple[FileColumn, ...] = Field(min_length=1)
    levels: str = ""
    level_of: FileLevelOf | None = None


class FileItem(FilePart):
    """`[[item]]`: either the id of a published `layout`, or its own columns in the plain frame."""

    code: Annotated[str, Field(pattern=r"^[a-z][a-z_]*\.[a-z][a-z_0-9]*$")]
    title: Text
    title_en: Text
    agency: Text
    group: Text
    nature: Nature
    legal_basis: Text
    basis: Basis
    in_force_from: date
    in_force_until: date | None = None
    layout: str = ""
    column: tuple[FileColumn, ...] = ()
    retention_months: PositiveInt | None = None
    repairable: bool = False
    continuing: bool = False
    levels: str = ""
    level_of: FileLevelOf | None = None
    fixed_level: str | None = None
    unit: str = ""
    unit_en: str = ""
    scale: PositiveInt = 1
    note: str = ""


class FileHead(FilePart):
    """`[catalog]`"""

    edition: Text


class ItemFile(FilePart):
    """catalog/<group>.toml"""

    catalog: FileHead
    item: tuple[FileItem, ...] = Field(min_length=1)
