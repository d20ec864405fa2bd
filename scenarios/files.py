"""Read scenarios from a folder of TOML files and refuse what is mistaken, copied or a punishment.

    seats.toml            where divisions lie
    <category>.toml       one category with its scenarios and their worked examples

Every fault names file, scenario and key and says how to mend it; all of them are told at once.
"""

import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from scenarios import denied
from scenarios.building import build
from scenarios.conditions import DimensionFloor, Holds
from scenarios.eligibility import Index
from scenarios.facts import Band, Facts
from scenarios.near_copies import near_copies
from scenarios.scenario import Category, Place, Scenario
from scenarios.shapes import File, FileExample, FileScenario, SeatFile
from scenarios.words import Words

SHIPPED = Path(__file__).parent / "data"
SEATS = "seats.toml"
Shape = TypeVar("Shape", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Fault:
    """One mistake: where, and what to do."""

    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


@dataclass
class ScenarioError(Exception):
    """The files are mistaken; `faults` lists every mistake found."""

    faults: list[Fault]

    def __str__(self) -> str:
        return "\n".join(str(fault) for fault in self.faults)


@dataclass(frozen=True, slots=True)
class Known:
    """What conditions may name: the city's bands by id, its dimensions, its catalog items."""

    bands: Mapping[str, Band]
    dimensions: frozenset[str]
    items: frozenset[str]


@dataclass(frozen=True, slots=True)
class Folder:
    """What the files say: categories, scenarios in the order of their ids, and the seats.

    `divisions` names the places of the seats. `documents` holds each scenario as the plain JSON
    object that it was built from, by id.
    """

    categories: tuple[Category, ...]
    scenarios: tuple[Scenario, ...]
    seats: Mapping[str, Place]
    divisions: Mapping[str, Words]
    documents: Mapping[str, Mapping[str, Any]]


def load(known: Known, folder: Path = SHIPPED) -> Folder:
    """Read a folder of a city that knows these names. Raises `ScenarioError`, `OSError`."""
    faults: list[Fault] = []
    seat_file = _read(SeatFile, folder / SEATS, faults)
    seats = _seats(seat_file)
    files = [
        (path.name, file)
        for path in sorted(folder.glob("*.toml"))
        if path.name != SEATS and (file := _read(File, path, faults)) is not None
    ]
    scenarios, documents = {}, {}
    for name, file in files:
        for shape in file.scenario:
            document = document_of(shape, file.category.id)
            scenario, found = checked(document, known, seats)
            faults += [Fault(f"{name}: {shape.id}: {one.where}", one.message) for one in found]
            if shape.id in scenarios:
                faults.append(Fault(f"{name}: {shape.id}", "id 已经用过，请另取 (id is taken)"))
            if scenario is not None:
                scenarios[shape.id], documents[shape.id] = scenario, document
    categories = tuple(_category(file) for _, file in files)
    faults += [Fault(*pair) for pair in near_copies(scenarios.values())]
    if faults:
        raise ScenarioError(faults)
    ordered = tuple(scenarios[name] for name in sorted(scenarios))
    return Folder(categories, ordered, seats, _divisions(seat_file), documents)


def checked(
    document: Mapping[str, Any], known: Known, seats: Mapping[str, Place]
) -> tuple[Scenario | None, list[Fault]]:
    """Build one scenario from its JSON object and check everything that needs no other one.

    This is what files, proposals by merchants and imports all go through.
    """
    try:
        shape = FileScenario.model_validate_json(_json(_without_category(document)))
    except ValidationError as error:
        return None, list(_shape_faults(error))
    faults = [Fault(one.where, str(one)) for one in denied.refusals(texts(shape))]
    try:
        scenario = build(shape, str(document["category"]), digest_of(document), known.bands, seats)
    except ValueError as error:
        return None, [*faults, Fault("", str(error))]
    faults += _unknown_faults(scenario, known)
    faults += _example_faults(shape, scenario)
    return scenario, faults


def document_of(shape: FileScenario, category: str) -> dict[str, Any]:
    """The scenario as a plain JSON object, as it is kept and signed off."""
    said = shape.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return {"category": category, **said}


def digest_of(document: Mapping[str, Any]) -> str:
    """What names this very text of a scenario: SHA-256 over its canonical JSON."""
    return f"sha256:{sha256(_json(document).encode()).hexdigest()}"


def facts_of(example: FileExample, scenario_id: str) -> Facts | None:
    """The person of a worked example; None for one who has not joined."""
    if example.score is None:
        return None
    return Facts(
        score=int(example.score * 1000),
        age=example.age,
        division=example.division,
        dimensions={name: int(value * 1000) for name, value in example.dimensions.items()},
        items=frozenset(example.items),
        overdue=frozenset([scenario_id] if example.overdue else []),
    )


def texts(shape: FileScenario) -> Iterator[tuple[str, str]]:
    """Every free text of a scenario with its place."""
    yield from _texts("", shape.model_dump(exclude={"example", "id"}))


def _texts(place: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _texts(f"{place}.{key}".lstrip("."), inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(place, inner)


def _example_faults(shape: FileScenario, scenario: Scenario) -> Iterator[Fault]:
    index = Index([scenario])
    if {example.eligible for example in shape.example} != {True, False}:
        yield Fault("example", "要有一个能享受、一个不能享受的例子 (one yes and one no are needed)")
    for example in shape.example:
        (decision,) = index.decide(facts_of(example, scenario.id))
        if decision.eligible != example.eligible:
            given = "能" if decision.eligible else "不能"
            yield Fault(
                f"example «{example.name}»",
                f"按条件是“{given}享受”，与例子不符：改条件或改例子 (the conditions say "
                f"{decision.eligible}: mend the conditions or the example)",
            )


def _unknown_faults(scenario: Scenario, known: Known) -> Iterator[Fault]:
    """Names that the city does not have: such a condition would never open to anybody."""
    for condition in scenario.conditions:
        if isinstance(condition, DimensionFloor) and condition.dimension not in known.dimensions:
            yield Fault("conditions.dimension", f"没有 {condition.dimension} 这一维度 (unknown)")
        if isinstance(condition, Holds) and (missing := condition.items - known.items):
            names = "、".join(sorted(missing))
            yield Fault("conditions.membership", f"目录里没有 {names} (not in the catalog)")


def _seats(file: SeatFile | None) -> dict[str, Place]:
    if file is None:
        return {}
    return {s.division: Place(s.division, s.latitude, s.longitude) for s in file.seat}


def _divisions(file: SeatFile | None) -> dict[str, Words]:
    return {} if file is None else {s.division: Words(s.name, s.name_en) for s in file.seat}


def _category(file: File) -> Category:
    said = file.category
    return Category(
        said.id, Words(said.name, said.name_en), Words(said.about, said.about_en), said.basis
    )


def _read(shape: type[Shape], path: Path, faults: list[Fault]) -> Shape | None:
    try:
        parsed = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        faults.append(Fault(path.name, f"不是 UTF-8 的 TOML (not TOML in UTF-8): {error}"))
        return None
    try:
        # By way of JSON, so that a proposal and a file are read with the same strictness.
        return shape.model_validate_json(_json(parsed))
    except ValidationError as error:
        found = _shape_faults(error, parsed)
        faults += [Fault(f"{path.name}: {one.where}", one.message) for one in found]
        return None


def _shape_faults(error: ValidationError, parsed: object = None) -> Iterator[Fault]:
    for fault in error.errors(include_input=False, include_url=False):
        mend = {
            "extra_forbidden": "没有这个键，请删去或改正拼写 (no such key: remove it or mend it)",
            "missing": "请补上 (add it)",
        }.get(fault["type"], f"{fault['msg']}：请改正 (mend it)")
        yield Fault(".".join(_named(fault["loc"], parsed)), mend)


def _named(location: Iterable[str | int], node: Any) -> Iterator[str]:
    """The place of a fault, with ids in place of bare numbers where the file gives them."""
    for key in location:
        try:
            node = node[key]
        except (KeyError, IndexError, TypeError):
            node = None
        label = node.get("id") if isinstance(key, int) and isinstance(node, dict) else None
        yield f"{key}«{label}»" if label else str(key)


def _without_category(document: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in document.items() if key != "category"}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
