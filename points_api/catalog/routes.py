"""`GET /v1/catalog` and `GET /v1/scorecards/current`: published rules, for anyone to recompute."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict

from points_api import clock
from points_api.catalog.scorecard_document import scorecard_document
from points_api.city import City
from points_api.conditional import etag_of, matches
from points_api.problem import NotFound, problems
from scoring.catalog import Catalog, Item

router = APIRouter(prefix="/v1", tags=["anyone"])
On = Annotated[
    date | None,
    Query(description="哪一天生效的版本，默认今天 · as in force on that day; else today"),
]


class Wire(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ColumnOut(Wire):
    code: str
    name: str
    type: str
    required: bool


class ItemOut(Wire):
    code: str
    title: str
    title_en: str
    agency: str
    agency_name: str
    group: str
    nature: str
    layout: str
    columns: list[ColumnOut]
    legal_basis: str
    basis: str
    in_force_from: date
    in_force_until: date | None
    retention_months: int | None
    repairable: bool
    levels: list[str]
    unit: str


class CatalogOut(Wire):
    edition: str
    digest: str
    on: date
    total: int
    items: list[ItemOut]


@router.get("/catalog", summary="信用记录目录 / Catalog of records", response_model=CatalogOut)
async def catalog(request: Request, on: On = None) -> Response:
    """公共信用信息目录：某一天生效的全部目录项、来源单位、法律依据、保存期限。
    Every kind of record in force on a day, with its agency, legal basis and retention.
    """
    city: City = request.app.state.city
    day = on or clock.today()
    items = [_item(item, city.catalog) for item in city.catalog.in_force(day).values()]
    shown = CatalogOut(
        edition=city.catalog.edition,
        digest=city.catalog.digest,
        on=day,
        total=len(items),
        items=items,
    )
    return _public(request, shown.model_dump_json().encode())


@router.get(
    "/scorecards/current",
    summary="现行积分卡 / The scorecard in force",
    response_model=dict[str, Any],
    responses=problems(NotFound),
)
async def current_scorecard(request: Request, on: On = None) -> Response:
    """公布的评分卡：每一条规则、分值、依据和算例，任何人都可以据此复算。
    The published scorecard: rules, points, bases and worked examples, for anyone to recompute.
    """
    city: City = request.app.state.city
    try:
        card = city.scorecard(on or clock.today())
    except LookupError:
        raise NotFound("那一天还没有评分卡", "No scorecard was in force on that day") from None
    return _public(request, scorecard_document(card))


def _item(item: Item, catalog: Catalog) -> ItemOut:
    return ItemOut(
        code=item.code, title=item.title, title_en=item.title_en, agency=item.agency,
        agency_name=catalog.agencies[item.agency].name, group=item.group, nature=item.nature,
        layout=item.layout.id,
        columns=[
            ColumnOut(code=c.code, name=c.name, type=c.type, required=c.required)
            for c in item.layout.columns
        ],
        legal_basis=item.legal_basis, basis=item.basis, in_force_from=item.in_force_from,
        in_force_until=item.in_force_until, retention_months=item.retention_months,
        repairable=item.repairable, levels=[level.name for level in item.levels], unit=item.unit,
    )  # fmt: skip


def _public(request: Request, body: bytes) -> Response:
    headers = {"ETag": etag_of(body), "Cache-Control": "public, max-age=300"}
    if matches(request.headers.get("if-none-match"), headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)
