"""A score stored while a file comes in can still be recomputed after it has come in."""

from datetime import timedelta

import pytest

from points_api import clock
from points_api.cache import Cache
from points_api.crypto.keyring import Keyring
from points_api.deliveries.service import Deliveries
from points_api.generate import person
from points_api.residents import persons
from points_api.scores.models import ScoreHistory
from points_api.scores.service import Scores
from points_api.settings import load
from tests.factories import city, make_member
from tests.points_api.deliveries.one_row import hours_file

pytestmark = pytest.mark.usefixtures("database", "frozen_clock")


async def test_a_score_stored_meanwhile_does_not_seem_to_have_known_the_file(
    tmp_path, frozen_clock
):
    keyring = Keyring.from_settings(load())
    cache = Cache.from_url("memory://")
    scores = Scores(city(), cache)
    name, number = person(1, 1)
    subject = await persons.find_or_add(keyring, number, name, clock.now())
    member = await make_member(subject.id)
    await scores.refresh(member.resident_id, "joined")
    entries = []

    async def rescore(members, cause, now):
        frozen_clock.forward(timedelta(seconds=1))
        await scores.rescore_all(members, cause, now)

    def progress(_row):
        # As if the resident's score had been stored by another process while the rows came in.
        frozen_clock.forward(timedelta(seconds=30))
        entries.append(clock.now())
        frozen_clock.forward(timedelta(seconds=30))

    path = hours_file(tmp_path / "hours.csv", name, number)
    outcome = await Deliveries(city().catalog, keyring, rescore).ingest(path, progress=progress)
    assert outcome.accepted == 1
    meanwhile = await ScoreHistory.get(resident_id=member.resident_id, cause="joined")
    for entry in await ScoreHistory.filter(resident_id=member.resident_id):
        again = await scores.recompute(entry, member.person_id)
        assert (again.value, again.records_digest) == (entry.value, entry.records_digest)
    meanwhile.known_at = entries[0]  # stored between the first row and the rescoring
    assert (await scores.recompute(meanwhile, member.person_id)).value == meanwhile.value
    await cache.aclose()
