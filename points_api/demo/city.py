"""Make the demo city: files in the agencies' layouts, taken in, people joined, everybody scored.

Nothing is put into the database by hand: files go through the ingestion, residents through sign-in
and joining. Rows that the generator spoiled on purpose must be exactly those that are refused.
"""

import csv
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import UUID

from points_api import clock
from points_api.auth.local_wechat import openid_of_demo
from points_api.composition import Parts, scenario_folder
from points_api.consents.service import JOINING
from points_api.deliveries.models import DeliveryError
from points_api.demo.logins import Crowd, Login, logins
from points_api.demo.merchant import ACTOR, DemoMerchant, make_merchant, scenarios_of
from points_api.demo.officer import make_officer
from points_api.demo.visit import Visit, make_visit
from points_api.generate import USUAL_RECORDS, Order, Summary, generate_city, person
from points_api.generate.manifest import SPOILED
from points_api.identifiers import id_number
from points_api.officers.accounts import Credentials
from points_api.problem import Problem
from points_api.residents import accounts, service
from points_api.residents.service import Application
from points_api.scenarios.importing import import_folder
from points_api.scores.models import ScoreRow

SPOIL = 0.01
JOIN_SHARE = 4  # of five adults so many have joined
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class DemoCity:
    """What was made. `unexpected` names rows refused but not spoiled, or spoiled but taken."""

    people: int
    records: int
    accepted: int
    rejected: int
    scored: int
    joined: int
    bands: dict[str, int]
    logins: list[Login]
    officer: Credentials
    scenarios: int
    merchant: DemoMerchant
    visit: Visit | None
    unexpected: list[str]


async def make_city(
    folder: Path, people: int, seed: int, parts: Parts, progress: Progress
) -> DemoCity:
    """Make the city of a seed in an empty database; `folder` receives the agencies' files."""
    today = clock.today()
    records = people * USUAL_RECORDS
    order = Order(people, records, seed, "csv", today, SPOIL, parts.city.division)
    summary = generate_city(
        folder, order, parts.city.catalog,
        lambda done, total: progress(done, total, "生成文件 generating"),
    )  # fmt: skip
    accepted, rejected, unexpected = await _take_in(summary, parts, progress)
    joined = await _join(people, seed, parts, today, progress)
    officer = await make_officer(parts.keyring, seed, clock.now())
    perks = scenario_folder(parts.settings)
    published = await import_folder(perks, ACTOR, clock.now())
    served = scenarios_of(parts.city, perks.documents)
    merchant = await make_merchant(folder.parent / "merchant", parts.city, served, clock.now())
    rows = await ScoreRow.all().values("resident_id", "value", "band")
    scores = {row["resident_id"]: row for row in rows}
    who = Crowd(people, seed, parts.city.division)
    found = logins({n: scores[i] for n, i in joined.items()}, who, today)
    visitor = next((one.code for one in found if one.band), None)
    visit = await make_visit(parts, merchant, visitor) if visitor else None
    return DemoCity(
        people=people,
        records=summary.records,
        accepted=accepted,
        rejected=rejected,
        scored=len(rows),
        joined=len(joined),
        bands=dict(Counter(row["band"] for row in rows)),
        logins=found,
        officer=officer,
        scenarios=published.added,
        merchant=merchant,
        visit=visit,
        unexpected=unexpected,
    )


async def _take_in(
    summary: Summary, parts: Parts, progress: Progress
) -> tuple[int, int, list[str]]:
    accepted = rejected = 0
    refused: set[tuple[str, int]] = set()
    for n, entry in enumerate(summary.files):
        progress(n, len(summary.files), "报送入库 ingesting")
        report = await parts.deliveries.ingest(summary.folder / entry.file)
        if not report.repeated:  # the same bytes again are the same delivery
            accepted += report.accepted
            rejected += report.rejected
        errors = DeliveryError.filter(delivery_id=report.delivery_id)
        refused |= {(entry.file, int(row["row_no"])) for row in await errors.values("row_no")}
    with (summary.folder / SPOILED).open(encoding="utf-8", newline="") as file:
        spoiled = {(row["file"], int(row["row"])) for row in csv.DictReader(file)}
    wrong = [f"{file}:{row} refused, not spoiled" for file, row in sorted(refused - spoiled)]
    wrong += [f"{file}:{row} spoiled, not refused" for file, row in sorted(spoiled - refused)]
    return accepted, rejected, wrong


async def _join(
    people: int, seed: int, parts: Parts, today: date, progress: Progress
) -> dict[int, UUID]:
    registry, division = parts.registry, parts.city.division
    notice = registry.notices.current(today)
    joined: dict[int, UUID] = {}
    for n in range(people):
        if n % (JOIN_SHARE + 1) == JOIN_SHARE:
            continue
        name, number = person(seed, n, division)
        if id_number.age_on(number, today) < service.ADULT_YEARS:
            continue
        progress(n, people, "居民加入 joining")
        now = clock.now()
        openid = openid_of_demo(n + 1)
        resident_id = await accounts.find_or_add(registry.keyring, openid, now)
        form = Application(
            name=name, id_number=number, phone=None, proof=None, notice_version=notice.version,
            choices={purpose.id: purpose.id == JOINING for purpose in notice.purpose},
        )  # fmt: skip
        try:
            await service.join(registry, resident_id, form, now, today)
        except Problem as refused:
            raise RuntimeError(f"demo person {n + 1} could not join: {refused.slug}") from refused
        joined[n + 1] = resident_id
    return joined
