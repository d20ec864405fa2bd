"""A header is recognized in whatever dress it comes, and what is not certain is not guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from points_api.deliveries.headings import headings_of, may_mean, spoken
from points_api.deliveries.verdicts import FileRefused
from tests.points_api.deliveries.sheets import (
    CATALOG,
    HOURS,
    PENALTY,
    STATUS_CHANGE,
    csv_file,
    csv_text,
    matched,
    records,
    row,
    the_item,
    verdicts,
)  # fmt: skip

ALL_HEADINGS = sorted(
    {
        heading
        for layout in CATALOG.layouts.values()
        for column in layout.columns
        for heading in (column.code, column.name, *column.aliases)
    }
)


def refusal(path, item=None, agency=None):
    with pytest.raises(FileRefused) as refused:
        matched(path, item, agency)
    return refused.value


def renamed(code, **headings):
    """A valid row with other headings, given by column code."""
    names = {column.code: column.name for column in the_item(code).layout.columns}
    other = {names[column]: heading for column, heading in headings.items()}
    return {other.get(name, name): cell for name, cell in row(code).items()}


@pytest.mark.parametrize("code", sorted({item.code for item in CATALOG.items}))
def test_every_item_is_recognized_by_its_own_header(tmp_path, code):
    path = csv_file(tmp_path / "f.csv", [row(code)])
    _, found = matched(path)
    assert (found.item.code, found.unread) == (code, ())
    assert verdicts(path) == []
    assert len(records(path)) == 1


def test_codes_serve_as_well_as_names(tmp_path):
    codes = {column.name: column.code for column in the_item(PENALTY).layout.columns}
    path = csv_file(tmp_path / "f.csv", [{codes[n]: cell for n, cell in row(PENALTY).items()}])
    assert matched(path)[1].unread == ()
    assert len(records(path)) == 1


@pytest.mark.parametrize(
    ("column", "heading"),
    [
        ("CF_XDR_SHXYM", "行政相对人代码_1 （统一社会信用代码）"),
        ("CF_WSH", " 行政处罚决定书文号＊ "),
        ("CF_WSH", "*行政处罚决定书文号（必填）"),
        ("CF_WSH", "行政处罚决定书文号\n(CF_WSH)"),
        ("CF_WSH", "行政处罚决定书文号(CF_WSH)"),
        ("CF_JDRQ", "处罚决定日期(格式yyyy-MM-dd)"),
        ("CF_XDR_ZJHM", "自然人证件号码（18位）"),
        ("CF_XDR_ZJHM", "行政相对人代码_5 (居民身份证号)"),
        ("CF_SY", "处罚事由"),
        ("CF_XDR_LB", "CF_XDR_TYPE"),
        ("CF_CFJG", "CF_XKJG"),
    ],
)
def test_one_column_is_known_under_many_headings(tmp_path, column, heading):
    path = csv_file(tmp_path / "f.csv", [renamed(PENALTY, **{column: heading})])
    assert matched(path)[1].unread == ()
    assert verdicts(path) == []


def test_the_number_of_somebody_else_is_not_taken_for_the_subject_s(tmp_path):
    cells = row(PENALTY) | {"证件号码（法定代表人）": "420200199001010000"}
    _, found = matched(csv_file(tmp_path / "f.csv", [cells]))
    assert found.unread == ("证件号码（法定代表人）",)
    assert len(found.columns["CF_XDR_ZJHM"]) == 1


def test_titles_above_the_header_are_passed_over_and_counted(tmp_path):
    path = tmp_path / "f.csv"
    body = csv_text([row(HOURS), row(HOURS, 1, id_number="1")])
    path.write_text(
        "黄石市志愿服务时长明细表,,,\n\n填报单位：黄石市民政局,,日期,2026-06-01\n" + body
    )
    assert matched(path)[1].header_rows == 4
    assert verdicts(path) == [(6, "ZJHM", "id_number.length")]


def test_a_header_of_two_rows_is_read_as_one(tmp_path):
    layout = the_item(PENALTY).layout
    cells = row(PENALTY)
    codes = {column.name: column.code for column in layout.columns}
    path = tmp_path / "f.csv"
    names = list(cells)
    half = [codes[name] if n % 2 else "" for n, name in enumerate(names)]
    lines = [half, names, list(cells.values())]
    path.write_text("\n".join(",".join(line) for line in lines))
    _, found = matched(path)
    assert (found.header_rows, found.unread, len(records(path))) == (2, (), 1)


def test_a_column_standing_twice_is_one_where_it_agrees(tmp_path):
    twice = row(HOURS) | {"证件号码": row(HOURS)["身份证号码"]}
    filled_below = row(HOURS, 1) | {"证件号码": row(HOURS, 1)["身份证号码"], "身份证号码": ""}
    differing = row(HOURS, 2) | {"证件号码": row(HOURS, 3)["身份证号码"]}
    path = csv_file(tmp_path / "f.csv", [twice, filled_below, differing])
    assert verdicts(path) == [(4, "ZJHM", "columns_disagree")]
    assert [found["id_number"] for found in records(path)] == [
        row(HOURS, n)["身份证号码"] for n in (0, 1)
    ]


def test_our_own_error_columns_are_read_past(tmp_path):
    own = {"错误行号": "7", "错误列": "姓名", "错误代码": "required", "错误说明": "请补上"}
    path = csv_file(tmp_path / "f.csv", [row(HOURS) | own])
    assert matched(path)[1].unread == ()


def test_unknown_columns_are_tolerated_and_named(tmp_path):
    path = csv_file(tmp_path / "f.csv", [row(HOURS) | {"手机型号": "甲"}])
    assert matched(path)[1].unread == ("手机型号",)


@pytest.mark.parametrize("heading", ["血型", "宗教信仰", "信访次数", "存款余额", "配偶姓名"])
def test_a_forbidden_column_refuses_the_file_with_the_article(tmp_path, heading):
    path = csv_file(tmp_path / "f.csv", [row(HOURS) | {heading: "甲"}])
    found = refusal(path)
    assert found.code == "denied_column"
    assert heading in found.detail.zh
    assert "《" in found.detail.zh or "〔" in found.detail.zh
    assert "remove the column" in found.detail.en


def test_missing_columns_are_named(tmp_path):
    cells = row(HOURS)
    del cells["身份证号码"], cells["认定日期"]
    found = refusal(csv_file(tmp_path / "f.csv", [cells]))
    assert found.code == "missing_columns"
    assert "身份证号码、认定日期" in found.detail.zh


def test_a_fine_announced_in_yuan_is_refused(tmp_path):
    cells = row(PENALTY) | {"罚款金额（元）": "20000"}
    found = refusal(csv_file(tmp_path / "f.csv", [cells]))
    assert (found.code, "罚款金额(万元)" in found.detail.zh) == ("wrong_unit", True)


def test_no_header_at_all_is_an_unknown_layout(tmp_path):
    path = tmp_path / "f.csv"
    path.write_text("甲,乙,丙\n1,2,3\n")
    assert refusal(path).code == "unknown_layout"


def test_the_item_follows_from_the_source_s_code(tmp_path):
    for code in (PENALTY, "penalty.tax"):
        path = csv_file(tmp_path / f"{code}.csv", [row(code)])
        assert matched(path)[1].item.code == code


def test_a_source_that_nobody_knows_leaves_candidates(tmp_path):
    path = csv_file(tmp_path / "f.csv", [row(PENALTY, source_code="91350100M000100Y43")])
    found = refusal(path)
    assert found.code == "ambiguous_item"
    assert "penalty.market" in found.detail.zh
    assert matched(path, PENALTY)[1].item.code == PENALTY
    assert matched(path, agency="market")[1].item.code == PENALTY


def test_an_item_named_by_the_sender_needs_no_column(tmp_path):
    cells = row(HOURS)
    del cells["目录编码"]
    path = csv_file(tmp_path / "f.csv", [cells])
    assert matched(path, HOURS)[1].item.code == HOURS
    assert refusal(path).code in ("unknown_item", "missing_columns")
    assert refusal(path, "no.such").code == "unknown_item"


def test_an_agency_delivers_its_own_items_only(tmp_path):
    path = csv_file(tmp_path / "f.csv", [row(HOURS)])
    assert refusal(path, agency="market").code == "other_agency"
    assert matched(path, agency=the_item(HOURS).agency)[1].item.code == HOURS


def test_a_file_of_status_changes_is_of_the_item_it_names(tmp_path):
    path = csv_file(tmp_path / "f.csv", [row(PENALTY, layout=STATUS_CHANGE)])
    _, found = matched(path)
    assert (found.item.code, found.layout.id) == (PENALTY, "status_change")


@given(
    st.sampled_from(ALL_HEADINGS),
    st.sampled_from(["", "*", "（必填）", "（18位）", "(万元)", "\n甲"]),
    st.sampled_from(["", "甲（", "*"]),
)  # fmt: skip
def test_a_row_of_headings_is_never_taken_for_data(heading, behind, before):
    said = spoken(f"{before}{heading}{behind}")
    for layout in CATALOG.layouts.values():
        headings = headings_of(layout)
        if headings.column(said):
            assert may_mean(said, set(headings.words()))
