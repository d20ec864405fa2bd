"""Closed days: chained, equal to the ledger, and never changed by what comes later."""

import csv
import hashlib
import io
import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from points_api import clock
from points_api.redemptions import statements
from points_api.redemptions.models import LedgerEntry, Statement
from points_api.redemptions.statement_file import write_csv
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
    broken, real = min(shop.caller.merchant_id, other.caller.merchant_id), statements.pages_of

    def pages_of(merchant_id, day):
        if merchant_id == broken:
            raise ConnectionError
        return real(merchant_id, day)

    monkeypatch.setattr(statements, "pages_of", pages_of)
    with pytest.raises(ExceptionGroup):
        await close()
    assert [row.merchant_id == broken for row in await Statement.all()] == [False]
    monkeypatch.setattr(statements, "pages_of", real)
    assert await close() == 1


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8])
async def test_a_day_in_pages_has_the_digest_and_the_file_of_the_day_as_a_whole(
    shop, still, monkeypatch, size
):
    for n in range(7):  # the first four at the same instant
        still.forward(timedelta(seconds=n // 4))
        await shop.made(1000 + n)
    whole = await LedgerEntry.all().order_by("at", "id")
    file = await file_of(whole[0], shop.scenario)
    monkeypatch.setattr(statements, "PAGE", size)
    assert [one async for page in pages(whole[0]) for one in page] == whole
    assert await file_of(whole[0], shop.scenario) == file
    still.forward(DAY)
    await close()
    made = await Statement.get()
    content = {
        "previous": statements.BEGINNING, "number": 1, "day": "2026-06-01",
        "benefit_fen": made.benefit_fen, "owed_fen": made.owed_fen,
        "entries": [statements.entry_members(one) for one in whole],
    }  # fmt: skip
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":")).encode()
    assert made.digest == f"sha256:{hashlib.sha256(canonical).hexdigest()}"
    assert (made.entries, made.benefit_fen) == (7, sum(one.benefit_fen for one in whole))
    assert (await statements.verify()).faults == []


def pages(of):
    return statements.pages_of(of.merchant_id, of.day)


async def file_of(of, scenario):
    """The file of the merchant and day of a row."""

    async def named(_):
        return {scenario.id: notice_of(scenario)}

    file = io.BytesIO()
    await write_csv(pages(of), named, file)
    return file.getvalue()


async def test_the_file_opens_in_a_spreadsheet_program(shop, still):
    await shop.made(1050)
    still.forward(DAY)
    await close()
    row = await Statement.get()
    content = await file_of(row, shop.scenario)
    assert content.startswith(b"\xef\xbb\xbf")
    heading, entry, total = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    assert heading[3:] == ["场景", "场景名称", "优惠（元）", "应结算（元）"]
    assert (entry[0], entry[1]) == ("2026-06-01 12:00:00", "兑现")
    assert entry[3:] == ["s1", shop.scenario.title.zh, "1.05", "0.52"]
    assert total[5:] == ["1.05", "0.52"]


async def test_the_name_of_a_scenario_is_no_formula_in_a_spreadsheet_program(shop):
    await shop.made(1050)
    title = Words("=1+1", "=1+1")
    content = await file_of(await LedgerEntry.get(), replace(shop.scenario, title=title))
    _, entry, _ = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    assert entry[4] == "'=1+1"
