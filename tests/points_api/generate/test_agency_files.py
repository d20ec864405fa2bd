import csv
from collections import Counter, defaultdict

from points_api.generate import FileEntry, Summary
from points_api.generate.people import people_block
from points_api.identifiers import credit_code, id_number
from scoring.catalog import Column, Role
from tests.points_api.generate.sheets import (
    CATALOG,
    ITEMS,
    columns_of,
    decoded,
    layout_of,
    rows_of,
    table_of,
)

ABSENT = ("", "null", "NULL")


def _cells(city: Summary, role: Role) -> list[tuple[FileEntry, str]]:
    found = []
    for entry in city.files:
        column = layout_of(entry).column_of(role)
        if column is not None:
            found += [(entry, row.get(column.code, "")) for row in table_of(city, entry)]
    return found


def test_every_heading_is_known_to_the_layout_and_no_required_one_is_missing(
    clean: Summary,
) -> None:
    for entry in clean.files:
        columns = columns_of(entry, rows_of(clean, entry)[entry.header_rows - 1])
        codes = Counter(column.code for column in columns)
        assert max(codes.values()) == 1
        assert {c.code for c in layout_of(entry).columns if c.required} <= codes.keys()


def test_the_manifest_counts_the_rows_of_each_file(clean: Summary) -> None:
    for entry in clean.files:
        assert len(rows_of(clean, entry)) == entry.header_rows + entry.rows


def test_required_cells_are_filled_listed_values_are_listed_and_nothing_is_too_long(
    clean: Summary,
) -> None:
    for entry in clean.files:
        columns = layout_of(entry).columns
        for row in table_of(clean, entry)[:60]:
            for column in columns:
                _check(column, row.get(column.code, ""), entry)


def _check(column: Column, cell: str, entry: FileEntry) -> None:
    item = ITEMS[entry.item]
    assert cell not in ABSENT or not column.required, (entry.file, column.code)
    assert len(cell) <= column.max_length
    if column.role == "level":
        assert item.level_of(cell) is not None
    elif column.type == "enum" and cell not in ABSENT:
        assert cell in column.values


def test_id_numbers_are_test_numbers_of_the_people_beside_their_names(clean: Summary) -> None:
    block = people_block(clean.seed, 0, clean.people)
    names = dict(zip(block.id_numbers, block.names, strict=True))
    for entry in clean.files:
        name = layout_of(entry).column_of("name")
        number = layout_of(entry).column_of("id_number")
        assert name
        assert number
        for row in table_of(clean, entry):
            assert names[id_number.normalize(row[number.code])] == row[name.code]


def test_organs_and_sources_are_agencies_of_the_catalog(clean: Summary) -> None:
    by_code = {agency.credit_code: agency for agency in CATALOG.agencies.values()}
    for entry, code in _cells(clean, "source_code"):
        assert by_code[code].id == entry.agency
    units = {code for _, code in _cells(clean, "unit_code")}
    assert units <= by_code.keys()
    assert not any(credit_code.problem_of(code) for code in units)


def test_files_are_named_by_agency_and_item(clean: Summary) -> None:
    for entry in clean.files:
        assert CATALOG.agencies[entry.agency].name in entry.file
        assert ITEMS[entry.item].title in entry.file


def test_all_habits_of_agencies_occur(clean: Summary) -> None:
    csv_files = [e for e in clean.files if e.file.endswith(".csv")]
    starts = [(clean.folder / entry.file).read_bytes() for entry in csv_files]
    headers = {e.file: rows_of(clean, e)[e.header_rows - 1] for e in clean.files}
    assert any(content.startswith(b"\xef\xbb\xbf") for content in starts)
    assert any(b"\r\n" in content for content in starts)
    assert any(b"\r\n" not in content for content in starts)
    assert any(_is_gb18030(content) for content in starts)
    assert any(entry.file.endswith(".xlsx") for entry in clean.files)
    assert {entry.header_rows for entry in clean.files} == {1, 2, 3}
    assert any("CF_XDR_MC" in header for header in headers.values())
    assert any("行政相对人名称" in header for header in headers.values())
    assert any("行政相对人代码_5(居民身份证号)" in header for header in headers.values())
    assert any("（万元）" in text for header in headers.values() for text in header)
    assert any(text != text.strip() for header in headers.values() for text in header)


