"""The small city of `town`, on both databases."""

import pytest

from tests.points_api.snapshot.town import town_of


@pytest.fixture
async def town(database, frozen_clock):
    async with town_of(frozen_clock) as town:
        yield town


@pytest.fixture
def folder(tmp_path):
    """Where the snapshot is to be, and nothing else."""
    return tmp_path / "snapshot"
