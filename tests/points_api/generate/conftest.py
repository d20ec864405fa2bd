"""Two small cities of the same people for all tests that only look: one clean, one spoiled."""

import pytest

from points_api.generate import Summary, generate

SEED = 7
PEOPLE = 1500


@pytest.fixture(scope="session")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Summary:
    """A city in which every row is right."""
    return generate(tmp_path_factory.mktemp("clean") / "city", PEOPLE, seed=SEED)


@pytest.fixture(scope="session")
def spoiled(tmp_path_factory: pytest.TempPathFactory) -> Summary:
    """The same city with a row in ten spoiled."""
    return generate(tmp_path_factory.mktemp("spoiled") / "city", PEOPLE, seed=SEED, spoil=0.1)
