"""Nothing a merchant says counts before the resident was told and could reply, or after its end."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from points_api import clock
from points_api.conduct import service
from points_api.conduct.models import ConductReport
from points_api.conduct.overdue import scenarios_of
from points_api.conduct.problems import ConductWrongState, NotOverdue
from points_api.crypto.keyring import Keyring
from points_api.ids import new_id
from points_api.problem import NotFound
from points_api.redemptions import moving
from points_api.redemptions.problems import NothingToReturn
from points_api.residents.models import Person
from points_api.settings import load
from tests.points_api.conduct.lending import lent, overdue, returned, state_of
from tests.points_api.db import rows
from tests.points_api.redemptions.shop import TEN_PERCENT, open_shop
from tests.points_api.webhooks.shop import push_of

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def still(frozen_clock):
    return frozen_clock


@pytest.fixture
def keyring():
    return Keyring.from_settings(load())


async def test_only_what_is_out_and_past_its_day_can_be_reported(database, still):
    shop, made = await lent()
    with pytest.raises(NotOverdue) as refused:
        await overdue(shop, made)
    assert refused.value.fields == {"reason": "not_due"}
    still.forward(10 * DAY)
    with pytest.raises(NotOverdue):
        await overdue(shop, made)  # its day is not over
    still.forward(DAY)
    await overdue(shop, made)
    with pytest.raises(NotOverdue) as refused:
        await overdue(shop, made)
    assert refused.value.fields == {"reason": "reported"}


async def test_a_sandboxs_clock_decides_what_it_can_report_and_ours_the_term_to_reply(
    database, still
):
    shop, made = await lent()
    with pytest.raises(NotOverdue):
        await overdue(shop, made)
    shop.caller = replace(shop.caller, ahead=11 * DAY)
    report = await ConductReport.get(id=await overdue(shop, made))
    assert report.reported_at == still.at + 11 * DAY
    await service.tell(report.id)
    await report.refresh_from_db()
    assert report.reply_until == service.reply_term(still.at)


async def test_a_discount_can_never_be_overdue(database):
    shop = await open_shop(benefit=TEN_PERCENT)
    with pytest.raises(NotOverdue) as refused:
        await overdue(shop, await shop.made())
    assert refused.value.fields == {"reason": "nothing_out"}


async def test_anothers_redemption_is_not_found(database, still):
    _, made = await lent()
    other = await open_shop(id="s2")
    with pytest.raises(NotFound):
        await overdue(other, made)


async def test_it_stands_five_working_days_after_the_resident_was_told(database, still):
    shop, made = await lent()
    still.forward(11 * DAY)
    report = await overdue(shop, made)
    await service.stand(clock.now() + 30 * DAY)
    assert await state_of(report) == "reported"  # nobody has told them
    still.set(datetime(2026, 6, 12, 4, tzinfo=UTC))  # a Friday
    await push_of(None).everything()
    told = await ConductReport.get(id=report)
    # the Dragon Boat festival of 2026 is on Friday the 19th
    until = datetime(2026, 6, 22, 16, tzinfo=UTC)
    assert (told.state, told.reply_until) == ("told", until)
    assert await service.stand(until - timedelta(seconds=1)) == 0
    assert await service.stand(until) == 1
    assert await state_of(report) == "standing"


async def test_telling_twice_does_not_prolong_the_term(database, still):
    shop, made = await lent()
    still.forward(11 * DAY)
    report = await overdue(shop, made)
    assert await service.tell(report)
    until = (await ConductReport.get(id=report)).reply_until
    still.forward(DAY)
    assert not await service.tell(report)
    assert (await ConductReport.get(id=report)).reply_until == until


async def test_the_reply_is_sealed_given_once_and_within_the_term(database, still, keyring):
    shop, made = await lent()
    still.forward(11 * DAY)
    report, resident = await overdue(shop, made), await shop.resident()
    with pytest.raises(ConductWrongState):
        await service.reply(keyring, resident, report, "还没告知")
    await service.tell(report)
    with pytest.raises(NotFound):
        await service.reply(keyring, new_id(), report, "别人的")
    await service.reply(keyring, resident, report, "上周已还")
    row = await ConductReport.get(id=report)
    assert row.reply is not None
    assert "上周已还".encode() not in row.reply
    assert keyring.decrypt_text(row.reply, service.REPLY) == "上周已还"
    with pytest.raises(ConductWrongState):
        await service.reply(keyring, resident, report, "再说一次")


async def test_standing_and_settling_count_as_changes_of_the_person(database, still):
    shop, made = await lent()
    person = (await rows.enrollment(resident_id=await shop.resident())).person_id
    still.forward(11 * DAY)
    report = await overdue(shop, made)
    await service.tell(report)
    await service.stand(clock.now() + 30 * DAY)
    assert (await Person.get(id=person)).revision == 1
    await returned(shop, made)
    assert await state_of(report) == "settled"
    assert (await Person.get(id=person)).revision == 2


async def test_returning_by_the_other_way_settles_too(database, still):
    shop, made = await lent(1000)
    still.forward(11 * DAY)
    report = await overdue(shop, made)
    await shop.give_back(made, 400, service.settle)
    assert await state_of(report) == "reported"
    await shop.give_back(made, 600, service.settle)
    assert await state_of(report) == "settled"
    with pytest.raises(NothingToReturn):
        await returned(shop, made)


async def test_reversing_what_was_lent_settles_the_report_for_nothing_is_out_any_more(
    database, still
):
    shop, made = await lent()
    still.forward(11 * DAY)
    report, resident = await overdue(shop, made), await shop.resident()
    await service.tell(report)
    await service.stand(clock.now() + 30 * DAY)
    assert await scenarios_of(resident) == {"s1"}
    await shop.reverse(made, settle=service.settle)
    assert await state_of(report) == "settled"
    assert await scenarios_of(resident) == frozenset()


async def test_what_an_officer_dismissed_cannot_be_reported_again(database, still):
    shop, made = await lent()
    still.forward(11 * DAY)
    report = await overdue(shop, made)
    await service.dismiss(report, "officer:1", "mistaken")
    with pytest.raises(ConductWrongState):
        await service.dismiss(report, "officer:1", "mistaken")
    with pytest.raises(NotOverdue) as refused:
        await overdue(shop, made)
    assert refused.value.fields == {"reason": "dismissed"}


async def test_the_same_key_reports_once(database, still):
    shop, made = await lent()
    still.forward(11 * DAY)
    asked = moving.Request("k", "f", made)
    first, _ = await service.report_overdue(shop.caller, asked)
    again, replayed = await service.report_overdue(shop.caller, asked)
    assert (again, replayed) == (first, True)
    assert await ConductReport.all().count() == 1