def _is_gb18030(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return bool(content.decode("gb18030"))
    return False


def test_all_ways_to_write_cells_occur(clean: Summary) -> None:
    text = "".join(
        decoded(clean.folder / entry.file) for entry in clean.files if entry.file.endswith(".csv")
    )
    for cell in (",null", ",NULL", "2099-12-31", "9999-12-31", "2099/12/31"):
        assert cell in text
    numbers = [cell for _, cell in _cells(clean, "id_number")]
    assert any(cell.endswith("x") for cell in numbers)
    assert any(cell.endswith("X") for cell in numbers)
    assert '""' in text  # a quotation mark inside a cell


def test_fines_are_in_ten_thousand_yuan_and_stand_beside_fines_only(clean: Summary) -> None:
    amounts = []
    for entry in clean.files:
        if entry.item.startswith("penalty.") and not entry.changes:
            for row in table_of(clean, entry):
                if "罚款" in row["CF_CFLB"]:
                    amounts.append(float(row["CF_NR_FK"]))
                else:
                    assert row["CF_NR_FK"] in ABSENT
    assert amounts
    assert max(amounts) < 10


def test_a_decision_has_one_number_of_one_organ_except_where_two_agencies_report_it(
    clean: Summary,
) -> None:
    reports: defaultdict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for entry in clean.files:
        if entry.repeat_of or entry.changes:
            continue
        layout = layout_of(entry)
        unit = layout.column_of("unit_code") or layout.column_of("source_code")
        document, number = layout.column_of("document_no"), layout.column_of("id_number")
        assert unit
        assert document
        assert number
        for row in table_of(clean, entry):
            reports[row[unit.code], row[document.code]].append(
                (row[number.code].upper(), entry.item)
            )
    shared = [found for found in reports.values() if len(found) > 1]
    assert shared
    for found in shared:
        assert len({person for person, _ in found}) == 1
        assert len({item for _, item in found}) == len(found) == 2


def test_an_act_number_is_shared_by_two_agencies_sometimes(clean: Summary) -> None:
    acts: defaultdict[str, set[str]] = defaultdict(set)
    for entry, act in _cells(clean, "act"):
        if not entry.repeat_of:
            acts[act].add(entry.item)
    assert sum(len(items) == 2 for items in acts.values()) > 5
    assert sum(len(items) == 1 for items in acts.values()) > 100


def test_changes_name_right_rows_of_the_same_agency(spoiled: Summary) -> None:
    right = _right_decisions(spoiled)
    kinds: Counter[str] = Counter()
    for entry in spoiled.files:
        if entry.changes:
            for row in table_of(spoiled, entry):
                kinds[row["BGLX"]] += 1
                key = (row["MLBM"], row["ZJHM"].upper(), row["YWSH"], row["YJDJGDM"])
                assert right[key] == entry.agency
    assert kinds["修复"] > kinds["撤销"] > 0


def _right_decisions(city: Summary) -> dict[tuple[str, str, str, str], str]:
    """Item, person, document and organ of every row that is not spoiled, and who sent it."""
    with (city.folder / "spoiled.csv").open(encoding="utf-8", newline="") as file:
        wrong = {(row["file"], int(row["row"])) for row in csv.DictReader(file)}
    roles: tuple[Role, ...] = ("id_number", "document_no", "unit_code")
    found = {}
    for entry in city.files:
        columns = [c for role in roles if (c := layout_of(entry).column_of(role))]
        if entry.changes or len(columns) < len(roles):
            continue
        for number, row in enumerate(table_of(city, entry), start=entry.header_rows + 1):
            if (entry.file, number) not in wrong:
                person, document, unit = (row[column.code] for column in columns)
                found[entry.item, person.upper(), document, unit] = entry.agency
    return found


def test_one_file_is_sent_again_twice_once_byte_for_byte_and_once_saved_anew(
    clean: Summary,
) -> None:
    repeats = [entry for entry in clean.files if entry.repeat_of]
    assert len(repeats) == 2
    first = next(entry for entry in clean.files if entry.file == repeats[0].repeat_of)
    same, anew = repeats
    assert same.digest == first.digest
    assert anew.digest != first.digest
    assert rows_of(clean, anew) == rows_of(clean, first)
    assert [entry.records for entry in repeats] == [0, 0]
