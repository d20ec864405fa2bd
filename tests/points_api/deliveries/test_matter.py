"""What a good row becomes: exact, canonical, and the same however it was written."""

from datetime import date

import pytest

from tests.points_api.deliveries.sheets import (
    HOURS,
    PENALTY,
    STATUS_CHANGE,
    csv_file,
    records,
    row,
)  # fmt: skip


def became(tmp_path, *rows):
    return records(csv_file(tmp_path / "f.csv", list(rows)))


def test_a_volunteer_s_hours(tmp_path):
    cells = row(HOURS, quantity="12.5", occurred_on="2026-03-01", ended_on="2026-03-02")
    [record] = became(tmp_path, cells)
    assert record | {"content": ""} == {
        "row_no": 2, "id_number": cells["身份证号码"], "name": cells["姓名"], "quantity": 1250,
        "decided_on": date(2026, 5, 20), "occurred_on": date(2026, 3, 1),
        "ended_on": date(2026, 3, 2), "valid_until": None, "document_no": "测〔2026〕0号",
        "unit": cells["数据来源单位代码"], "status": "active", "level": None, "act_key": "A0",
        "content": "",
    }  # fmt: skip
    assert len(record["content"]) == 32


def test_a_penalty_has_the_gravest_of_its_kinds_and_ends_after_its_last_day(tmp_path):
    [record] = became(
        tmp_path, row(PENALTY, CF_CFLB="警告;罚款;行政拘留", valid_until="2027-05-20")
    )
    unit = row(PENALTY)["处罚机关统一社会信用代码"]
    assert record["level"] == "serious"
    assert record["valid_until"] == date(2027, 5, 21)
    assert record["occurred_on"] == record["ended_on"] == date(2026, 5, 20)
    assert (record["unit"], record["act_key"]) == (unit, f"{unit}|测〔2026〕0号")


def test_a_second_column_of_kinds_counts_too(tmp_path):
    [record] = became(tmp_path, row(PENALTY, CF_CFLB="警告") | {"处罚类别2": "责令停产停业"})
    assert record["level"] == "serious"


def test_a_continuing_act_has_no_end_until_one_is_delivered(tmp_path):
    listed = row("list.wage_arrears", ended_on="")
    removed = row("list.wage_arrears", 1, ended_on="2026-05-30")
    found = became(tmp_path, listed, removed)
    assert [record["ended_on"] for record in found] == [None, date(2026, 5, 30)]


def test_a_long_term_licence_never_ends(tmp_path):
    [record] = became(tmp_path, row("licence.market", valid_until="2099-12-31"))
    assert record["valid_until"] is None


@pytest.mark.parametrize(
    "written", ["测[2026]0号", "测（2026）0号", "测【２０２６】 0 号", "测(2026)0号"]
)
def test_one_document_is_one_document_in_whatever_brackets(tmp_path, written):
    [first, second] = became(tmp_path, row(HOURS), row(HOURS, document_no=written))
    assert first["document_no"] == second["document_no"] == "测〔2026〕0号"


def test_a_withdrawn_row_has_the_content_of_the_row_it_withdraws(tmp_path):
    [first, second] = became(tmp_path, row(HOURS, state="有效"), row(HOURS, state="撤销"))
    assert [first["status"], second["status"]] == ["active", "withdrawn"]
    assert first["content"] == second["content"]


def test_content_is_what_was_said_and_not_how_it_was_written(tmp_path):
    plain = row(HOURS, occurred_on="2026-05-01", quantity="10")
    [first, same, other] = became(
        tmp_path,
        plain,
        plain | {"服务开始日期": "2026年5月1日", "服务时长": "10.00", "数据来源单位": "民政局"},
        plain | {"服务时长": "10.01"},
    )
    assert first["content"] == same["content"] != other["content"]


def test_a_status_change_says_what_becomes_of_the_record(tmp_path):
    kind = next(column.name for column in STATUS_CHANGE.columns if "修复" in column.values)
    changes = [row(PENALTY, n, layout=STATUS_CHANGE) | {kind: change}
               for n, change in enumerate(("修复", "撤销"))]  # fmt: skip
    found = became(tmp_path, *changes)
    assert [record["status"] for record in found] == ["repaired", "withdrawn"]
    assert found[0]["document_no"] == "测〔2026〕0号"


def test_content_is_the_same_wherever_in_a_file_a_row_stands(tmp_path):
    rows = [row(HOURS) | {"服务时长": f"{n % 997}"} for n in range(3)]
    many = became(tmp_path, *rows * 3000)
    assert [record["content"] for record in many] == [
        record["content"] for record in became(tmp_path, *rows)
    ] * 3000
