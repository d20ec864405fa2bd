"""Who may call what: one table, read at the door.

The gate stands before routing and before a byte of the body is read. An operation that the table
does not name does not exist for the outside, whatever routes there are; one that it names is let
through only with a caller of the named kind. So a new route that somebody forgets to enter here is
closed, not open, and a route that forgets to ask who is calling is still not public.
"""

from collections.abc import Mapping
from typing import Literal

from starlette.routing import compile_path
from starlette.types import ASGIApp, Receive, Scope, Send

from points_api.auth.callers import admit
from points_api.auth.identity import Identity
from points_api.auth.officers import OfficerWith, officer
from points_api.auth.tokens import CallerKind
from points_api.language import choose
from points_api.problem import NotFound, Problem, render

Who = Literal["anyone", "partner"] | CallerKind | OfficerWith

ACCESS: Mapping[str, Who] = {
    "GET /healthz": "anyone",
    "GET /readyz": "anyone",
    "GET /metrics": "anyone",
    "GET /metrics/visitors": "anyone",
    "GET /openapi.json": "anyone",
    "GET /problems/{slug}": "anyone",
    "GET /.well-known/jwks.json": "anyone",
    "GET /v1/catalog": "anyone",
    "GET /v1/scorecards/current": "anyone",
    "GET /v1/notices/current": "anyone",
    "GET /v1/scenarios": "anyone",
    "GET /v1/scenarios/{scenario_id}": "anyone",
    "POST /v1/auth/wechat": "anyone",
    "POST /v1/auth/refresh": "anyone",
    "POST /v1/auth/token": "anyone",
    "POST /v1/auth/officer": "anyone",
    "POST /v1/auth/logout": "resident",
    "POST /v1/auth/officer/logout": officer(),
    "GET /v1/me/home": "resident",
    "GET /v1/me/enrollment": "resident",
    "POST /v1/me/enrollment": "resident",
    "DELETE /v1/me/enrollment": "resident",
    "PUT /v1/me/enrollment/phone": "resident",
    "PUT /v1/me/pause": "resident",
    "DELETE /v1/me/pause": "resident",
    "POST /v1/me/credit-codes": "resident",
    "POST /v1/me/wall-scans": "resident",
    "GET /v1/me/verifications": "resident",
    "GET /v1/me/consents": "resident",
    "POST /v1/me/consents": "resident",
    "DELETE /v1/me/consents": "resident",
    "DELETE /v1/me/consents/{consent_id}": "resident",
    "GET /v1/me/access-log": "resident",
    "GET /v1/me/messages": "resident",
    "POST /v1/me/messages/read": "resident",
    "GET /v1/me/message-preferences": "resident",
    "PUT /v1/me/message-preferences": "resident",
    "POST /v1/me/message-preferences/accepted": "resident",
    "GET /v1/me/score": "resident",
    "GET /v1/me/score/reasons": "resident",
    "GET /v1/me/score/history": "resident",
    "GET /v1/me/score/changes": "resident",
    "POST /v1/me/score/what-if": "resident",
    "GET /v1/me/records": "resident",
    "GET /v1/me/export": "resident",
    "GET /v1/me/benefits": "resident",
    "GET /v1/me/conduct": "resident",
    "POST /v1/me/conduct/{report_id}/reply": "resident",
    "POST /v1/merchant/redemptions": "merchant",
    "GET /v1/merchant/redemptions": "merchant",
    "GET /v1/merchant/redemptions/{redemption_id}": "merchant",
    "POST /v1/merchant/redemptions/{redemption_id}/confirm": "merchant",
    "POST /v1/merchant/redemptions/{redemption_id}/cancel": "merchant",
    "POST /v1/merchant/redemptions/{redemption_id}/reverse": "merchant",
    "POST /v1/merchant/redemptions/{redemption_id}/return": "merchant",
    "POST /v1/merchant/redemptions/{redemption_id}/conduct": "merchant",
    "GET /v1/merchant/statements": "merchant",
    "GET /v1/merchant/statements/{day}": "merchant",
    "GET /v1/officer/conduct": officer("case"),
    "POST /v1/officer/conduct/{report_id}/dismiss": officer("case"),
    "GET /v1/me/scenarios": "resident",
    "GET /v1/me/scenarios/{scenario_id}": "resident",
    "POST /v1/merchant/scenario-proposals": "merchant",
    "GET /v1/merchant/scenario-proposals": "merchant",
    "GET /v1/merchant/scenario-proposals/{proposal_id}": "merchant",
    "PUT /v1/merchant/scenario-proposals/{proposal_id}": "merchant",
    "POST /v1/merchant/scenario-proposals/{proposal_id}/submit": "merchant",
    "PUT /v1/me/scenarios/{scenario_id}/member": "resident",
    "GET /v1/merchant/entitlements": "merchant",
    "GET /v1/merchant/entitlements/file": "merchant",
    "GET /v1/merchant/entitlements/key": "merchant",
    "GET /v1/merchant/webhooks": "merchant",
    "POST /v1/merchant/webhooks": "merchant",
    "PATCH /v1/merchant/webhooks/{endpoint_id}": "merchant",
    "DELETE /v1/merchant/webhooks/{endpoint_id}": "merchant",
    "POST /v1/merchant/webhooks/{endpoint_id}/rotate-secret": "merchant",
    "POST /v1/merchant/webhooks/{endpoint_id}/test": "merchant",
    "GET /v1/merchant/webhooks/{endpoint_id}/deliveries": "merchant",
    "POST /v1/merchant/webhooks/{endpoint_id}/replay": "merchant",
    "POST /v1/merchant/webhooks/{endpoint_id}/deliveries/{message_id}/replay": "merchant",
    "POST /v1/agency/deliveries": "agency",
    "GET /v1/agency/deliveries/{delivery_id}": "agency",
    "GET /v1/agency/deliveries/{delivery_id}/errors": "agency",
    "GET /v1/agency/deliveries/{delivery_id}/quality": "agency",
    "POST /v1/merchant/verifications": "merchant",
    "GET /v1/merchant/verifications": "merchant",
    "GET /v1/merchant/scenarios/{scenario_id}/wall-code": "merchant",
    "GET /v1/officer/me": officer(),
    "GET /v1/officer/merchants": officer("scenario"),
    "POST /v1/officer/merchants": officer("scenario"),
    "GET /v1/officer/merchants/{merchant_id}": officer("scenario"),
    "PUT /v1/officer/merchants/{merchant_id}": officer("scenario"),
    "POST /v1/officer/merchants/{merchant_id}/suspend": officer("scenario"),
    "POST /v1/officer/merchants/{merchant_id}/resume": officer("scenario"),
    "GET /v1/officer/merchants/{merchant_id}/staff": officer("scenario"),
    "POST /v1/officer/merchants/{merchant_id}/managers": officer("scenario"),
    "DELETE /v1/officer/merchants/{merchant_id}/staff/{staff_id}": officer("scenario"),
    "PUT /v1/officer/merchants/{merchant_id}/scenarios/{scenario_id}": officer("scenario"),
    "DELETE /v1/officer/merchants/{merchant_id}/scenarios/{scenario_id}": officer("scenario"),
    "GET /v1/merchant/me": "merchant",
    "GET /v1/merchant/scenarios": "merchant",
    "GET /v1/merchant/staff": "merchant",
    "POST /v1/merchant/staff": "merchant",
    "GET /v1/merchant/staff/{staff_id}": "merchant",
    "DELETE /v1/merchant/staff/{staff_id}": "merchant",
    "GET /v1/merchant/staff/{staff_id}/keys": "merchant",
    "POST /v1/merchant/staff/{staff_id}/keys": "merchant",
    "DELETE /v1/merchant/staff/{staff_id}/keys/{client_id}": "merchant",
    "GET /v1/merchant/sandbox/residents": "merchant",
    "POST /v1/merchant/sandbox/residents": "merchant",
    "POST /v1/merchant/sandbox/credit-codes": "merchant",
    "PUT /v1/merchant/sandbox/clock": "merchant",
    "GET /v1/merchant/sandbox/faults": "merchant",
    "PUT /v1/merchant/sandbox/faults": "merchant",
    "POST /v1/me/visits/codes": "resident",
    "GET /v1/me/visits/hosts": "resident",
    "POST /v1/merchant/visitor-verifications": "merchant",
    "POST /v1/me/proofs": "resident",
    "GET /v1/proofs/status/{list_name}": "anyone",
    "GET /v1/proofs/keys": "anyone",
    "GET /": "anyone",
    "HEAD /": "anyone",
    "GET /docs": "anyone",
    "HEAD /docs": "anyone",
    "GET /verify": "anyone",
    "HEAD /verify": "anyone",
    "GET /verify/": "anyone",
    "HEAD /verify/": "anyone",
    "GET /verify/{name}": "anyone",
    "HEAD /verify/{name}": "anyone",
    "GET /interop/v1/profile": "partner",
    "GET /interop/v1/mappings": "partner",
    "GET /interop/v1/directory/{version}": "partner",
    "GET /interop/v1/scenarios": "partner",
    "POST /interop/v1/recognitions": "partner",
    "POST /interop/v1/recognitions/batch": "partner",
    "GET /interop/v1/recognitions/batch/{batch}": "partner",
    "POST /interop/v1/revocations": "partner",
    "POST /interop/v1/usage": "partner",
    "GET /v1/officer/partners": officer("partner"),
    "GET /v1/officer/recalls": officer("partner"),
    "GET /v1/officer/scenarios": officer("scenario"),
    "POST /v1/officer/scenarios": officer("scenario"),
    "GET /v1/officer/scenarios/{scenario_id}/versions": officer("scenario"),
    "GET /v1/officer/scenarios/{scenario_id}/versions/{version}": officer("scenario"),
    "PUT /v1/officer/scenarios/{scenario_id}/versions/{version}": officer("scenario"),
    "POST /v1/officer/scenarios/{scenario_id}/versions/{version}/{move}": officer("scenario"),
}


