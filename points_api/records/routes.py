"""`GET /v1/me/records`: what agencies delivered about me, by which law, and how long it counts."""

from fastapi import APIRouter, Request, Response

from points_api import clock
from points_api.access_log.own_looks import note_look
from points_api.city import City
from points_api.language import Reader
from points_api.paging import CursorText, Limit, Pages, link_header
from points_api.problem import problems
from points_api.records.listing import in_order, shown
from points_api.records.reading import facts_of
from points_api.records.schemas import RecordsOut
from points_api.records.wording import Wording
from points_api.residents.consenting import REFUSALS, ConsentingMember
from scoring.engine import score
from scoring.records import Record

router = APIRouter(prefix="/v1/me", tags=["resident"])


@router.get("/records", summary="我的信用记录 / My records", responses=problems(*REFUSALS))
async def records(
    request: Request,
    response: Response,
    member: ConsentingMember,
    language: Reader,
    cursor: CursorText = None,
    limit: Limit = 50,
) -> RecordsOut:
    """我的记录：来源单位、法律依据、文书号、状态、还计分多久。
    My records: agency, legal basis, document number, state, and how long each still counts.
    """
    city: City = request.app.state.city
    facts = await facts_of(member.person_id)
    ordered = in_order(facts)
    pages = Pages(request.app.state.keyring, f"me.records:{member.resident_id}")
    rest = _after(ordered, pages.read(cursor))
    page = pages.page(rest[: limit + 1], limit, lambda r: (r.occurred_on.isoformat(), r.key))
    response.headers.update(link_header(request.url, page.next_cursor))
    note_look(request, member.resident_id, "records")
    day, words = clock.today(), Wording(city, language)
    result = score(facts, city.scorecard(day), day)
    return RecordsOut(
        as_of=day,
        total=len(facts),
        items=shown(page.entries, result, member.person_id, words),
        next=page.next_cursor,
    )


def _after(ordered: list[Record], place: tuple[str, ...]) -> list[Record]:
    if not place:
        return ordered
    return [r for r in ordered if (r.occurred_on.isoformat(), r.key) < tuple(place)]
