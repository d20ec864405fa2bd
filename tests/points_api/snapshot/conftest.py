"""The small city of `town`, on both databases."""

import pytest

from points_api.cache import Cache
from points_api.crypto.keyring import Keyring
from points_api.residents.real_name import LocalRealName
from points_api.residents.registry import Registry
from points_api.scores.service import Scores
from points_api.settings import load
from tests.factories import city, notices
from tests.points_api.snapshot.town import Town


@pytest.fixture
async def town(database, frozen_clock):
    cache = Cache.from_url("memory://")
    keyring = Keyring.from_settings(load())
    yield Town(Registry(keyring, LocalRealName(), notices(), Scores(city(), cache)), frozen_clock)
    await cache.aclose()


@pytest.fixture
def folder(tmp_path):
    """Where the snapshot is to be, and nothing else."""
    return tmp_path / "snapshot"
