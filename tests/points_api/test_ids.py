from datetime import UTC, datetime, timedelta
from uuid import RFC_4122, UUID

from points_api import clock, ids
from points_api.ids import new_id, new_ids

DAY = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)


def test_an_id_is_a_uuid_of_version_7_that_begins_with_its_time():
    with clock.fixed(DAY):
        made = new_id()
    assert (made.version, made.variant) == (7, RFC_4122)
    since = (made.int >> 80) / 1000 - DAY.timestamp()
    assert 0 <= since < 3600 * 24 * 365 * 100


def test_ids_sort_in_the_order_of_their_making_even_when_the_clock_is_set_back():
    with clock.fixed(DAY) as fixed:
        made = [new_id() for _ in range(10_000)]
        fixed.forward(timedelta(days=-1))
        made += [new_id() for _ in range(10)]
        made += [*new_ids(100), new_id(), *new_ids(2)]
    assert made == sorted(set(made), key=str)


def test_ids_follow_one_of_a_process_whose_clock_is_ahead():
    with clock.fixed(DAY) as fixed:
        fixed.forward(timedelta(hours=1))
        ahead = UUID(int=new_id().int | 0x3FFFFFFFFFFFFFFF)
        fixed.forward(timedelta(hours=-1))
        ids.follow(ahead)
        assert new_id() > ahead
        ids.follow(UUID(int=0))
        assert new_id() > ahead
