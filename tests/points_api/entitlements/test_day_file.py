"""The file of a day: who is in it, what it is checked by, and that its length costs no memory."""

import csv
import io
import tracemalloc
from datetime import timedelta
from hashlib import sha256

import pytest

from points_api import clock
from points_api.db.writes import Columns, Insert, write_all
from points_api.entitlements import day_file, service
from points_api.entitlements.models import EntitlementChange
from points_api.entitlements.problems import DayNotOver
from points_api.ids import new_id, new_ids
from tests.points_api.entitlements.drivers import driver, withdraw
from tests.points_api.webhooks.shop import SCENARIO

DAY = timedelta(days=1)


class Nowhere(io.BytesIO):
    def write(self, content):
        return len(content)


async def test_the_file_of_a_day_holds_who_was_entitled_then_and_has_not_left(yard, frozen_clock):
    live = yard.push.entitlements.scenarios
    residents = [await driver(yard.keyring, n) for n in range(1, 5)]
    for n, one in enumerate(residents[:3]):
        await service.give_number(yard.keyring, live, one, SCENARIO, f"鄂B1234{n}", clock.now())
    await yard.run()
    today = clock.today()
    with pytest.raises(DayNotOver):
        await day_file.write(yard.merchant_id, today, io.BytesIO())
    frozen_clock.forward(DAY)
    await withdraw(residents[0])
    late = await driver(yard.keyring, 9)
    await yard.run()
    content = io.BytesIO()
    found = await day_file.write(yard.merchant_id, today, content)
    read = list(csv.DictReader(io.StringIO(content.getvalue().decode())))
    listed = {one["subject"]: one["member_hash"] for one in read}
    assert listed.keys() == {yard.name_of(one) for one in residents[1:]}
    assert yard.name_of(late) not in listed
    assert sorted(map(len, listed.values())) == [0, 64, 64]
    assert found.manifest == {
        "merchant_id": str(yard.merchant_id), "day": "2026-06-01", "rows": 3, "last_change": 4,
        "digest": f"sha256:{sha256(content.getvalue()).hexdigest()}",
        "columns": ["scenario_id", "subject", "member_hash", "since"],
    }  # fmt: skip
    assert found.size == len(content.getvalue())
    assert await service.merchants_with_a_list() == [yard.merchant_id]


async def test_the_last_change_of_the_day_counts_and_of_later_ones_only_a_revocation(
    database, frozen_clock
):
    merchant, today = new_id(), clock.now()
    told = [
        ("a", "one", "granted", 0), ("a", "one", "changed", 0), ("a", "one", "changed", 1),
        ("b", "one", "granted", 0), ("b", "two", "granted", 0), ("b", "one", "revoked", 1),
        ("c", "one", "granted", 0), ("c", "one", "revoked", 1), ("c", "one", "granted", 1),
        ("d", "one", "granted", 1), ("e", "one", "granted", 0), ("e", "one", "revoked", 0),
        ("e", "one", "granted", 0),
    ]  # fmt: skip
    await _tell(merchant, [(*one[:3], today + one[3] * DAY) for one in told])
    await _tell(new_id(), [("z", "one", "granted", today)])
    frozen_clock.forward(2 * DAY)
    content = io.BytesIO()
    found = await day_file.write(merchant, clock.day_of(today), content)
    lines = list(csv.reader(io.StringIO(content.getvalue().decode())))[1:]
    assert [(subject, scenario, mark) for scenario, subject, mark, _ in lines] == [
        ("a", "one", "2"), ("b", "two", "5"), ("e", "one", "13")
    ]  # fmt: skip
    assert (found.rows, found.last_change) == (3, 13)
    assert (await day_file.write(new_id(), clock.day_of(today), io.BytesIO())).last_change == 0


@pytest.mark.parametrize("many", ["people", "changes"])
async def test_neither_people_nor_the_length_of_history_cost_memory(database, frozen_clock, many):
    peaks = []
    today = clock.now()
    frozen_clock.forward(DAY)
    for count in (3_000, 30_000):
        merchant = new_id()
        names = [f"{n:032}" if many == "people" else f"{n % 10:032}" for n in range(count)]
        await _tell(merchant, [(name, "one", "changed", today) for name in names])
        tracemalloc.start()
        found = await day_file.write(merchant, clock.day_of(today), Nowhere())
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert found.rows == (count if many == "people" else 10)
    assert peaks[1] < peaks[0] * 1.2


async def _tell(merchant_id, told):
    """Changes of a merchant as (subject, scenario, kind, at), numbered; the hash is the number."""
    numbers = range(1, len(told) + 1)
    subjects, scenarios, kinds, times = zip(*told, strict=True)
    each = {
        "id": new_ids(len(told)), "number": numbers, "member_hash": [str(n) for n in numbers],
        "subject": subjects, "scenario_id": scenarios, "kind": kinds, "at": times,
    }  # fmt: skip
    await write_all([Insert(EntitlementChange, Columns(each, {"merchant_id": merchant_id}))])
