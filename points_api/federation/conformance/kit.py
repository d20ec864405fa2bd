"""Running all checks against one city, one after another."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

import httpx

from interop.refusals import UnknownKey, UnlistedPeer
from interop.signing import Request
from points_api import clock
from points_api.federation.conformance.batches import OF_BATCHES
from points_api.federation.conformance.cases import Case, cases
from points_api.federation.conformance.checks import CHECKS, Check, Found
from points_api.federation.conformance.desk import Closed, Desk, Fault, Skipped, Unreached
from points_api.federation.conformance.messages import of_case, plain, signed
from points_api.federation.conformance.notices import OF_NOTICES
from points_api.federation.conformance.party import Party
from points_api.partners.replies import reason_of

WAIT_SECONDS: Final = 45
"""How long a new edition may take to be seen: cities look for one twice a minute."""
_UNKNOWN: Final = (UnknownKey.reason, UnlistedPeer.reason)
Outcome = Literal["passed", "failed", "skipped"]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Result:
    """One check. `why`: what was expected and not so, or what it needs; `sent` with the answers."""

    id: str
    title: str
    title_en: str
    basis: str
    expected: str
    expected_en: str
    outcome: Outcome
    why: str | None
    why_en: str | None
    sent: list[dict[str, Any]]


async def run(
    party: Party, http: httpx.AsyncClient, found: Found, progress: Progress = lambda *_: None
) -> list[Result]:
    """Make every check. It leaves the tested city a few answers about nobody, and no more."""
    planned: Sequence[Check | Case] = (*CHECKS, *OF_NOTICES, *OF_BATCHES, *cases())
    results = []
    for number, one in enumerate(planned):
        progress(number, len(planned))
        results.append(await _made(one, Desk(party, http), found))
    return results


async def listed(
    party: Party, http: httpx.AsyncClient, waits: Callable[[], None], pause: float = 1.0
) -> bool:
    """Wait until the tested city knows our key, which it reads in a new edition of the directory.

    `waits` is called once where that takes time. False: it never does. Raises `Unreached` where
    nobody answers; whatever else is wrong with the city, the checks are to tell.
    """
    for look in range(WAIT_SECONDS):
        if not await _is_unknown(party, http):
            return True
        if not look:
            waits()
        await asyncio.sleep(pause)
    return False


async def _is_unknown(party: Party, http: httpx.AsyncClient) -> bool:
    request = signed(plain(party, "profile"), party.signer, clock.now())
    try:
        response = await Desk(party, http).send(request)
    except Unreached:
        raise
    except Fault:
        return False
    return response.status == 401 and reason_of(response) in _UNKNOWN


def report(party: Party, results: Sequence[Result]) -> dict[str, Any]:
    """The whole run as one JSON object."""
    counted = {
        outcome: sum(one.outcome == outcome for one in results)
        for outcome in ("passed", "failed", "skipped")
    }
    return {
        "city": party.tested.city,
        "address": party.tested.address,
        "as": party.signer.keyid,
        "directory_version": party.members.version,
        **counted,
        "checks": [asdict(one) for one in results],
    }


async def _made(one: Check | Case, desk: Desk, found: Found) -> Result:
    outcome: Outcome = "passed"
    why: tuple[str | None, str | None] = (None, None)
    try:
        await (_case(one, desk, found) if isinstance(one, Case) else one.work(desk, found))
    except Fault as fault:
        outcome, why = "failed", fault.said
    except Skipped as skipped:
        outcome, why = "skipped", skipped.said
    expected = one.expect.said() if isinstance(one, Case) else one.expects
    return Result(
        one.id, one.title, one.title_en, one.basis, *expected, outcome, *why, desk.sent
    )  # fmt: skip


async def _case(case: Case, desk: Desk, found: Found) -> None:
    table = found.table if case.to in ("recognitions", "batch") else ""
    await judged(case, desk, of_case(desk.party, case, table, clock.now()))


async def judged(case: Case, desk: Desk, request: Request) -> None:
    """Send a case's message. Raises `Fault` unless what comes back is what it expects."""
    try:
        response = await desk.send(request)
    except Closed:
        if case.expect.or_closed:
            return
        raise
    desk.require(case.expect, response, request)
