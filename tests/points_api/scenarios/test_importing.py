"""Files become versions: once each, retiring what they replace."""

from points_api.audit.models import AuditEntry
from points_api.db.models import OutboxEvent
from points_api.scenarios.importing import Imported
from points_api.scenarios.models import ScenarioMove, ScenarioVersion
from tests.points_api.db import rows
from tests.points_api.scenarios.registry import DAYE, LIBRARY, document, publish, shipped


async def test_all_files_are_taken_in_once(database):
    total = len(shipped().documents)
    assert total >= 220
    assert await publish() == Imported(total, 0)
    assert await publish() == Imported(0, total)
    assert await ScenarioVersion.filter(state="published").count() == total
    assert await ScenarioMove.all().count() == total


async def test_a_changed_file_retires_the_version_before(database, monkeypatch):
    await publish(LIBRARY, DAYE)
    monkeypatch.setitem(shipped().documents, LIBRARY, document(note="黄石日报 2026-01-02"))
    assert await publish(LIBRARY, DAYE) == Imported(1, 1)
    versions = await ScenarioVersion.filter(scenario_id=LIBRARY).order_by("version")
    assert [(one.version, one.state) for one in versions] == [(1, "retired"), (2, "published")]
    assert [one.live_since is None for one in versions] == [True, False]
    events = await OutboxEvent.filter(topic="scenario.moved", subject=f"scenario:{LIBRARY}")
    assert sorted((e.payload["version"], e.payload["state"]) for e in events) == [
        (1, "published"), (1, "retired"), (2, "published"),
    ]  # fmt: skip
    assert await AuditEntry.filter(action="scenario.retire").count() == 1


async def test_a_proposal_under_way_is_left_alone_and_hides_nothing(database):
    await publish(LIBRARY)
    await rows.scenario_version(scenario_id=LIBRARY, version=2, state="review")
    assert await publish(LIBRARY) == Imported(0, 1)


async def test_what_an_officer_has_retired_or_stopped_stays_so(database):
    await publish(LIBRARY)
    await ScenarioVersion.filter(scenario_id=LIBRARY).update(state="suspended")
    assert await publish(LIBRARY) == Imported(0, 1)
