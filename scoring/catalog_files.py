"""Read the catalog from its folder of TOML files and refuse what is mistaken or forbidden.

    agencies.toml           who may deliver
    levels.toml             scales of levels that items share
    layouts/<id>.toml       published column layouts; plain.toml is the frame of all own layouts
    catalog/<group>.toml    the items

Every fault names file and key, says what is wrong and how to mend it; all of them are told at once.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

from scoring.catalog import Catalog
from scoring.catalog_build import CatalogFiles, build_catalog
from scoring.catalog_shapes import AgencyFile, FileLayout, ItemFile, ScaleFile

SHIPPED = Path(__file__).parent / "data"

Shape = TypeVar("Shape", bound=BaseModel)


class Fault(NamedTuple):
    """One mistake in one file."""

    file: str
    key: str
    message: str
    mend: str

    def __str__(self) -> str:
        return f"{self.file}: {self.key}: {self.message}: {self.mend}"


@dataclass
class CatalogError(Exception):
    """The catalog's files are mistaken; `faults` lists every mistake found."""

    faults: list[Fault]

    def __str__(self) -> str:
        return "\n".join(str(fault) for fault in self.faults)


def load_catalog(folder: Path = SHIPPED) -> Catalog:
    """Read a catalog. Raises `CatalogError` with every fault found, `OSError` if unreadable."""
    contents = {path.relative_to(folder).as_posix(): path.read_bytes() for path in _paths(folder)}
    faults: list[Fault] = []
    files = CatalogFiles(
        agencies=_read(AgencyFile, "agencies.toml", contents, faults),
        scales=_read(ScaleFile, "levels.toml", contents, faults),
        layouts=_read_all(FileLayout, "layouts/", contents, faults),
        items=_read_all(ItemFile, "catalog/", contents, faults),
    )
    if faults:
        raise CatalogError(faults)
    digest = sha256()
    for name, content in sorted(contents.items()):
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    catalog, found = build_catalog(files, f"sha256:{digest.hexdigest()}")
    if found:
        raise CatalogError([Fault(*fault) for fault in found])
    return catalog


@cache
def shipped_catalog() -> Catalog:
    """The catalog that comes with the program, read once."""
    return load_catalog()


def _paths(folder: Path) -> list[Path]:
    single = [folder / "agencies.toml", folder / "levels.toml"]
    return [*single, *folder.glob("layouts/*.toml"), *folder.glob("catalog/*.toml")]


def _read_all(
    shape: type[Shape], prefix: str, contents: Mapping[str, bytes], faults: list[Fault]
) -> dict[str, Shape]:
    names = [name for name in sorted(contents) if name.startswith(prefix)]
    return {name: _read(shape, name, contents, faults) for name in names}


def _read(
    shape: type[Shape], name: str, contents: Mapping[str, bytes], faults: list[Fault]
) -> Shape:
    try:
        parsed = tomllib.loads(contents[name].decode("utf-8"), parse_float=Decimal)
        return shape.model_validate(parsed)
    except UnicodeDecodeError as error:
        faults.append(Fault(name, f"byte {error.start}", "not UTF-8", "save the file as UTF-8"))
    except tomllib.TOMLDecodeError as error:
        faults.append(Fault(name, "TOML", str(error), "mend the TOML there"))
    except ValidationError as error:
        faults += _shape_faults(name, parsed, error)
    return shape.model_construct()  # never used: the faults are raised first


def _shape_faults(name: str, parsed: Any, error: ValidationError) -> Iterator[Fault]:
    for fault in error.errors(include_input=False, include_url=False):
        mend = {
            "extra_forbidden": "remove the key or mend its spelling",
            "missing": "add the key",
            "string_too_short": "fill it in",
        }.get(fault["type"], "mend the value")
        yield Fault(name, _key(parsed, fault["loc"]), fault["msg"], mend)


def _key(parsed: Any, location: tuple[int | str, ...]) -> str:
    """The path to a value, with the code or id of each table on the way in place of its number."""
    node, path = parsed, []
    for step in location:
        try:
            node = node[step]
        except (KeyError, IndexError, TypeError):
            node = None
        named = isinstance(step, int) and isinstance(node, dict)
        label = node.get("code") or node.get("id") if named else None
        path.append(f"[{label or step}]" if isinstance(step, int) else str(step))
    return ".".join(path).replace(".[", "[")
