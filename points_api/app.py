"""The HTTP application: what is opened at start, what stands around every request, which routes.

Order from the outside: the two hot routes, measuring and logging, FastAPI with size limit, the
gate of the access table, and behind it the doors of merchants and of partner cities.
"""

import gc
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import fields
from functools import partial
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.types import ASGIApp

from points_api import announcements, log, metrics, problem
from points_api.access_log import routes as access_log_routes
from points_api.access_log.own_looks import OwnLooks
from points_api.auth import routes as auth_routes
from points_api.auth.access import Gate
from points_api.bulkhead import Bulkhead
from points_api.catalog import routes as catalog_routes
from points_api.city import profile_of
from points_api.composition import composed
from points_api.conduct import routes as conduct_routes
from points_api.conduct import service as conduct
from points_api.consents import routes as consent_routes
from points_api.credit_codes import routes as credit_code_routes
from points_api.deliveries import routes as delivery_routes
from points_api.described import Described
from points_api.eligibility import routes as eligibility_routes
from points_api.entitlements import routes as entitlement_routes
from points_api.exports import routes as export_routes
from points_api.handover import ELSEWHERE
from points_api.health import routes as health_routes
from points_api.home import routes as home_routes
from points_api.jobs.embedded import embedded_jobs
from points_api.lifecycle import routes as lifecycle_routes
from points_api.merchants import officer_routes as merchant_office_routes
from points_api.merchants import routes as merchant_routes
from points_api.merchants import sandbox_routes
from points_api.merchants.door import MerchantDoor, calls_policy
from points_api.messages import routes as message_routes
from points_api.middleware import BodyLimit, Requests
from points_api.officers import routes as officer_routes
from points_api.partners import routes as partner_routes
from points_api.partners.door import PartnerDoor, caps_of
from points_api.proofs import routes as proof_routes
from points_api.recognitions import routes as recognition_routes
from points_api.records import routes as record_routes
from points_api.redemptions import routes as redemption_routes
from points_api.redemptions import statement_routes
from points_api.redemptions.remaining import uses_of
from points_api.residents import routes as resident_routes
from points_api.residents.effects import ConsentEffects
from points_api.routing import Directory
from points_api.scenarios import routes as scenario_routes
from points_api.scores import routes as score_routes
from points_api.scores.hot import HotScore
from points_api.settings import Settings
from points_api.verifications import naming
from points_api.verifications import routes as verification_routes
from points_api.verifications.hot import AtHand, HotVerifications
from points_api.verifications.looks import MerchantLooks
from points_api.web import routes as web_routes
from points_api.webhooks import routes as webhook_routes

ROUTERS = (
    health_routes, catalog_routes, auth_routes, resident_routes, consent_routes, score_routes,
    record_routes, home_routes, export_routes, access_log_routes, delivery_routes, officer_routes,
    redemption_routes, statement_routes, conduct_routes,
    message_routes, merchant_routes, sandbox_routes, merchant_office_routes,
    scenario_routes, eligibility_routes, lifecycle_routes, credit_code_routes, verification_routes,
    entitlement_routes, webhook_routes, partner_routes, recognition_routes,
    proof_routes, web_routes,
)  # fmt: skip
# Once for all applications of a process: to include a router is to build its routes anew.
_ALL = APIRouter(responses=problem.ANY)
for _routes in ROUTERS:
    _ALL.include_router(_routes.router)
_DIRECTORY = Directory(route for routes in ROUTERS for route in routes.router.routes)


