"""The stored scores of a resident, newest first, in pages."""

from uuid import UUID

from tortoise.expressions import Q

from points_api.city import City
from points_api.crypto.keyring import Keyring
from points_api.language import Language, Text
from points_api.paging import Page, Pages
from points_api.scores.models import ScoreHistory
from points_api.scores.schemas import BandOut, HistoryEntryOut, HistoryOut
from scoring.scorecard import points_text

_CAUSES = {
    "joined": Text("加入", "joined"),
    "records": Text("记录有变化", "records changed"),
    "consent": Text("重新同意", "consent given anew"),
    "day": Text("时间推移", "time passed"),
    "scorecard": Text("评分卡更新", "new scorecard"),
}


async def page(
    keyring: Keyring, resident_id: UUID, cursor: str | None, limit: int
) -> Page[ScoreHistory]:
    """One page; raises `UnknownCursor`. Ids sort by time, so they are the place in the list."""
    pages = Pages(keyring, f"me.score.history:{resident_id}")
    place = pages.read(cursor)
    before = Q(id__lt=UUID(place[0])) if place else Q()
    rows = (
        await ScoreHistory.filter(before, resident_id=resident_id).order_by("-id").limit(limit + 1)
    )
    return pages.page(rows, limit, lambda row: (str(row.id),))


def shown(found: Page[ScoreHistory], city: City, language: Language) -> HistoryOut:
    """The page in the reader's language."""
    return HistoryOut(
        items=[_entry(row, city, language) for row in found.entries], next=found.next_cursor
    )


def _entry(row: ScoreHistory, city: City, language: Language) -> HistoryEntryOut:
    card = city.scorecard_named(row.scorecard)
    band = next(band for band in card.bands if band.id == row.band)
    cause = _CAUSES.get(row.cause, Text(row.cause, row.cause))
    return HistoryEntryOut(
        as_of=row.as_of,
        score=points_text(row.value),
        band=BandOut(id=band.id, name=band.name if language == "zh" else band.name_en),
        scorecard=row.scorecard,
        cause=row.cause,
        cause_text=cause.say(language),
        records_digest=row.records_digest,
    )
