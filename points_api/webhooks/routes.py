"""`/v1/merchant/webhooks`: where a merchant is pushed to, for its managers."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request, Response

from points_api import clock
from points_api.auth.problems import CALLER_REFUSED
from points_api.merchants.door import ManagerCaller
from points_api.merchants.problems import ManagerNeeded
from points_api.paging import CursorText, Limit, UnknownCursor, link_header
from points_api.problem import Busy, InvalidRequest, NotFound, problems
from points_api.redemptions.requests import KEY_REFUSED, Key, fingerprint_of, key_of, replied
from points_api.webhooks import replays, service
from points_api.webhooks.addresses import Addresses
from points_api.webhooks.problems import (
    EndpointDisabled,
    StillWaiting,
    TooManyEndpoints,
    UrlRefused,
)
from points_api.webhooks.schemas import (
    DeliveriesOut,
    DeliveryOut,
    EndpointIn,
    EndpointOut,
    EndpointPatch,
    EndpointsOut,
    NewEndpointOut,
    QueuedOut,
    ReplayedOut,
    ReplayIn,
)
from points_api.webhooks.signing import id_of

router = APIRouter(prefix="/v1/merchant/webhooks", tags=["merchant"])
EndpointId = Annotated[UUID, Path(description="推送地址编号 · endpoint id")]
MessageId = Annotated[UUID, Path(description="消息编号 · message id")]
_REFUSED = (*CALLER_REFUSED, ManagerNeeded)
_WRITE = (*_REFUSED, InvalidRequest, Busy)


async def _addresses(request: Request) -> Addresses:
    return Addresses(loopback=request.app.state.settings.webhook_loopback)


Rules = Annotated[Addresses, Depends(_addresses)]


@router.get("", summary="推送地址 / My endpoints", responses=problems(*_REFUSED))
async def endpoints(caller: ManagerCaller, response: Response) -> EndpointsOut:
    """全部推送地址；密钥不再显示。
    List the endpoints; secrets are never shown again.
    """
    response.headers["Cache-Control"] = "no-store"
    found = await service.endpoints_of(caller.merchant_id)
    return EndpointsOut(items=[EndpointOut.of(one) for one in found])


@router.post(
    "",
    status_code=201,
    summary="新增推送地址 / Add an endpoint",
    responses=problems(*_WRITE, UrlRefused, TooManyEndpoints),
)
async def add(
    body: EndpointIn, request: Request, response: Response, caller: ManagerCaller, rules: Rules
) -> NewEndpointOut:
    """新增一个推送地址；密钥只显示这一次。
    Add an endpoint; its secret is shown this once.
    """
    made, secret = await service.add(
        request.app.state.keyring, rules, caller.merchant_id, body.url, body.kinds, caller.actor,
        clock.now(),
    )  # fmt: skip
    response.headers["Cache-Control"] = "no-store"
    response.headers["Location"] = f"{router.prefix}/{made.id}"
    return NewEndpointOut.made(made, secret)


@router.patch(
    "/{endpoint_id}",
    summary="修改推送地址 / Change an endpoint",
    responses=problems(*_WRITE, NotFound, UrlRefused),
)
async def change(
    endpoint_id: EndpointId, body: EndpointPatch, caller: ManagerCaller, rules: Rules
) -> EndpointOut:
    """修改地址、种类或状态；没写的保持不变。
    Change address, kinds or state; what is left out stays.
    """
    changes = body.model_dump(exclude_none=True)
    changed = await service.change(
        rules, caller.merchant_id, endpoint_id, changes, caller.actor, clock.now()
    )
    return EndpointOut.of(changed)


@router.delete(
    "/{endpoint_id}",
    status_code=204,
    summary="删除推送地址 / Remove an endpoint",
    responses=problems(*_WRITE, NotFound),
)
async def remove(endpoint_id: EndpointId, caller: ManagerCaller) -> None:
    """删除一个推送地址；还在等待的不再发送。
    Remove an endpoint; what waits for it is not sent.
    """
    await service.remove(caller.merchant_id, endpoint_id, caller.actor, clock.now())


@router.post(
    "/{endpoint_id}/rotate-secret",
    summary="更换密钥 / Rotate the secret",
    responses=problems(*_WRITE, NotFound),
)
async def rotate_secret(
    endpoint_id: EndpointId, request: Request, response: Response, caller: ManagerCaller
) -> NewEndpointOut:
    """造一个新密钥，只显示这一次；二十四小时内新旧都签。
    Make a new secret, shown this once; for 24 hours both sign.
    """
    made, secret = await service.rotate_secret(
        request.app.state.keyring, caller.merchant_id, endpoint_id, caller.actor, clock.now()
    )
    response.headers["Cache-Control"] = "no-store"
    return NewEndpointOut.made(made, secret)


@router.post(
    "/{endpoint_id}/test",
    status_code=202,
    summary="试推一条 / Send a ping",
    responses=problems(*_WRITE, NotFound, EndpointDisabled),
)
async def test(endpoint_id: EndpointId, caller: ManagerCaller) -> QueuedOut:
    """发一条 `ping`；结果看推送记录。
    Send a `ping`; see by the deliveries what came of it.
    """
    message_id = await service.ping(caller.merchant_id, endpoint_id, caller.actor, clock.now())
    return QueuedOut(id=message_id, webhook_id=id_of(message_id))


@router.get(
    "/{endpoint_id}/deliveries",
    summary="推送记录 / Deliveries",
    responses=problems(*_REFUSED, NotFound, UnknownCursor, InvalidRequest),
)
async def deliveries(
    endpoint_id: EndpointId,
    request: Request,
    response: Response,
    caller: ManagerCaller,
    cursor: CursorText = None,
    limit: Limit = 50,
) -> DeliveriesOut:
    """全部消息和每次尝试，新的在前。
    List the messages with every try, the newest first.
    """
    page = await service.deliveries(
        request.app.state.keyring, caller.merchant_id, endpoint_id, cursor, limit
    )
    response.headers.update(link_header(request.url, page.next_cursor))
    response.headers["Cache-Control"] = "no-store"
    return DeliveriesOut(items=[DeliveryOut.of(one) for one in page.entries], next=page.next_cursor)


@router.post(
    "/{endpoint_id}/replay",
    status_code=202,
    summary="重推 / Replay",
    response_model=ReplayedOut,
    responses=problems(*_REFUSED, *KEY_REFUSED, EndpointDisabled),
)
async def replay(
    endpoint_id: EndpointId,
    body: ReplayIn,
    request: Request,
    caller: ManagerCaller,
    key: Key = None,
) -> Response:
    """把从那时起写下的依次重推，编号不变。
    Have sent again, in order and under the same ids, what was written since then.
    """
    asked = replays.Request(
        caller.merchant_id, endpoint_id, body.since, body.delivered, caller.actor,
        key_of(key), fingerprint_of(request, body),
    )  # fmt: skip
    return replied(await replays.replay(asked, clock.now()))


@router.post(
    "/{endpoint_id}/deliveries/{message_id}/replay",
    status_code=202,
    summary="重推一条 / Replay one message",
    responses=problems(*_WRITE, NotFound, EndpointDisabled, StillWaiting),
)
async def replay_one(
    endpoint_id: EndpointId, message_id: MessageId, caller: ManagerCaller
) -> QueuedOut:
    """不管结果如何，把一条重推一次；已被撤回授权停下的除外。
    Send one message again, whatever became of it, unless a withdrawal has stopped it.
    """
    found = await replays.replay_one(
        caller.merchant_id, endpoint_id, message_id, caller.actor, clock.now()
    )
    return QueuedOut(id=found, webhook_id=id_of(found))
