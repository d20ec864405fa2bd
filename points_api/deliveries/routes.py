"""`/v1/agency/deliveries`: hand a file over, see what became of it, get the refused rows back."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Path, Request, Response, UploadFile
from fastapi.responses import StreamingResponse

from points_api.auth.callers import AgencyCaller
from points_api.auth.problems import CALLER_REFUSED
from points_api.deliveries.receiving import received
from points_api.deliveries.schemas import DeliveryOut, QualityOut, TakenInOut
from points_api.deliveries.service import Deliveries
from points_api.deliveries.verdicts import FileRefused
from points_api.language import Reader
from points_api.problem import Busy, NotFound, TooLarge, problems

router = APIRouter(prefix="/v1/agency/deliveries", tags=["agency"])
DeliveryId = Annotated[UUID, Path(description="报送编号 · delivery id")]


def deliveries_of(request: Request) -> Deliveries:
    """The service, made in the lifespan."""
    deliveries: Deliveries = request.app.state.deliveries
    return deliveries


@router.post(
    "",
    summary="报送文件 / Deliver a file",
    status_code=201,
    responses={
        200: {"model": TakenInOut, "description": "此前已接收 / had been taken in before"},
        **problems(*CALLER_REFUSED, FileRefused, TooLarge, Busy),
    },
)
async def deliver(
    request: Request,
    response: Response,
    caller: AgencyCaller,
    file: UploadFile,
    item: Annotated[
        str | None,
        Form(max_length=64, description="目录编码，可省略 · code in the catalog, or none"),
    ] = None,
) -> TakenInOut:
    """报送文件：CSV（UTF-8、GB18030）或 XLSX。同一文件再送一次，结果与第一次相同。
    A CSV (UTF-8, GB18030) or XLSX file. Sent again, it has the result of the first time.
    """
    deliveries = deliveries_of(request)
    async with received(file) as path:
        outcome = await deliveries.ingest(
            path, file_name=file.filename or "", item=item, agency=caller.agency,
            actor=caller.actor,
        )  # fmt: skip
    response.status_code = 200 if outcome.repeated else 201
    response.headers["Location"] = f"{router.prefix}/{outcome.delivery_id}"
    found = await deliveries.find(outcome.delivery_id, caller.agency)
    return TakenInOut.after(found, outcome.repeated)


@router.get(
    "/{delivery_id}",
    summary="一次报送的结果 / The result of a delivery",
    responses=problems(*CALLER_REFUSED, NotFound),
)
async def delivery(request: Request, caller: AgencyCaller, delivery_id: DeliveryId) -> DeliveryOut:
    """一次报送的结果。
    How many rows were taken in and how many refused.
    """
    return DeliveryOut.of(await deliveries_of(request).find(delivery_id, caller.agency))


@router.get(
    "/{delivery_id}/errors",
    summary="退回的行 / The refused rows",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": {}}}, **problems(*CALLER_REFUSED, NotFound)},
)
async def errors(
    request: Request, caller: AgencyCaller, delivery_id: DeliveryId, language: Reader
) -> StreamingResponse:
    """退回的行，按原格式，附行号、列、代码、说明；改好后原样再报送。
    The refused rows as they came, each with row, column, code and reason, to mend and send again.
    """
    deliveries = deliveries_of(request)
    found = await deliveries.find(delivery_id, caller.agency)
    return StreamingResponse(
        deliveries.errors(found, language),
        media_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="errors-{delivery_id}.csv"',
            "Cache-Control": "no-store",
        },
    )


@router.get(
    "/{delivery_id}/quality",
    summary="一次报送的数据质量 / Quality of a delivery",
    responses=problems(*CALLER_REFUSED, NotFound),
)
async def quality(request: Request, caller: AgencyCaller, delivery_id: DeliveryId) -> QualityOut:
    """数据质量：合格率、及时率、重错码率，各有分子和分母。
    Rates of sound, timely and repeated rows, each with numerator and denominator.
    """
    found = await deliveries_of(request).find(delivery_id, caller.agency)
    return QualityOut(delivery_id=found.id, report=found.report)
