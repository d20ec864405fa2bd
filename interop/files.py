"""Read cities, agreements and divisions from a folder and refuse what does not fit together.

    divisions.toml        codes that agreements name, with their years
    cities/<id>.toml      one city
    agreements/<id>.toml  one agreement

Every fault names file and key and says how to mend it; all of them are told at once.
"""

import json
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from interop.agreement_shapes import FileAgreement, FileDivisions
from interop.agreements import Agreement
from interop.cities import City
from interop.city_shapes import FileCity
from interop.divisions import Divisions, covers
from interop.file_shape import FileMakes

SHIPPED = Path(__file__).parent / "data"
Shape = TypeVar("Shape", bound=BaseModel)
Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Fault:
    """One mistake: where, and what to do."""

    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


@dataclass
class InteropError(Exception):
    """The files are mistaken; `faults` lists every mistake found."""

    faults: list[Fault]

    def __str__(self) -> str:
        return "\n".join(str(fault) for fault in self.faults)


@dataclass(frozen=True, slots=True)
class Folder:
    """What the files say, cities and agreements by id."""

    cities: Mapping[str, City]
    agreements: Mapping[str, Agreement]
    divisions: Divisions

    def city_of(self, division: str) -> City | None:
        """The city or county with this division, else the city in which it lies."""
        return _city_of(division, self.cities)

    def between(self, source: City, target: City) -> Agreement | None:
        """The agreement that compares bands of both cities by a ladder."""
        both = {source.division, target.division}
        return next(
            (
                one
                for one in self.agreements.values()
                if one.grades and not one.by_scenario and both <= one.codes
            ),
            None,
        )


def load(folder: Path = SHIPPED) -> Folder:
    """Read a folder. Raises `InteropError`, `OSError`."""
    faults: list[Fault] = []
    divisions = _divisions(_read(FileDivisions, folder / "divisions.toml", faults))
    cities = dict(_each(FileCity, folder / "cities", faults))
    agreements = dict(_each(FileAgreement, folder / "agreements", faults))
    faults += _of_cities(cities)
    for agreement in agreements.values():
        where = f"agreements/{agreement.id}.toml"
        found = [*_of_parties(agreement, cities, divisions), *_of_grades(agreement, cities)]
        faults += [Fault(f"{where}: {key}", message) for key, message in found]
    if faults:
        raise InteropError(faults)
    named = {id_: _with_newest_codes(one, divisions) for id_, one in agreements.items()}
    return Folder(cities, named, divisions)


def _of_cities(cities: Mapping[str, City]) -> Iterator[Fault]:
    codes = Counter(city.division for city in cities.values())
    keys = Counter(key.id for city in cities.values() for key in city.keys)
    for city in cities.values():
        where = f"cities/{city.id}.toml"
        if codes[city.division] > 1:
            yield Fault(f"{where}: division", "另一城市已用此区划 (another city has it)")
        for key in city.keys:
            if keys[key.id] > 1:
                yield Fault(f"{where}: key", f"{key.id} 重复，请另取 (this id is taken)")


def _with_newest_codes(agreement: Agreement, divisions: Divisions) -> Agreement:
    """An agreement of long ago with the codes that its parties have at the end of its term."""

    def newest(code: str) -> str:
        return divisions.current(code, agreement.term.until) or code

    parties = tuple(replace(one, division=newest(one.division)) for one in agreement.parties)
    center = newest(agreement.center) if agreement.center else None
    return replace(agreement, parties=parties, center=center)


def _of_parties(
    agreement: Agreement, cities: Mapping[str, City], divisions: Divisions
) -> Iterator[tuple[str, str]]:
    """A party must be there when it agrees and go on to the end, as sure as its own file says."""
    by_code = {city.division: city for city in cities.values()}
    for party in agreement.parties:
        city = by_code.get(party.division)
        if city is not None and city.signatory != party.signatory:
            yield (
                f"party «{party.division}»",
                f"城市文件写的是 {city.signatory}，两处须一致 (the city's file says otherwise)",
            )
        if city is None:
            code, term = party.division, agreement.term
            held = divisions.current(code, term.since) == code
            if not held or divisions.current(code, term.until) is None:
                yield (
                    f"party «{party.division}»",
                    "协议期内没有这个区划代码 (not a division code during the term)",
                )


