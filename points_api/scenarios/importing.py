"""Taking scenario files into the registry: what is new becomes a version, the same nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from points_api.db.transaction import advisory_lock, transactional
from points_api.db.writes import Insert, write_all
from points_api.scenarios.models import ScenarioVersion
from points_api.scenarios.moving import REGISTRY, Moved, traces
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
    both signatures. A version that was live is retired by the one that follows it. Drafts and
    proposals are left alone.
    """
    await advisory_lock(REGISTRY)
    known = await ScenarioVersion.all().order_by("version").only(
        "id", "scenario_id", "version", "state", "digest", "live_since"
    )  # fmt: skip
    newest = {row.scenario_id: row for row in known}
    settled = {row.scenario_id: row for row in known if row.state not in ("draft", "review")}
    rows, moves, replaced = [], [], []
    for name, document in folder.documents.items():
        if (old := settled.get(name)) and digest_of(numbered(document, old.version)) == old.digest:
            continue
        version = newest[name].version + 1 if name in newest else 1
        rows.append(_row(name, numbered(document, version), version, actor, now))
        moves.append(Moved(name, version, "publish", "published"))
        if old is not None and old.live_since is not None:
            moves.append(Moved(name, old.version, "retire", "retired"))
            replaced.append(old.id)
    if replaced:  # before the new ones: a scenario has one live version at most
        live = ScenarioVersion.filter(id__in=replaced)
        await live.update(state="retired", live_since=None, changed_at=now)
    if rows:
        await write_all([Insert(ScenarioVersion, rows), *traces(moves, actor, "import", now)])
    return Imported(len(rows), len(folder.documents) - len(rows))


def numbered(document: Mapping[str, Any], version: int) -> dict[str, Any]:
    """The document under a version's number; the first has none, as files leave it out."""
    rest = {key: value for key, value in document.items() if key != "version"}
    return rest if version == 1 else {**rest, "version": version}


def _row(
    scenario_id: str, document: dict[str, Any], version: int, actor: str, now: datetime
) -> dict[str, Any]:
    return {
        "scenario_id": scenario_id, "version": version, "category": document["category"],
        "division": document["division"], "state": "published", "document": document,
        "digest": digest_of(document), "merchant_id": None, "author": actor,
        "approved_by": actor, "live_since": now, "created_at": now, "changed_at": now,
    }  # fmt: skip
