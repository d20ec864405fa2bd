"""Closed days: chained, equal to the ledger, and never changed by what comes later."""

import csv
import io
from dataclasses import replace
from datetime import date, timedelta

import pytest

from points_api import clock
from points_api.redemptions import statements
from points_api.redemptions.models import LedgerEntry, Statement
from points_api.redemptions.statement_file import csv_of
from points_api.scenarios.notices import notice_of
from scenarios.scenario import Settled
from scenarios.words import Words
from tests.points_api.redemptions.shop import open_shop

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def still(frozen_clock):
    return frozen_clock


@pytest.fixture
async def shop(database):
    return await open_shop(settlement=Settled("by_benefit", percent=50))


async def close():
    return await statements.close_all(clock.now())


async def what_is_wrong():
    return [(one.day, one.what) for one in (await statements.verify()).faults]


async def test_each_day_with_moves_is_closed_once_and_chained_to_the_one_before(shop, still):
    await shop.made(1000)
    made = await shop.made(300)
    assert await close() == 0  # the day is not over
    still.forward(3 * DAY)
    await shop.reverse(made)
    assert (await close(), await close()) == (1, 0)
    still.forward(DAY)
    assert await close() == 1
    first, second = await Statement.all().order_by("number")
    assert (first.number, first.entries, first.benefit_fen, first.owed_fen) == (1, 2, 130, 65)
    assert (second.number, second.entries, second.benefit_fen) == (2, 1, -30)
    assert first.previous == statements.BEGINNING
    assert second.previous == first.digest
    verified = await statements.verify()
    assert (verified.statements, verified.entries, verified.faults) == (2, 3, [])


async def test_a_day_is_closed_some_minutes_after_midnight_in_huangshi(shop, still):
    await shop.made()
    still.forward(timedelta(hours=12, minutes=4))
    assert await close() == 0
    still.forward(timedelta(minutes=1))
    assert await close() == 1


async def test_nights_that_were_missed_are_made_up_in_order(shop, still):
    for _ in range(3):
        await shop.made()
        still.forward(DAY)
    assert await statements.close_all(clock.now(), date(2026, 6, 2)) == 2
    assert await close() == 1
    assert [one.day.day for one in await Statement.all().order_by("number")] == [1, 2, 3]
    assert await what_is_wrong() == []


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"benefit_fen": 101}, {"sums", "digest"}),
        ({"move": "cancel"}, {"digest"}),
        ({"day": date(2026, 5, 31)}, {"entries", "sums", "digest", "unstated"}),
    ],
)
async def test_an_altered_ledger_is_found(shop, still, change, found):
    made = await shop.made()
    still.forward(DAY)
    await close()
    await LedgerEntry.filter(redemption_id=made).update(**change)
    assert {what for _, what in await what_is_wrong()} == found


async def test_an_altered_or_missing_statement_is_found(shop, still):
    for _ in range(3):
        await shop.made()
        still.forward(DAY)
    await close()
    await Statement.filter(number=3).update(owed_fen=0)
    assert await what_is_wrong() == [(date(2026, 6, 3), "sums")]
    await Statement.filter(number=2).delete()
    assert (date(2026, 6, 3), "previous") in await what_is_wrong()
    assert (date(2026, 6, 2), "unstated") in await what_is_wrong()


async def test_a_merchant_whose_day_cannot_be_closed_holds_up_no_other(shop, still, monkeypatch):
    other = await open_shop(id="s2")
    for each in (shop, other):
        await each.made(1000)
    still.forward(DAY)
    broken, real = min(shop.caller.merchant_id, other.caller.merchant_id), statements.entries_of

    async def entries_of(merchant_id, day):
        if merchant_id == broken:
            raise ConnectionError
        return await real(merchant_id, day)

    monkeypatch.setattr(statements, "entries_of", entries_of)
    with pytest.raises(ExceptionGroup):
        await close()
    assert [row.merchant_id == broken for row in await Statement.all()] == [False]
    monkeypatch.setattr(statements, "entries_of", real)
    assert await close() == 1


async def test_the_file_opens_in_a_spreadsheet_program(shop, still):
    await shop.made(1050)
    still.forward(DAY)
    await close()
    row = await Statement.get()
    named = {shop.scenario.id: notice_of(shop.scenario)}
    content = csv_of(await statements.entries_of(row.merchant_id, row.day), named)
    assert content.startswith(b"\xef\xbb\xbf")
    heading, entry, total = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    assert heading[3:] == ["场景", "场景名称", "优惠（元）", "应结算（元）"]
    assert (entry[0], entry[1]) == ("2026-06-01 12:00:00", "兑现")
    assert entry[3:] == ["s1", shop.scenario.title.zh, "1.05", "0.52"]
    assert total[5:] == ["1.05", "0.52"]


async def test_the_name_of_a_scenario_is_no_formula_in_a_spreadsheet_program(shop):
    await shop.made(1050)
    title = Words("=1+1", "=1+1")
    named = {"s1": notice_of(replace(shop.scenario, title=title))}
    entries = await LedgerEntry.all()
    _, entry, _ = csv.reader(io.StringIO(csv_of(entries, named).decode("utf-8-sig")))
    assert entry[4] == "'=1+1"
