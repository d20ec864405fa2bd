"""Officers and merchants at the registry, each with a token of their own."""

from dataclasses import dataclass
from typing import Any

import httpx

from points_api import clock
from points_api.auth.models import ApiClient
from points_api.ids import new_id
from tests.points_api.db import rows

PROPOSALS, SCENARIOS = "/v1/merchant/scenario-proposals", "/v1/officer/scenarios"


@dataclass
class Desk:
    """Somebody who calls; `actor` is their name in the audit log."""

    http: httpx.AsyncClient
    token: str
    actor: str
    merchant_id: Any = None

    async def get(self, path):
        return await self.http.get(path, headers=self._headers())

    async def draft(self, document):
        path = SCENARIOS if self.merchant_id is None else PROPOSALS
        return await self.http.post(path, json={"document": document}, headers=self._headers())

    async def amend(self, path, document, etag=None):
        return await self.http.put(path, json={"document": document}, headers=self._headers(etag))

    async def submit(self, one):
        path = f"{PROPOSALS}/{one['id']}/submit"
        return await self.http.post(path, headers=self._headers(one["etag"]))

    async def move(self, one, move, *, etag="", reason="核对无误"):
        """Make a move from what was read last; another tag, or None for no header at all."""
        path = f"{SCENARIOS}/{one['scenario_id']}/versions/{one['version']}/{move}"
        headers = self._headers(one["etag"] if etag == "" else etag)
        return await self.http.post(path, json={"reason": reason}, headers=headers)

    def _headers(self, etag=None):
        found = {"authorization": f"Bearer {self.token}"}
        return found | ({"if-match": etag} if etag else {})


async def officer(application, division=None, roles=("scenario",)):
    made = await rows.officer(roles=list(roles), division=division)
    session = await rows.officer_session(officer=made)
    tokens = application.app.state.identity.tokens
    token = tokens.issue("officer", str(made.id), str(session.id), clock.now())
    return Desk(application.http, token, f"officer:{made.id}")


async def merchant(application, role="manager", **given):
    made = await rows.merchant(**given)
    return await staff(application, made, role)


async def staff(application, made, role):
    person = await rows.merchant_staff(merchant=made, role=role, label=role)
    client = await ApiClient.create(
        id=str(new_id()), kind="merchant", agency="", merchant_id=made.id, staff_id=person.id,
        public_jwk={}, created_at=clock.now(),
    )  # fmt: skip
    token = application.app.state.identity.tokens.issue("merchant", client.id, "", clock.now())
    return Desk(application.http, token, f"merchant:{made.id}:{person.id}", made.id)
