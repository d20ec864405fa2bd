"""The service under test, with a rescoring that notes whom it was asked about."""

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

import pytest

from points_api.crypto.keyring import Keyring
from points_api.deliveries.service import Deliveries
from points_api.residents.membership import Member
from points_api.settings import load
from tests.points_api.deliveries.sheets import CATALOG, csv_file


@dataclass
class Rescored:
    """Stands for the scores: who was to be recomputed, and why."""

    calls: list[tuple[list[Member], str]] = field(default_factory=list)

    async def __call__(self, members, cause, now):
        self.calls.append((list(members), cause))


@pytest.fixture
def rescored():
    return Rescored()


@pytest.fixture
def keyring():
    return Keyring.from_settings(load())


@pytest.fixture
def deliveries(rescored, keyring):
    return Deliveries(CATALOG, keyring, rescored)


@pytest.fixture
def deliver(deliveries, tmp_path, frozen_clock):
    """Deliver rows as a file of their own, an hour later each time; return the outcome."""
    numbers = count()

    async def send(*rows, **options):
        frozen_clock.forward(timedelta(hours=1))
        number = next(numbers)
        path = csv_file(tmp_path / f"{number}.csv", list(rows))
        with path.open("a") as file:
            file.write("\n" * number)  # other bytes, else it would be the same delivery
        return await deliveries.ingest(path, **options)

    return send
