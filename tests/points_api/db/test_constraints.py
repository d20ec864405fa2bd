"""Each broken constraint is told from every other, on both databases."""

from collections.abc import Awaitable

import pytest
from tortoise.exceptions import IntegrityError

from points_api.db.constraints import breaks
from points_api.ids import new_id
from points_api.redemptions.models import QuotaCounter, Redemption
from tests.points_api.db import rows


async def test_a_constraint_is_told_from_all_others(database):
    first = await rows.redemption()
    await rows.quota_counter()
    broken: dict[str, Awaitable[object]] = {
        "redemption_verification_once": rows.redemption(verification=await first.verification),
        "redemption_amounts": rows.redemption(benefit_fen=-1),
        "quota_counter_once": rows.quota_counter(),
        "quota_counter_used": rows.quota_counter(name="other", used=10, most=9),
        "a foreign key": Redemption.filter(id=first.id).update(merchant_id=new_id()),
    }
    for what, write in broken.items():
        with pytest.raises(IntegrityError) as refused:
            await write
        told = [
            one.name
            for model in (Redemption, QuotaCounter)
            for one in model._meta.constraints
            if breaks(refused.value, model, one.name)
        ]
        assert told == ([what] if "_" in what else [])
