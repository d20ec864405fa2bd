"""Each row is told what is wrong with it, in the column where it has to be mended."""

import pytest

from points_api.deliveries.verdicts import (
    NOTICES,
    NUMBERS,
    ROW_REASONS,
    reason,
)  # fmt: skip
from tests.points_api.deliveries.sheets import (
    CATALOG,
    HOURS,
    PENALTY,
    STATUS_CHANGE,
    csv_file,
    csv_text,
    records,
    row,
    the_item,
    verdicts,
)  # fmt: skip


def told(tmp_path, *rows, item=None):
    return verdicts(csv_file(tmp_path / "f.csv", list(rows)), item)


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        ({"name": ""}, "XM", "required"),
        ({"name": "张**"}, "XM", "masked_name"),
        ({"id_number": "420200********1234"}, "ZJHM", "id_number.masked"),
        ({"id_number": "4.202E+17"}, "ZJHM", "id_number.scientific"),
        ({"id_number": "无"}, "ZJHM", "required"),
        ({"id_type": "护照"}, "ZJLX", "not_in_list"),
        ({"document_no": "null"}, "WSH", "required"),
        ({"document_no": "文" * 129}, "WSH", "too_long"),
        ({"quantity": "1.234"}, "FWSC", "number_too_fine"),
        ({"quantity": "8888888"}, "FWSC", "number_out_of_range"),
        ({"occurred_on": "2026-06-02"}, "KSSJ", "date_in_future"),
        ({"ended_on": "2026-05-19"}, "JSSJ", "ended_before"),
        ({"decided_on": "2010-05-19"}, "RDRQ", "not_in_force"),
        ({"state": "作废"}, "JLZT", "not_in_list"),
        ({"item": "blood.donation"}, "MLBM", "other_item"),
        ({"source_code": "11420200TT0000058X"}, "LYDWDM", "credit_code.check_character"),
    ],
)
def test_a_plain_row_is_refused_for_its_one_fault(tmp_path, cells, column, code):
    good = row(HOURS, 1)
    assert told(tmp_path, good, row(HOURS, 2, **cells), good) == [(3, column, code)]


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        ({"id_type": "护照号"}, "CF_XDR_ZJLX", "id_type_unsupported"),
        ({"CF_CFLB": "警告;体罚"}, "CF_CFLB", "not_in_list"),
        ({"CF_NR_FK": "20000"}, "CF_NR_FK", "looks_like_yuan"),
        ({"valid_until": "2026-05-19"}, "CF_GSJZQ", "valid_before"),
        ({"unit_code": "123"}, "CF_CFJGDM", "credit_code.length"),
        ({"CF_SY": ""}, "CF_SY", "required"),
    ],
)
def test_a_penalty_is_refused_for_its_one_fault(tmp_path, cells, column, code):
    assert told(tmp_path, row(PENALTY), row(PENALTY, 1, **cells)) == [(3, column, code)]


def test_who_is_no_natural_person_is_told_only_that(tmp_path):
    firm = row(PENALTY, id_number="91350100M000100Y43", subject_kind="法人及非法人组织", id_type="")
    assert told(tmp_path, firm) == [(2, "CF_XDR_LB", "not_natural_person")]


def test_all_faults_of_a_row_are_told_at_once(tmp_path):
    bad = row(HOURS, name="", id_number="1", quantity="x")
    assert told(tmp_path, bad) == [
        (2, "XM", "required"), (2, "ZJHM", "id_number.length"), (2, "FWSC", "number_unreadable"),
    ]  # fmt: skip


def test_another_agency_s_record_is_not_ours_to_deliver(tmp_path):
    other = CATALOG.agencies["market"].credit_code
    found = told(tmp_path, row(HOURS), row(HOURS, 1, source_code=other))
    assert found == [(3, "LYDWDM", "foreign_source")]


def test_a_branch_that_the_catalog_does_not_list_may_be_the_source(tmp_path):
    assert told(tmp_path, row(HOURS, source_code="91350100M000100Y43")) == []


def test_a_bare_comma_in_a_cell_is_found(tmp_path):
    path = tmp_path / "f.csv"
    path.write_text(csv_text([row(HOURS)]).rstrip() + ",x\r\n")
    assert verdicts(path) == [(2, "", "too_many_cells")]


def test_blank_rows_are_no_rows_and_keep_the_numbers(tmp_path):
    empty = dict.fromkeys(row(HOURS), "")
    blank = dict.fromkeys(row(HOURS), " ")
    found = told(tmp_path, empty, row(HOURS), blank, row(HOURS, id_number="1"), empty)
    assert found == [(5, "ZJHM", "id_number.length")]


def test_cells_are_read_without_what_spreadsheets_put_around_them(tmp_path):
    plain = row(HOURS)
    dressed = {name: f"\t'{cell} " for name, cell in plain.items()}
    found = records(csv_file(tmp_path / "f.csv", [plain, dressed]))
    assert {key for key in found[0] if found[0][key] != found[1][key]} == {"row_no"}


def test_an_old_number_of_fifteen_digits_becomes_the_new_one(tmp_path):
    number = row(HOURS)["身份证号码"]
    while number[6:8] != "19":
        number = row(HOURS, int(number[-3:-1]) + 1)["身份证号码"]
    [found] = records(
        csv_file(tmp_path / "f.csv", [row(HOURS, id_number=number[:6] + number[8:17])])
    )
    assert found["id_number"] == number


def test_a_repair_is_refused_where_the_item_allows_none(tmp_path):
    kind = next(column.name for column in STATUS_CHANGE.columns if "修复" in column.values)
    assert not the_item(HOURS).repairable
    assert the_item(PENALTY).repairable
    for code, expected in ((HOURS, [(2, "BGLX", "not_repairable")]), (PENALTY, [])):
        change = row(code, layout=STATUS_CHANGE) | {kind: "修复"}
        assert told(tmp_path, change) == expected
        assert told(tmp_path, change | {kind: "撤销"}) == []


@pytest.mark.parametrize("code", ROW_REASONS)
def test_every_code_has_words_in_both_languages(code):
    column = the_item(HOURS).layout.columns[2]
    text = reason(f"{code}:7", column)
    assert text.zh
    assert text.en
    assert text.zh != text.en
    assert "{" not in text.zh + text.en
    assert reason(code).zh


def test_codes_fit_into_a_byte_and_their_column_of_the_store():
    assert len(NUMBERS) < 256
    assert max(map(len, NUMBERS)) <= 50
    assert set(ROW_REASONS) > NOTICES
