"""A sandbox's questions about its made-up residents: the same codes and answers, and no person.

A code of a made-up resident carries the sandbox in the place of the sign-in, so it is worth nothing
to anybody else, and a real resident's code is worth nothing here. What is decided follows the
sandbox's own clock; what is written keeps ours.
"""

from datetime import datetime

from tortoise.exceptions import IntegrityError

from points_api import clock
from points_api.auth.merchants import CallingMerchant
from points_api.credit_codes.sealing import CreditCode
from points_api.db.transaction import transactional
from points_api.merchants import sandbox
from points_api.scenarios.live import LiveScenarios
from points_api.verifications.models import Verification
from points_api.verifications.problems import CodeNotValid, CodeUsed
from points_api.verifications.statement import Cause


async def decide(
    live: LiveScenarios, caller: CallingMerchant, code: CreditCode, scenario_id: str, now: datetime
) -> Cause:
    """What the answer is. Raises `CodeNotValid` for a code that is not this sandbox's."""
    if code.session_id != caller.merchant_id:
        raise CodeNotValid
    published, day = live.current, clock.day_of(now)
    if published.open(scenario_id) is None:
        return "closed"
    why, facts = await sandbox.facts_of(caller.merchant_id, code.resident_id, live.city, day)
    if why != "joined":
        return why
    return "eligible" if published.index.is_open(facts, scenario_id) else "below"


async def write(row: Verification) -> None:
    """Write the answer, once for a code. Raises `CodeUsed`."""
    try:
        await _insert(row)
    except IntegrityError:
        raise CodeUsed from None


@transactional
async def _insert(row: Verification) -> None:
    await row.save(force_create=True)
