"""Batches of partners are answered in turns, however many one of them has sent."""

from typing import Any

import pytest

from points_api.db import outbox
from points_api.jobs.exchange import Answering
from points_api.recognitions import batches
from points_api.recognitions.models import RecognitionBatch
from tests.points_api.db import rows

pytestmark = pytest.mark.usefixtures("database")


class Completing:
    """Notes whose batches are completed, in their order."""

    def __init__(self):
        self.hosts = []

    async def complete(self, batch):
        self.hosts.append(batch.host)


async def taken_in(*hosts):
    for n, host in enumerate(hosts):
        batch = await rows.recognition_batch(host=host, batch=f"b{n}", later=True)
        await outbox.append(batches.ANSWER, f"batch:{batch.id}", {"host": host})


async def test_many_batches_of_one_partner_hold_up_no_other():
    await taken_in(*["460200"] * 5, "120000", "330100")
    service: Any = Completing()
    answering = Answering(service)
    rounds = [await answering.once() for _ in range(6)]
    assert rounds == [3, 1, 1, 1, 1, 0]
    assert service.hosts == ["460200", "120000", "330100", *["460200"] * 4]


async def test_a_batch_that_was_forgotten_meanwhile_is_done_with():
    await taken_in("460200")
    await RecognitionBatch.all().delete()
    service: Any = Completing()
    assert [await Answering(service).once() for _ in range(2)] == [1, 0]
    assert service.hosts == []
