"""From the catalog's files to its dataclasses; every mistake between the files is told at once.

What is refused here would otherwise surface as a wrong record about a person: an adverse item that
needs no document or outlives the five years of 《征信业管理条例》 article 16, a column with two
meanings, a value without a level, an item in force twice on one day, a forbidden kind.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations

from scoring.catalog import Agency, Catalog, Column, Item, Layout, Level, LevelRule
from scoring.catalog_checks import item_faults, layout_faults
from scoring.catalog_shapes import (
    AgencyFile,
    FileColumn,
    FileItem,
    FileLayout,
    FileLevelOf,
    ItemFile,
    ScaleFile,
)

PLAIN = "plain"  # the frame around the columns that an item brings itself

FaultRow = tuple[str, str, str, str]  # file, key, what is wrong, how to mend it


@dataclass(frozen=True)
class CatalogFiles:
    """The files as read, by name."""

    agencies: AgencyFile
    scales: ScaleFile
    layouts: Mapping[str, FileLayout]
    items: Mapping[str, ItemFile]


@dataclass
class _Build:
    agencies: dict[str, Agency]
    scales: dict[str, tuple[Level, ...]]
    layouts: dict[str, Layout]
    defaults: dict[str, FileLayout]
    faults: list[FaultRow] = field(default_factory=list)


def build_catalog(files: CatalogFiles, digest: str) -> tuple[Catalog, list[FaultRow]]:
    """The catalog and everything wrong with it; with a fault it must not be used."""
    build = _Build(
        agencies={a.id: Agency(**a.model_dump()) for a in files.agencies.agency},
        scales={
            s.id: tuple(Level(**level.model_dump()) for level in s.levels)
            for s in files.scales.scale
        },
        layouts={},
        defaults={file.id: file for file in files.layouts.values()},
    )
    build.faults += _twice("agencies.toml", "agency", [a.id for a in files.agencies.agency])
    build.faults += _twice("levels.toml", "scale", [s.id for s in files.scales.scale])
    for name, file in files.layouts.items():
        if name != f"layouts/{file.id}.toml":
            build.faults.append((name, "id", f"is {file.id}", f"name the file {file.id}.toml"))
        layout = Layout(file.id, file.title, _columns(file.column), file.basis)
        build.layouts[file.id] = layout
        build.faults += [(name, *fault) for fault in layout_faults(layout)]
    if PLAIN not in build.layouts:
        build.faults.append(("layouts/plain.toml", "id", "is missing", "add the frame"))
        return Catalog("", digest, {}, {}, ()), build.faults
    items: list[tuple[str, Item]] = []
    for name, part in files.items.items():
        items += [(name, _item(name, raw, build)) for raw in part.item]
    build.faults += _term_faults(items)
    editions = sorted({part.catalog.edition for part in files.items.values()})
    if len(editions) != 1:
        build.faults.append(
            ("catalog/", "catalog.edition", f"differs: {editions}", "write one edition in all")
        )
    catalog = Catalog(
        edition=", ".join(editions), digest=digest, agencies=build.agencies,
        layouts=build.layouts, items=tuple(item for _, item in items),
    )  # fmt: skip
    return catalog, build.faults


def _columns(raw: tuple[FileColumn, ...]) -> tuple[Column, ...]:
    return tuple(Column(**column.model_dump()) for column in raw)


def _item(name: str, raw: FileItem, build: _Build) -> Item:
    layout = _layout(name, raw, build)
    own = raw.levels or raw.level_of or raw.fixed_level
    default = None if own else build.defaults.get(raw.layout)
    scale = default.levels if default else raw.levels
    rule = default.level_of if default else raw.level_of
    if scale and scale not in build.scales:
        build.faults.append(
            (name, f"item[{raw.code}].levels", f"there is no scale {scale}", "mend it or add it")
        )
    same = raw.model_dump(exclude={"layout", "column", "levels", "level_of"})
    item = Item(
        **same,
        layout=layout,
        levels=build.scales.get(scale, ()),
        level=_level_rule(rule) if rule else None,
    )
    if raw.agency not in build.agencies:
        build.faults.append(
            (name, f"item[{raw.code}].agency", f"{raw.agency} is not in agencies.toml", "add it")
        )
    faults = [*item_faults(item)]
    if layout.id == raw.code:
        faults += layout_faults(layout)
    build.faults += [(name, f"item[{raw.code}].{key}", what, mend) for key, what, mend in faults]
    return item


def _level_rule(raw: FileLevelOf) -> LevelRule:
    return LevelRule(raw.column, raw.values, raw.split, raw.more_columns)


def _layout(name: str, raw: FileItem, build: _Build) -> Layout:
    """The published layout, or the plain frame with the item's columns before 认定日期."""
    frame = build.layouts[PLAIN]
    key = f"item[{raw.code}].layout"
    if raw.layout:
        if raw.column:
            build.faults.append((name, key, "stands beside own columns", "keep one of the two"))
        if raw.layout not in build.layouts or raw.layout == PLAIN:
            known = sorted(build.layouts.keys() - {PLAIN})
            build.faults.append((name, key, f"{raw.layout} is unknown", f"one of {known}"))
        return build.layouts.get(raw.layout, frame)
    place = next((n for n, c in enumerate(frame.columns) if c.role == "decided_on"), 0)
    columns = (*frame.columns[:place], *_columns(raw.column), *frame.columns[place:])
    return Layout(raw.code, raw.title, columns, frame.basis)


def _twice(file: str, key: str, ids: list[str]) -> Iterator[FaultRow]:
    for twice in sorted({i for i in ids if ids.count(i) > 1}):
        yield file, f"{key}[{twice}]", "stands twice", "remove one"


def _term_faults(items: list[tuple[str, Item]]) -> Iterator[FaultRow]:
    """Versions of one item, and items of one agency in one published layout, never overlap."""
    for (_, first), (name, second) in combinations(items, 2):
        if not _overlap(first, second):
            continue
        key = f"item[{second.code}]"
        if first.code == second.code:
            yield (
                name, f"{key}.in_force_from",
                f"is in force together with the version from {first.in_force_from}",
                "end the earlier version with in_force_until on the day the later one begins",
            )  # fmt: skip
        elif (first.agency, first.layout.id) == (second.agency, second.layout.id):
            yield (
                name, f"{key}.layout",
                f"{first.code} already has {second.agency} deliver {second.layout.id}",
                "a file of that agency could mean either: keep one item or give it own columns",
            )  # fmt: skip


def _overlap(a: Item, b: Item) -> bool:
    return (a.in_force_until is None or b.in_force_from < a.in_force_until) and (
        b.in_force_until is None or a.in_force_from < b.in_force_until
    )
