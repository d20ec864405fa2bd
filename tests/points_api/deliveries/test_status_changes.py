"""What ends a record: repaired, withdrawn; and that it never returns."""

import pytest

from points_api import clock
from points_api.records.models import RecordRow
from tests.points_api.deliveries.sheets import HOURS, PENALTY, STATUS_CHANGE, row
from tests.points_api.deliveries.stored import counts, errors, statuses, versions

pytestmark = pytest.mark.usefixtures("database", "frozen_clock")

KIND = next(column.name for column in STATUS_CHANGE.columns if "修复" in column.values)


def change(kind, n=0, code=PENALTY, **cells):
    return row(code, n, layout=STATUS_CHANGE, **cells) | {KIND: kind}


@pytest.mark.parametrize("ended", ["repaired", "withdrawn"])
async def test_what_was_repaired_or_withdrawn_never_returns(deliver, ended):
    await deliver(row(PENALTY), row(PENALTY, 1))
    await RecordRow.filter(document_no="测〔2026〕0号").update(status=ended)
    same = await deliver(row(PENALTY), row(PENALTY, 2))
    assert counts(same) == (2, 1, 1, 0, 0)
    assert same.report["notices"] == [{"row": 2, "code": f"{ended}_stays"}]
    assert await errors(same) == []
    other = await deliver(row(PENALTY, CF_CFLB="行政拘留"))
    assert counts(other) == (1, 0, 0, 0, 1)
    assert await errors(other) == [(2, "", f"{ended}_closed")]
    assert (await statuses())["测〔2026〕0号"] == ended
    assert len(await versions("测〔2026〕0号")) == 1


async def test_a_withdrawn_row_ends_the_record_for_good(deliver):
    await deliver(row(HOURS))
    outcome = await deliver(row(HOURS, state="撤销"))
    assert counts(outcome) == (1, 0, 0, 1, 0)
    old, new = await versions("测〔2026〕0号")
    assert (old.status, old.known_to, new.status) == ("active", clock.now(), "withdrawn")
    assert (new.quantity, new.content) == (old.quantity, old.content)
    assert counts(await deliver(row(HOURS, state="撤销"), row(HOURS, 1))) == (2, 1, 1, 0, 0)
    assert counts(await deliver(row(HOURS))) == (1, 0, 1, 0, 0)
    assert (await statuses())["测〔2026〕0号"] == "withdrawn"


async def test_what_was_withdrawn_before_it_came_cannot_come_any_more(deliver):
    assert counts(await deliver(row(HOURS, state="撤销"))) == (1, 1, 0, 0, 0)
    outcome = await deliver(row(HOURS))
    assert (counts(outcome), outcome.report["codes"]) == ((1, 0, 1, 0, 0), {"withdrawn_stays": 1})
    assert await statuses() == {"测〔2026〕0号": "withdrawn"}


async def test_a_record_and_its_withdrawal_in_one_file_end_withdrawn(deliver):
    rows = (row(HOURS), row(HOURS, 1), row(HOURS, state="撤销"))
    assert counts(await deliver(*rows)) == (3, 2, 0, 1, 0)
    expected = {"测〔2026〕0号": "withdrawn", "测〔2026〕1号": "active"}
    assert await statuses() == expected
    # The collection so far, sent again with one more row: nothing to mend in it.
    assert counts(await deliver(*rows, row(HOURS, 2))) == (4, 1, 3, 0, 0)
    assert await statuses() == expected | {"测〔2026〕2号": "active"}


async def test_a_file_of_status_changes_repairs_and_withdraws(deliver):
    await deliver(*(row(PENALTY, n) for n in range(3)))
    outcome = await deliver(change("修复"), change("撤销", 1), change("修复", 9))
    assert counts(outcome) == (3, 0, 0, 2, 1)
    assert await errors(outcome) == [(4, "", "record_unknown")]
    assert await statuses() == {
        "测〔2026〕0号": "repaired", "测〔2026〕1号": "withdrawn", "测〔2026〕2号": "active",
    }  # fmt: skip
    old, new = await versions("测〔2026〕0号")
    assert (old.known_to, new.known_from, new.level) == (clock.now(), clock.now(), old.level)
    again = await deliver(change("修复"), change("修复", 1))
    assert counts(again) == (2, 0, 2, 0, 0)
    assert again.report["notices"] == [{"row": 3, "code": "withdrawn_stays"}]
