"""Reports of conduct as the resident and the credit office read them."""

from typing import cast
from uuid import UUID

from points_api import clock
from points_api.access_log.service import record_look
from points_api.conduct.models import ConductReport
from points_api.conduct.schemas import MyReportOut, ReportOut, State
from points_api.conduct.service import REPLY
from points_api.consents.scenario_notice import ScenarioNotices, title_in
from points_api.crypto.keyring import Keyring
from points_api.db.transaction import transactional
from points_api.language import Language
from points_api.paging import Page, Pages
from points_api.redemptions.models import Redemption
from points_api.redemptions.view import View

_MOST = 200


async def of_resident(
    keyring: Keyring, scenarios: ScenarioNotices, resident_id: UUID, language: Language
) -> list[MyReportOut]:
    """What merchants say of a resident, the newest first."""
    rows = await ConductReport.filter(resident_id=resident_id).order_by("-id").limit(_MOST)
    used = await Redemption.filter(id__in=[row.redemption_id for row in rows])
    views = {one.id: View.of(one) for one in used}
    named = await scenarios.named(row.scenario_id for row in rows)
    return [
        MyReportOut(
            report_id=row.id,
            redemption_id=row.redemption_id,
            scenario_id=row.scenario_id,
            title=title_in(named, row.scenario_id).say(language),
            state=cast(State, row.state),
            outstanding_fen=views[row.redemption_id].outstanding_fen,
            due_on=views[row.redemption_id].due_on,
            reported_at=row.reported_at,
            told_at=row.told_at,
            reply_until=row.reply_until,
            reply=_reply(keyring, row),
            closed_at=row.closed_at,
        )
        for row in rows
    ]


@transactional
async def for_officer(
    keyring: Keyring, actor: str, cursor: str | None, limit: int, state: str | None
) -> Page[ReportOut]:
    """One page of the reports, the newest first; the residents see that they were looked at."""
    pages = Pages(keyring, f"officer.conduct:{state or ''}")
    place, found = pages.read(cursor), ConductReport.all()
    if place:
        found = found.filter(id__lt=UUID(place[0]))
    if state:
        found = found.filter(state=state)
    rows = await found.order_by("-id").limit(limit + 1)
    page = pages.page(rows, limit, lambda row: (str(row.id),))
    for resident_id in sorted({row.resident_id for row in page.entries}):
        await record_look(resident_id, "officer", actor, "conduct", "conduct", clock.now())
    shown = [
        ReportOut(
            report_id=row.id,
            redemption_id=row.redemption_id,
            merchant_id=row.merchant_id,
            scenario_id=row.scenario_id,
            state=cast(State, row.state),
            reported_at=row.reported_at,
            reply_until=row.reply_until,
            reply=_reply(keyring, row),
        )
        for row in page.entries
    ]
    return Page(shown, page.next_cursor)


def _reply(keyring: Keyring, row: ConductReport) -> str | None:
    return keyring.decrypt_text(row.reply, REPLY) if row.reply is not None else None