class Table:
    """The access table, compiled: exact paths by one look-up, the few with a place by pattern."""

    def __init__(self, access: Mapping[str, Who] = ACCESS) -> None:
        self._exact: dict[str, dict[str, Who]] = {}
        patterns: dict[str, dict[str, Who]] = {}
        for operation, who in access.items():
            method, path = operation.split(" ")
            rules = (patterns if "{" in path else self._exact).setdefault(path, {})
            rules[method] = who
        self._patterns = [(compile_path(path)[0], rules) for path, rules in patterns.items()]

    def callers(self, path: str) -> Mapping[str, Who]:
        """Return who may call each method of a path; empty if the path is not in the table."""
        exact = self._exact.get(path)
        if exact is not None:
            return exact
        return next((rules for shape, rules in self._patterns if shape.match(path)), {})


class MethodRefused(Problem):
    slug, status, errcode = "method-not-allowed", 405, 40500
    title = ("不支持这种方法", "Method not allowed")

    def __init__(self, allowed: list[str]) -> None:
        methods = ", ".join(allowed)
        super().__init__(
            f"这个地址支持 {methods}，请改用", f"This address takes {methods}; use that instead"
        )
        self.headers = {"Allow": methods}


class Gate:
    """ASGI middleware. The application's state holds the `Identity` as `identity`."""

    def __init__(self, app: ASGIApp, table: Table | None = None) -> None:
        self._app = app
        self._table = table or Table()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await self._app(scope, receive, send)
        try:
            if scope["type"] != "http":
                raise NotFound
            await self._decide(scope)
        except Problem as refusal:
            language = choose(_header(scope, b"accept-language"))
            return await render(refusal, language)(scope, receive, send)
        return await self._app(scope, receive, send)

    async def _decide(self, scope: Scope) -> None:
        callers = self._table.callers(scope["path"])
        if not callers:
            raise NotFound(
                "没有这个地址；全部地址见 /openapi.json",
                "There is no such address; /openapi.json lists them",
            )
        who = callers.get(scope["method"])
        if who is None:
            raise MethodRefused(sorted(callers))
        if who == "partner" and _header(scope, b"signature") is not None:
            return  # whether it holds is decided by the door of partners, over the whole body
        if isinstance(who, OfficerWith) or who != "anyone":
            identity: Identity = scope["app"].state.identity
            scope.setdefault("state", {})["caller"] = await admit(identity, who, scope["headers"])


def _header(scope: Scope, name: bytes) -> str | None:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), None)


def gaps(document: Mapping[str, Mapping[str, Mapping[str, object]]]) -> list[str]:
    """Compare an OpenAPI document with the table; return one line per difference.

    Each operation must be in the table and declare the very caller that the table demands.
    """
    table = Table()
    found = []
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            who = table.callers(path).get(method.upper())
            declared = _declared(operation)
            if who is None:
                found.append(f"{method.upper()} {path}: not in the access table")
            elif str(who) != declared:
                found.append(f"{method.upper()} {path}: declares {declared}, must be {who}")
    return found


def _declared(operation: object) -> str:
    security = operation.get("security") if isinstance(operation, dict) else None
    if not security:
        return "anyone"
    return " or ".join(
        ":".join([name, *([",".join(sorted(roles))] if roles else [])])
        for entry in security
        for name, roles in entry.items()
    )
