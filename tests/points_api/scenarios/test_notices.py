"""What residents agreed to, and what it is called, whatever has become of the scenario."""

import pytest

from points_api import clock
from points_api.merchants.serving import names
from points_api.scenarios.models import ScenarioVersion
from points_api.scenarios.notices import PublishedNotices
from tests.points_api.db import rows
from tests.points_api.scenarios.registry import LIBRARY, live, publish


@pytest.fixture
async def notices(database, frozen_clock):
    await publish(LIBRARY)
    known = live()
    await known.refresh()
    return PublishedNotices(known, names)


async def test_a_draft_that_says_nothing_yet_hides_no_notice_that_was_agreed_to(notices):
    await rows.scenario_version(scenario_id=LIBRARY, version=2, document={"id": LIBRARY})
    found = await notices.read([LIBRARY])
    assert list(found) == [f"{LIBRARY}@1"]


async def test_a_scenario_that_is_over_keeps_its_name(notices):
    before = await notices.named([LIBRARY])
    await ScenarioVersion.filter(scenario_id=LIBRARY).update(
        state="retired", live_since=None, changed_at=clock.now()
    )
    later = live()
    await later.refresh()
    assert later.current.by_id == {}
    assert await PublishedNotices(later, names).named([LIBRARY, "never-was"]) == before