def create_app(
    settings: Settings, bulkhead: Bulkhead | None = None, *, is_beside: bool = False
) -> FastAPI:
    """The application for these settings; opens nothing before its lifespan begins.

    With a bulkhead it leaves visitors and embedded works to a process beside; `is_beside` where it
    is that process, which does not tell again what is embedded or faked.
    """
    app = Described(
        title=_title(settings),
        version="2026.1.0",
        description="只奖励、不惩戒：一份公开的评分卡，一个谁都能复算的分数。\n"
        "It only ever rewards: a published scorecard, and a score that anyone can recompute.",
        lifespan=partial(_lifespan, settings=settings, bulkhead=bulkhead, announces=not is_beside),
        docs_url=None,
        redoc_url=None,
        routes=[_DIRECTORY, *_ALL.routes],
    )
    problem.install(app)
    app.add_api_route("/metrics", metrics.endpoint, include_in_schema=False)
    of_visitors = metrics.endpoint if is_beside else metrics.not_here
    app.add_api_route("/metrics/visitors", of_visitors, include_in_schema=False)
    calls = calls_policy(settings.merchant_calls_per_minute)
    app.state.merchant_calls = calls
    app.state.verifying = AtHand()
    app.add_middleware(PartnerDoor, caps=caps_of(settings))
    app.add_middleware(MerchantDoor, policy=calls)
    app.add_middleware(Gate)
    larger = {"/v1/agency/deliveries": settings.max_delivery_bytes}
    app.add_middleware(BodyLimit, limit=settings.max_body_bytes, larger=larger)
    return app


def _title(settings: Settings) -> str:
    """What the city calls its score."""
    try:
        name = profile_of(settings.city).score_name
    except LookupError:  # a city that has no partners yet
        return "个人信用积分 · Personal credit points"
    return f"{name.zh} · {name.en}"


def create_server(settings: Settings) -> ASGIApp:
    """The application as a server runs it; that of a city with partners has a process beside."""
    _collect_less()
    return fronted(create_app(settings, Bulkhead() if settings.keeps_visitors_apart else None))


def create_beside(settings: Settings) -> ASGIApp:
    """The application as the process beside a server runs it."""
    _collect_less()
    return fronted(create_app(settings, is_beside=True))


def fronted(app: FastAPI) -> ASGIApp:
    """The application with what stands before the framework."""
    return HotVerifications(HotScore(Requests(app), app), app)


def _collect_less() -> None:
    """Requests under way are objects by the thousand, and no garbage.

    Looking through all of them for cycles after every 700 more took a tenth of the process's time.
    """
    gc.set_threshold(50_000)


@asynccontextmanager
async def _lifespan(
    app: FastAPI, settings: Settings, bulkhead: Bulkhead | None, *, announces: bool
) -> AsyncIterator[Mapping[str, Any]]:
    log.configure(settings.log_level)
    for line in announcements.in_full(settings) if announces else ():
        log.announce(line)
    async with AsyncExitStack() as stack:
        parts = await stack.enter_async_context(composed(settings))
        state = app.state
        for part in fields(parts):
            setattr(state, part.name, getattr(parts, part.name))
        known: AtHand = state.verifying
        known.tokens, known.merchants = parts.identity.tokens, parts.calling_merchants
        known.limits, known.verifications = parts.limits, parts.verifications
        state.notices = parts.registry.notices
        state.settle_conduct = conduct.settle
        state.uses_of = uses_of
        state.consent_effects = ConsentEffects(parts.registry)
        state.names_of_looks = partial(naming.named, parts.scenarios)
        recognized = parts.recognitions
        state.city_notices = recognized.hosts
        state.visit_codes = recognized.codes
        state.recognizing, state.visiting = recognized.home, recognized.host
        state.batches = recognized.batches
        looks = recognized.looks
        state.looks_by_others = (
            MerchantLooks(parts.scenario_notices), looks.answers, looks.uses,
        )  # fmt: skip
        state.own_looks = await stack.enter_async_context(OwnLooks().running())
        await stack.enter_async_context(parts.scenarios.running())
        if bulkhead is None:
            await stack.enter_async_context(embedded_jobs(parts))
        else:
            await stack.enter_async_context(bulkhead.running())
        yield {ELSEWHERE: bulkhead}
