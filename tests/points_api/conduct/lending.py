"""Something lent for ten days, and what the merchant says of it."""

from uuid import UUID

from points_api.conduct import service
from points_api.conduct.models import ConductReport
from points_api.ids import new_id
from points_api.redemptions import moving
from scenarios.benefits import PayLater
from tests.points_api.redemptions.shop import Shop, open_shop, told


async def lent(amount_fen: int = 1000, scenario: str = "s1") -> tuple[Shop, UUID]:
    """A shop, and a payment that it has deferred."""
    shop = await open_shop(id=scenario, benefit=PayLater(100_000, 10))
    return shop, await shop.made(amount_fen)


async def overdue(shop: Shop, made: UUID) -> UUID:
    """Report it; the report's id."""
    key = new_id().hex
    asked = moving.Request(key, key, made)
    answer, _ = await service.report_overdue(shop.caller, asked)
    return UUID(told(answer)["report_id"])


async def returned(shop: Shop, made: UUID) -> None:
    key = new_id().hex
    await service.report_returned(shop.caller, moving.Request(key, key, made))


async def state_of(report: UUID) -> str:
    return (await ConductReport.get(id=report)).state
