"""One visit in the demo city, by the services that the routes call: from consent to statement.

A resident looks which scenarios are open, agrees to one, shows a one-time code; the demo's merchant
verifies it, redeems it, and finds it in today's statement.
"""

from dataclasses import dataclass
from uuid import UUID

from points_api import clock
from points_api.auth import service as sign_in
from points_api.composition import Parts
from points_api.consents import to_scenario
from points_api.credit_codes.sealing import text_of
from points_api.db import idempotency
from points_api.demo.merchant import DemoMerchant
from points_api.redemptions import service as redemptions
from points_api.redemptions import statements
from points_api.redemptions.service import Order
from points_api.residents.effects import ConsentEffects

TICKET_FEN = 6_000


@dataclass(frozen=True, slots=True)
class Visit:
    """What came of it. Amounts are fen; `statement` counts today's entries of the merchant."""

    login: str
    scenario: str
    open_scenarios: int
    scenarios: int
    eligible: bool
    amount_fen: int
    benefit_fen: int
    owed_fen: int
    statement: int


async def make_visit(parts: Parts, merchant: DemoMerchant, login: str) -> Visit:
    """Let the resident who signs in with this code use the first of the demo's scenarios."""
    now, scenario_id = clock.now(), merchant.scenarios[0]
    await parts.scenarios.refresh()
    resident_id, session_id = await _signed_in(parts, login)
    standing = await parts.standings.of(resident_id, now)
    is_open = parts.scenarios.current.index.open_to(standing.facts)
    notice = parts.scenario_notices.open(scenario_id)
    assert notice is not None
    effects = ConsentEffects(parts.registry)
    await to_scenario.agree(effects, resident_id, notice, "demo", now)
    made = await parts.credit_codes.make(resident_id, session_id, scenario_id, now)
    caller = await parts.identity.merchant_of(merchant.client_id)
    assert caller is not None
    answer = await parts.verifications.by_code(caller, text_of(made.sealed), scenario_id, now)
    if answer.eligible:
        mark = idempotency.fingerprint("DEMO", scenario_id, answer.id.bytes)
        order = Order("demo-visit", mark, answer.id, TICKET_FEN)
        await redemptions.redeem(parts.scenarios, caller, order)
    totals = statements.Totals()
    async for page in statements.pages_of(merchant.merchant_id, clock.day_of(now)):
        totals.add(page)
    return Visit(
        login=login,
        scenario=scenario_id,
        open_scenarios=len(is_open),
        scenarios=len(parts.scenarios.current.by_id),
        eligible=answer.eligible,
        amount_fen=TICKET_FEN,
        benefit_fen=totals.benefit_fen,
        owed_fen=totals.owed_fen,
        statement=totals.entries,
    )


async def _signed_in(parts: Parts, login: str) -> tuple[UUID, UUID]:
    tokens = await sign_in.sign_in(parts.identity, login, clock.now())
    claims = parts.identity.tokens.verify(tokens.access_token, clock.now())
    return UUID(claims.subject), UUID(claims.session)
