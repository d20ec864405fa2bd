"""Visits at a set rate: a code at home, a till elsewhere, the answer held against what must come.

Traffic profile: home, host and visitor by lot. Of a hundred visits ten show a code that was made
for another scenario, which must be a no. Of those who get a yes a quarter redeem, up to the four
times a year that the scenario gives.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final, NamedTuple

import httpx

from loadtests.federation.cities import City
from loadtests.federation.people import Visitor
from loadtests.federation.posting import LOST, Answer, Post

OTHER_CODE: Final = 0.1
REDEEMS: Final = 0.25
TIMES_A_YEAR: Final = 4
MOST_OPEN: Final = 1000


class Redeeming(NamedTuple):
    """A redemption that was sent. `key` names it, however often it is sent."""

    visitor: Visitor
    host: City
    key: str
    order: Mapping[str, Any]


@dataclass(slots=True)
class Tally:
    """What has come of the visits. `cut_off`: one of the two cities was killed meanwhile."""

    sent: int = 0
    right: int = 0
    cut_off: int = 0
    unanswered: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    verified: dict[str, set[str]] = field(default_factory=dict)
    redeemed: dict[str, set[str]] = field(default_factory=dict)
    uses: Counter[tuple[int, str]] = field(default_factory=Counter)
    used_up: list[Redeeming] = field(default_factory=list)
    open: list[Redeeming] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    took: float = 0.0
    """Seconds in which they were sent."""

    def fault(self, what: str) -> None:
        """Note a wrong answer."""
        self.wrong.append(what)

    def quota_faults(self) -> list[str]:
        """Refusals for the quota where it was not used up: known only at the end."""
        return [
            f"{one.host.id}: quota refused before it was used up"
            for one in self.used_up
            if self.uses[id(one.visitor), one.host.id] != TIMES_A_YEAR
        ]


@dataclass(slots=True)
class Traffic:
    """The visits of a run."""

    cities: list[City]
    visitors: Mapping[str, list[Visitor]]
    post: Post
    http: httpx.AsyncClient
    """For all that is not a visit."""
    random: Random
    tally: Tally = field(default_factory=Tally)
    least: dict[tuple[str, str], int] = field(default_factory=dict)
    _open: int = 0

    async def run(self, rate: float, seconds: float) -> None:
        """Begin a visit every 1/`rate` seconds, and wait for the last."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        async with asyncio.TaskGroup() as tasks:
            for n in range(int(rate * seconds)):
                await asyncio.sleep(max(0.0, begun + n / rate - loop.time()))
                self.tally.sent += 1
                if self._open >= MOST_OPEN:
                    self.tally.unanswered["too many open"] += 1
                else:
                    tasks.create_task(self._visit())
            self.tally.took = max(seconds, loop.time() - begun)

    async def _visit(self) -> None:
        home, host = self.random.sample(self.cities, 2)
        visitor = self.random.choice(self.visitors[home.id])
        fitting = self.random.random() >= OTHER_CODE
        loop = asyncio.get_running_loop()
        begun = loop.time()
        self._open += 1
        try:
            said = await self.verified(visitor, host, fitting=fitting)
        except (*LOST, Unanswered) as error:
            if home.is_out(begun, loop.time()) or host.is_out(begun, loop.time()):
                self.tally.cut_off += 1
            else:
                self.tally.unanswered[str(error) or type(error).__name__] += 1
            return
        finally:
            self._open -= 1
        self.tally.seconds.append(loop.time() - begun)
        if said["eligible"] and self.random.random() < REDEEMS:
            await self.redeem(self.redeeming(visitor, host, said["verification_id"]))

    async def verified(
        self, visitor: Visitor, host: City, *, fitting: bool = True
    ) -> dict[str, Any]:
        """Show a code at the till; the answer, judged. Raises `Unanswered` where there is none."""
        made = await self.post(
            f"{visitor.home.address}/v1/me/visits/codes", visitor.headers,
            {"host": host.division, "scenario": host.scenario if fitting else host.other_scenario},
        )  # fmt: skip
        if made.status_code != 201:
            raise Unanswered("code", made)
        answer = await self.post(
            f"{host.address}/v1/merchant/visitor-verifications", till(host),
            {"home": visitor.home.division, "code": made.json()["code"],
             "scenario_id": host.scenario},
        )  # fmt: skip
        if answer.status_code != 201:
            raise Unanswered("verification", answer)
        said: dict[str, Any] = answer.json()
        self.tally.verified.setdefault(host.id, set()).add(said["verification_id"])
        expected = fitting and self.is_open(visitor, host)
        if said["eligible"] == expected and (said["benefit"] is not None) == expected:
            self.tally.right += 1
        else:
            self.tally.fault(f"{visitor.home.id} → {host.id}, {visitor.score}: not {expected}")
        return said

    def is_open(self, visitor: Visitor, host: City) -> bool:
        """What must come out, by the signed table and the scenario's file."""
        pair = visitor.home.id, host.id
        if pair not in self.least:
            self.least[pair] = host.least(visitor.home)
        return visitor.score >= self.least[pair]

    def redeeming(self, visitor: Visitor, host: City, verification_id: str) -> Redeeming:
        """A ticket of 60 yuan."""
        order = {"verification_id": verification_id, "amount_fen": 6000}
        return Redeeming(visitor, host, f'"load-{self.random.getrandbits(96):x}"', order)

    async def redeem(self, one: Redeeming) -> None:
        """Send a redemption; without an answer it stays open, to be sent again by its key."""
        try:
            answer = await self.post(
                f"{one.host.address}/v1/merchant/redemptions",
                till(one.host) | {"Idempotency-Key": one.key}, one.order,
            )  # fmt: skip
        except LOST:
            self.tally.open.append(one)
            return
        if answer.status_code == 201:
            self._accepted(one, answer.json())
        elif answer.status_code == 409 and answer.json()["type"] == "/problems/quota-used-up":
            self.tally.used_up.append(one)
        elif answer.status_code >= 500 or answer.status_code == 409:
            self.tally.open.append(one)
        else:
            self.tally.fault(f"redemption at {one.host.id}: {answer.status_code}")

    def _accepted(self, one: Redeeming, said: Mapping[str, Any]) -> None:
        self.tally.redeemed.setdefault(one.host.id, set()).add(said["redemption_id"])
        self.tally.uses[id(one.visitor), one.host.id] += 1
        if (said["benefit_fen"], said["to_pay_fen"]) != (600, 5400):
            self.tally.fault(f"redemption at {one.host.id}: a tenth off is not {said}")


class Unanswered(Exception):
    """No answer to a visit: `verification 503 resting`."""

    def __init__(self, what: str, answer: Answer) -> None:
        try:
            body = answer.json()
        except ValueError:
            body = {}
        reason = body.get("reason") or body.get("type", "")
        super().__init__(f"{what} {answer.status_code} {reason}")


def till(host: City) -> dict[str, str]:
    """The headers of a call by the merchant's till."""
    return {"Authorization": f"Bearer {host.token}"}