def _of_grades(agreement: Agreement, cities: Mapping[str, City]) -> Iterator[tuple[str, str]]:
    """Each rung names a band of every city, higher from rung to rung.

    A county without a scale of its own stands on that of the city in which it lies.
    """
    members = [_city_of(party.division, cities) for party in agreement.parties]
    for city in (one for one in members if one and agreement.grades):
        ids = [band.id for band in city.bands]
        named = [grade.first_bands.get(city.id) for grade in agreement.grades]
        if any(band not in ids for band in named):
            yield "grade.first_band", f"{city.id} 须在每级写一个自己的等级 (name one of its bands)"
        elif sorted(places := [ids.index(str(band)) for band in named]) != places:
            yield "grade.first_band", f"{city.id} 的等级须由低到高 (its bands must ascend)"
    known = set(cities)
    for grade in agreement.grades:
        for name in sorted(set(grade.first_bands) - known):
            yield f"grade «{grade.id}»", f"没有城市 {name} (no such city)"


def _city_of(division: str, cities: Mapping[str, City]) -> City | None:
    around = [one for one in cities.values() if covers(one.division, division)]
    return max(around, key=lambda one: one.division == division, default=None)


def _each(
    shape: type[FileMakes[Thing]], folder: Path, faults: list[Fault]
) -> Iterator[tuple[str, Thing]]:
    """What each file of a folder makes, by its name; faults are told and the file left out."""
    for path in sorted(folder.glob("*.toml")):
        file = _read(shape, path, faults)
        made = _made(f"{folder.name}/{path.name}", file, faults) if file else None
        if made is not None:
            yield path.stem, made


def _made(where: str, file: FileMakes[Thing], faults: list[Fault]) -> Thing | None:
    """What a file describes; its faults are told, and None is given for it."""
    if f"{file.id}.toml" != where.rpartition("/")[2]:
        faults.append(Fault(f"{where}: id", "须与文件名相同 (must be the file's name)"))
    try:
        return file.made()
    except ValueError as error:
        faults.append(Fault(where, str(error)))
        return None


def _divisions(file: FileDivisions | None) -> Divisions:
    made = [one.made() for one in file.division] if file else []
    return Divisions({one.code: one for one in made})


def _read(shape: type[Shape], path: Path, faults: list[Fault]) -> Shape | None:
    where = path.name if path.name == "divisions.toml" else f"{path.parent.name}/{path.name}"
    try:
        parsed = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        faults.append(Fault(where, f"不是 UTF-8 的 TOML (not TOML in UTF-8): {error}"))
        return None
    try:
        return shape.model_validate_json(json.dumps(parsed, ensure_ascii=False, default=str))
    except ValidationError as error:
        faults += [Fault(f"{where}: {key}", mend) for key, mend in _shape_faults(error, parsed)]
        return None


def _shape_faults(error: ValidationError, parsed: object) -> Iterator[tuple[str, str]]:
    for fault in error.errors(include_input=False, include_url=False):
        mend = {
            "extra_forbidden": "没有这个键，请删去或改正拼写 (no such key: remove it or mend it)",
            "missing": "请补上 (add it)",
        }.get(fault["type"], f"{fault['msg']}：请改正 (mend it)")
        yield ".".join(_named(fault["loc"], parsed)), mend


def _named(location: Iterable[str | int], node: Any) -> Iterator[str]:
    """The place of a fault, with ids in place of bare numbers where the file gives them."""
    for key in location:
        try:
            node = node[key]
        except (KeyError, IndexError, TypeError):
            node = None
        label = node.get("id") if isinstance(key, int) and isinstance(node, dict) else None
        yield f"{key}«{label}»" if label else str(key)
