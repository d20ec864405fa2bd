"""Officers with an authenticator in hand, for tests."""

from dataclasses import dataclass, field
from uuid import UUID

import httpx

from points_api import clock
from points_api.officers import accounts, totp
from points_api.officers.accounts import Credentials
from tests.points_api.auth.door import Door, bearer


@dataclass
class Desk:
    """An account, and what its officer knows and holds."""

    door: Door
    id: UUID
    login: str
    credentials: Credentials = field(repr=False)

    @property
    def code(self) -> str:
        return totp.code_at(self.credentials.secret, clock.now())

    async def try_to_sign_in(self, **changes: str) -> httpx.Response:
        form = {"login": self.login, "password": self.credentials.password, "code": self.code}
        return await self.door.client.post("/v1/auth/officer", json=form | changes)

    async def headers(self) -> dict[str, str]:
        """Sign in, with the code of this moment, and return what the calls carry."""
        answer = await self.try_to_sign_in()
        assert answer.status_code == 200, answer.text
        return bearer(answer.json()["access_token"])


async def hire(
    door: Door, *roles: str, login: str = "scenario-desk", division: str | None = None
) -> Desk:
    """An officer with these roles; with `scenario` if none is named."""
    made = Credentials()
    officer_id = await accounts.create(
        door.keyring, login, roles or ("scenario",), division, made, "office:test", clock.now()
    )
    return Desk(door, officer_id, login, made)


async def status(door: Door, headers: dict[str, str]) -> int:
    return (await door.client.get("/v1/officer/me", headers=headers)).status_code


def another(code: str) -> str:
    """A code that is not this one."""
    return f"{(int(code) + 1) % 1_000_000:06d}"
