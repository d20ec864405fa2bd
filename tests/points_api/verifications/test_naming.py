"""Names of merchants in an access log of any length."""

from types import SimpleNamespace
from typing import Any

from points_api import clock
from points_api.access_log.seen import Seen
from points_api.ids import new_id
from points_api.language import Text
from points_api.verifications.naming import named
from tests.points_api.db import rows

NO_SCENARIOS: Any = SimpleNamespace(current=SimpleNamespace(by_id={}))


class Line(Seen):
    """Refuses to be compared: to hold each line against all others takes minutes for years."""

    def __eq__(self, other: object) -> bool:
        raise AssertionError("compared")

    __hash__ = None  # type: ignore[assignment]


def line(kind, actor, name=None):
    now = clock.now()
    return Line(new_id(), clock.today(), kind, str(actor), "", "verification", 1, now, now, name)


async def test_each_merchant_without_a_name_is_named_without_comparing_lines(database):
    merchant = await rows.merchant()
    given = Text("店", "A shop")
    lines = [
        line("merchant", merchant.id), line("merchant", merchant.id, given),
        line("resident", new_id()), line("merchant", merchant.id),
    ]  # fmt: skip
    known = Text(merchant.name, merchant.name_en)
    names = [one.actor_name for one in await named(NO_SCENARIOS, lines)]
    assert names == [known, given, None, known]
