"""What makes one layout and one item sound. Each fault is (key, what is wrong, how to mend it)."""

from collections.abc import Iterator

from scoring.catalog import GROUPS, Column, Item, Layout, LevelRule, Role, plain
from scoring.denied import refusals

PartFault = tuple[str, str, str]

RETENTION_LIMIT = 60  # months: 征信业管理条例 article 16, five years from the end of the act
SPLIT = ";"
IDENTITY: tuple[Role, ...] = ("name", "id_number", "document_no")
ROLE_TYPES: dict[Role, tuple[str, ...]] = {
    "name": ("name",),
    "id_number": ("id_number",),
    "id_type": ("enum",),
    "subject_kind": ("enum",),
    "decided_on": ("date",),
    "occurred_on": ("date",),
    "ended_on": ("date",),
    "valid_until": ("date",),
    "unit_code": ("credit_code",),
    "source_code": ("credit_code",),
    "state": ("enum",),
    "quantity": ("integer", "decimal"),
}


def layout_faults(layout: Layout) -> Iterator[PartFault]:
    """Roles and headings that stand twice, identity that is missing, columns of the wrong form."""
    roles = [column.role for column in layout.columns if column.role]
    for twice in dict.fromkeys(role for role in roles if roles.count(role) > 1):
        yield "column", f"role {twice} stands twice", "leave it to one column"
    for role in IDENTITY:
        column = layout.column_of(role)
        if column is None or not column.required:
            yield "column", f"no required column has the role {role}", "add it"
    owner: dict[str, str] = {}
    for column in layout.columns:
        for heading in {plain(heading) for heading in column.headings}:
            if heading in owner:
                yield (
                    f"column[{column.code}]",
                    f"its heading {heading} also means {owner[heading]}",
                    "remove one of the two",
                )
            owner[heading] = column.code
        yield from _column_faults(column)


def _column_faults(column: Column) -> Iterator[PartFault]:
    key = f"column[{column.code}]"
    types = ROLE_TYPES.get(column.role)
    if types and column.type not in types:
        yield f"{key}.type", f"the role {column.role} needs {' or '.join(types)}", "mend it"
    if (column.type == "enum") != bool(column.values):
        yield f"{key}.values", "values belong to the type enum and to no other", "mend it"
    if column.legacy and column.required:
        yield f"{key}.required", "only older exports have a legacy column", "make it optional"


def item_faults(item: Item) -> Iterator[PartFault]:
    """What is wrong with an item in itself, forbidden kinds first."""
    headings = [heading for column in item.layout.columns for heading in column.headings]
    for refusal in (
        *refusals(item.code, item.title, headings),
        *refusals("", item.title_en, ()),
    ):
        yield f"{refusal.where} “{refusal.text}”", refusal.message_en, refusal.message
    if item.group not in GROUPS:
        yield "group", f"{item.group} is no class of the basic catalog", f"one of {GROUPS}"
    if item.in_force_until is not None and item.in_force_until <= item.in_force_from:
        yield "in_force_until", "lies not after in_force_from", "mend the dates"
    if item.nature == "adverse":
        yield from _adverse_faults(item)
    elif item.repairable:
        yield "repairable", f"a {item.nature} record needs no repair", "remove it"
    if item.continuing and item.layout.column_of("ended_on") is None:
        yield "continuing", "no column says when the act ended", "add one with role ended_on"
    yield from _level_faults(item)
    yield from _quantity_faults(item)


def _adverse_faults(item: Item) -> Iterator[PartFault]:
    column = item.layout.column_of("decided_on")
    if column is None or not column.required:
        yield "column", "an adverse record needs the day of its decision", "add role decided_on"
    if item.retention_months is None:
        yield "retention_months", "an adverse record must end", f"say at most {RETENTION_LIMIT}"
    elif item.retention_months > RETENTION_LIMIT:
        yield (
            "retention_months",
            f"{item.retention_months} months outlive the five years of 征信业管理条例 article 16",
            f"say at most {RETENTION_LIMIT}",
        )


def _level_faults(item: Item) -> Iterator[PartFault]:
    ids = [level.id for level in item.levels]
    by_column = item.level is not None
    if bool(ids) != (by_column or item.fixed_level is not None):
        yield "levels", "levels and what decides them belong together", "give both or neither"
    if item.fixed_level is not None and (by_column or item.fixed_level not in ids):
        yield "fixed_level", "is one of the levels, and then no column decides it", "mend it"
    if item.level is not None:
        yield from _level_rule_faults(item.level, ids, item.layout)


def _level_rule_faults(rule: LevelRule, ids: list[str], layout: Layout) -> Iterator[PartFault]:
    columns = {column.code: column for column in layout.columns}
    column = columns.get(rule.column)
    if not set(rule.more_columns) <= columns.keys():
        yield "level_of.more_columns", "a column is not in the layout", "mend the column code"
    if rule.split not in ("", SPLIT):
        yield "level_of.split", "values are separated by ; only", f'write "{SPLIT}"'
    for text, level in rule.values.items():
        if level not in ids:
            yield f"level_of.values[{text}]", f"there is no level {level}", f"one of {ids}"
    if column is None or column.type != "enum" or column.role != "level":
        yield "level_of.column", f"{rule.column} is no enum with the role level", "mend it"
    elif set(column.values) != rule.values.keys():
        lost = sorted(set(column.values) ^ rule.values.keys())
        yield "level_of.values", f"column and levels disagree on {lost}", "list them in both"


def _quantity_faults(item: Item) -> Iterator[PartFault]:
    column = item.layout.column_of("quantity")
    if (column is None) == bool(item.unit) or bool(item.unit) != bool(item.unit_en):
        yield "unit", "a quantity has a column, unit and unit_en, or none of them", "complete it"
    elif column is not None and (column.scale != item.scale or not column.required):
        yield "scale", "the quantity's column is required and has the item's scale", "mend it"
