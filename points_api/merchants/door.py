"""What every call of a merchant passes behind the gate: its cap, and the ways of its sandbox.

Plain ASGI, so that all merchant operations have it, whoever writes them: the cap is told in the
headers of every answer, refusals included. A path in `HOT` is counted by its process alone, since a
till waits for its answer.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Final

from fastapi import Depends
from starlette.types import ASGIApp, Receive, Scope, Send

from points_api import clock
from points_api.auth.callers import MerchantCaller
from points_api.auth.merchants import CallingMerchant
from points_api.language import choose
from points_api.merchants import sandbox
from points_api.merchants.problems import (
    ManagerNeeded,
    NotASandbox,
    SandboxError,
    SandboxUnavailable,
)
from points_api.problem import Problem, render
from points_api.ratelimit import Limits, Policy, note, telling

HOT: Final = frozenset({"/v1/merchant/verifications", "/v1/merchant/visitor-verifications"})
_SWITCHES: Final = "/v1/merchant/sandbox/"
_ERRORS: Final[Mapping[int, type[SandboxError]]] = {500: SandboxError, 503: SandboxUnavailable}


def calls_policy(per_minute: int) -> Policy:
    """The cap on all calls of one key. It guards the machine, so it holds without Redis, too."""
    return Policy("merchant", per_minute, 60, alone=per_minute)


class MerchantDoor:
    """ASGI middleware inside the gate; lets others than merchants pass untouched."""

    def __init__(self, app: ASGIApp, policy: Policy) -> None:
        self._app = app
        self._policy = policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        caller = scope.get("state", {}).get("caller")
        if not isinstance(caller, CallingMerchant):
            return await self._app(scope, receive, send)
        told = telling(scope, send)
        try:
            await self._count(scope, caller)
            if caller.sandbox:
                await _as_set(scope, caller)
        except Problem as refusal:
            languages = [v for k, v in scope["headers"] if k == b"accept-language"]
            language = choose(languages[0].decode("latin-1") if languages else None)
            return await render(refusal, language)(scope, receive, told)
        return await self._app(scope, receive, told)

    async def _count(self, scope: Scope, caller: CallingMerchant) -> None:
        limits: Limits = scope["app"].state.limits
        if scope["path"] in HOT:
            verdict = limits.take_here(self._policy, caller.client_id)
        else:
            verdict = await limits.take(self._policy, caller.client_id)
        note(scope, verdict)
        verdict.refuse()


async def _as_set(scope: Scope, caller: CallingMerchant) -> None:
    """Give the call its sandbox's time, and the fault that it is to meet."""
    behavior = await sandbox.behavior(caller.merchant_id)
    scope["state"]["caller"] = replace(caller, ahead=behavior.ahead)
    if scope["path"].startswith(_SWITCHES):  # these must work, or nothing could be mended
        return
    faults = behavior.faults
    if faults.slow_ms:
        await asyncio.sleep(faults.slow_ms / 1000)
    if faults.error_calls and await sandbox.take_error(caller.merchant_id):
        raise _ERRORS[faults.error_status]


async def _now(caller: MerchantCaller) -> datetime:
    return clock.now() + caller.ahead


async def _manager(caller: MerchantCaller) -> CallingMerchant:
    if caller.role != "manager":
        raise ManagerNeeded
    return caller


async def _in_sandbox(caller: MerchantCaller) -> CallingMerchant:
    if not caller.sandbox:
        raise NotASandbox
    return caller


MerchantNow = Annotated[datetime, Depends(_now)]
"""The time of a merchant's call: ours, or in a sandbox its own. For what the business decides;
ids, audit entries and events keep to `clock.now()`."""

ManagerCaller = Annotated[CallingMerchant, Depends(_manager)]
SandboxCaller = Annotated[CallingMerchant, Depends(_in_sandbox)]
