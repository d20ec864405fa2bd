"""Taking scenario files into the registry: what is new becomes a version, the same nothing."""

from dataclasses import dataclass
from datetime import datetime

from points_api.audit import service as audit
from points_api.db.transaction import transactional
from points_api.scenarios.models import ScenarioMove, ScenarioVersion
from scenarios.files import Folder, digest_of


@dataclass(frozen=True, slots=True)
class Imported:
    """How many scenarios became a new version, and how many stood as they were."""

    added: int
    unchanged: int


@transactional
async def import_folder(folder: Folder, actor: str, now: datetime) -> Imported:
    """Publish every scenario of a folder that differs from its newest version.

    The files are the office's own, checked and agreed on before; whoever may run this command has
    both signatures. A version that was live is retired by the one that follows it.
    """
    added = 0
    for scenario in folder.scenarios:
        added += await _publish(scenario.id, dict(folder.documents[scenario.id]), actor, now)
    return Imported(added, len(folder.scenarios) - added)


async def _publish(
    scenario_id: str, document: dict[str, object], actor: str, now: datetime
) -> bool:
    newest = await ScenarioVersion.filter(scenario_id=scenario_id).order_by("-version").first()
    version = newest.version + 1 if newest else 1
    same = {**document, "version": newest.version} if newest else None
    if newest is not None and same is not None and digest_of(_plain(same)) == newest.digest:
        return False
    live = ScenarioVersion.filter(scenario_id=scenario_id, live_since__not_isnull=True)
    await live.update(state="retired", live_since=None, changed_at=now)
    numbered = _plain({**document, "version": version})
    await ScenarioVersion.create(
        scenario_id=scenario_id, version=version, category=str(document["category"]),
        state="published", document=numbered, digest=digest_of(numbered), author=actor,
        approved_by=actor, live_since=now, created_at=now, changed_at=now,
    )  # fmt: skip
    await ScenarioMove.create(
        scenario_id=scenario_id, version=version, move="publish", state="published",
        actor=actor, reason="import", at=now,
    )  # fmt: skip
    details = {"version": version}
    await audit.append(actor, "scenario.publish", f"scenario:{scenario_id}", details)
    return True


def _plain(document: dict[str, object]) -> dict[str, object]:
    """Without the version where it is the first, as files leave it out."""
    return {key: value for key, value in document.items() if (key, value) != ("version", 1)}
