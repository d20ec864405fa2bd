"""Redemptions as a merchant and a resident see theirs, the newest first."""

from datetime import datetime
from uuid import UUID

from tortoise.expressions import Q

from points_api import clock
from points_api.auth.merchants import CallingMerchant
from points_api.crypto.keyring import Keyring
from points_api.paging import Page, Pages
from points_api.problem import NotFound
from points_api.redemptions.models import Redemption
from points_api.redemptions.view import View


async def of_merchant(
    keyring: Keyring, caller: CallingMerchant, cursor: str | None, limit: int, state: str | None
) -> Page[View]:
    """One page of a merchant's redemptions. Raises `UnknownCursor`."""
    pages = Pages(keyring, f"merchant.redemptions:{caller.merchant_id}:{state or ''}")
    now = clock.now() + caller.ahead
    only = Q(_in(state, now) if state else Q(), merchant_id=caller.merchant_id)
    return await _page(pages, cursor, limit, only, now)


async def of_resident(
    keyring: Keyring, resident_id: UUID, cursor: str | None, limit: int
) -> Page[View]:
    """One page of what a resident was given. Raises `UnknownCursor`."""
    pages = Pages(keyring, f"me.benefits:{resident_id}")
    return await _page(pages, cursor, limit, Q(resident_id=resident_id), clock.now())


async def one_of(caller: CallingMerchant, redemption_id: UUID) -> View:
    """A merchant's redemption as it is now. Raises `NotFound`."""
    row = await Redemption.get_or_none(id=redemption_id, merchant_id=caller.merchant_id)
    if row is None:
        raise NotFound.of("兑现", "redemption")
    return View.of(row).at(clock.now() + caller.ahead)


def _in(state: str, now: datetime) -> Q:
    """Those in a state at an instant, as `View.at` tells it: lapsed is expired, noted or not."""
    lapsed = Q(state="reserved", expires_at__lte=now)
    return {
        "reserved": Q(state="reserved", expires_at__gt=now),
        "expired": Q(state="expired") | lapsed,
    }.get(state, Q(state=state))


async def _page(pages: Pages, cursor: str | None, limit: int, only: Q, now: datetime) -> Page[View]:
    place = pages.read(cursor)
    before = Q(id__lt=UUID(place[0])) if place else Q()
    # An id begins with the time at which it was made, so the order is that of reserving.
    rows = await Redemption.filter(before, only).order_by("-id").limit(limit + 1)
    views = [View.of(row).at(now) for row in rows]
    return pages.page(views, limit, lambda view: (str(view.id),))
