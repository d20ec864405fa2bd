import httpx
import pytest

from points_api.crypto.keyring import Keyring
from points_api.residents.registry import compose
from points_api.scores.service import Scores
from points_api.settings import load
from tests.factories import city


@pytest.fixture
async def registry():
    """What joining and leaving need, as the jobs get it."""
    settings = load({"redis_url": "memory://"})
    async with httpx.AsyncClient() as client:
        yield compose(settings, Keyring.from_settings(settings), client, Scores(city()))
