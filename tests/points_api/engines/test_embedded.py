"""Parts scored by threads are the whole scored at once, and only a few of them exist at a time."""

import threading

import numpy as np
import pytest

from points_api.engines.embedded import Embedded
from points_api.engines.results import digest_of, in_order
from points_api.snapshot.layout import SnapshotRefused
from scoring.batch import Pass
from tests.points_api.engines.city import CARD, DAY, WORDS, City, make_city


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    return make_city(tmp_path_factory.mktemp("city"), parts=3, people=400, slow=3)


@pytest.fixture(scope="module")
def whole(city):
    """All of the city in one block."""
    return Pass.of(CARD, WORDS).score(city.columns, int(city.numbers[-1]) + 1, DAY)


def test_the_parts_of_a_city_together_are_the_city_scored_at_once(city, whole):
    results = [results for _, results in Embedded().run(city.snapshot, CARD, DAY)]
    joined = {
        name: np.concatenate([getattr(part, name) for part in results])
        for name in results[0]._fields
        if name != "counted"
    }
    assert np.array_equal(joined.pop("number"), city.numbers)
    assert np.array_equal(joined.pop("reasons"), whole.reason[city.numbers])
    for name, array in joined.items():
        assert np.array_equal(array, getattr(whole, name)[city.numbers]), name


def test_parts_come_in_their_order_with_everybody_of_them(city):
    scored = list(Embedded(threads=3).run(city.snapshot, CARD, DAY))
    assert [part for part, _ in scored] == list(city.snapshot.parts)
    assert [len(results.number) for _, results in scored] == [400] * 3


def test_the_records_that_count_are_told_when_asked_for(city, whole):
    asked = list(Embedded().run(city.snapshot, CARD, DAY, counted=True))
    counted = np.concatenate([r.counted for _, r in asked if r.counted is not None])
    assert np.array_equal(counted, whole.counted)
    assert next(iter(Embedded().run(city.snapshot, CARD, DAY)))[1].counted is None


def test_the_digest_is_the_same_however_many_threads_there_are(city):
    digests = {
        digest_of(results for _, results in Embedded(threads).run(city.snapshot, CARD, DAY))
        for threads in (1, 2, 5)
    }
    assert len(digests) == 1


def test_the_digest_is_the_same_however_people_are_parted(city):
    results = [r for _, r in Embedded().run(city.snapshot, CARD, DAY)]
    halves = [
        part._replace(**{n: a[some] for n, a in part._asdict().items() if n != "counted"})
        for part in results
        for some in (slice(0, 100), slice(100, None))
    ]
    assert digest_of(halves) == digest_of(results)


@pytest.mark.parametrize("name", ["value", "reasons", "holds_until"])
def test_the_digest_tells_one_changed_number(city, name):
    results = [r for _, r in Embedded().run(city.snapshot, CARD, DAY)]
    changed = getattr(results[1], name).copy()
    changed.flat[-1] += 1
    assert digest_of([results[0], results[1]._replace(**{name: changed}), results[2]]) != digest_of(
        results
    )


def test_without_looking_ahead_the_scores_are_the_same(city):
    far, near = (
        [r.value for _, r in Embedded().run(city.snapshot, CARD, DAY, ahead)]
        for ahead in (True, False)
    )
    assert np.array_equal(np.concatenate(far), np.concatenate(near))


def test_a_damaged_part_is_refused(tmp_path):
    city = make_city(tmp_path, parts=2, people=20)
    path = tmp_path / city.snapshot.parts[1].files["records"]
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(SnapshotRefused, match=path.name):
        list(Embedded().run(city.snapshot, CARD, DAY))


def test_who_takes_the_results_slowly_finds_no_more_of_them_than_threads_and_one():
    begun, guard = [], threading.Lock()

    def work(n):
        with guard:
            begun.append(n)
        return n

    taken = in_order(range(20), work, workers=3)
    for n, given in enumerate(taken):
        assert given == n
        assert len(begun) <= n + 4


def test_who_takes_only_the_first_results_leaves_no_thread_behind():
    before = threading.active_count()
    taken = in_order(range(1000), lambda n: n, workers=3)
    assert next(taken) == 0
    del taken  # as when a loop over it is left
    assert threading.active_count() == before
