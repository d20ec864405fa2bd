"""What happens at a till: a resident shows a code, staff verify it and redeem.

Traffic profile: of a hundred visits 78 are verified and redeemed, 10 verified only, 6 verified and
reserved and then confirmed or canceled, 6 the merchant's own looks at its redemptions and today's
statement. One user is one till with the resident before it: the till has the demo merchant's key,
the resident signs in with a code of the local WeChat. Between two visits there are two seconds.
"""

import json
from random import Random
from typing import Any

from locust import FastHttpUser, task

from loadtests import answers
from loadtests.agreed import next_resident
from loadtests.population import Population

SCENARIO = "huangshi-mining-park-ticket"
SIGNED_OUT = 401
USED_UP = 409  # the resident has had as many tickets this year as the scenario gives


class Till(FastHttpUser):
    """A till and whoever stands before it. Every body is checked."""

    weight = 2
    network_timeout = 10.0
    connection_timeout = 5.0

    def on_start(self) -> None:
        self.random = Random()
        self.visits = 0
        self.merchant = self.environment.parsed_options.merchant_token
        self.next_resident()

    def wait_time(self) -> float:
        return min(8.0, self.random.expovariate(0.5))

    def next_resident(self) -> None:
        people = Population(self.environment.parsed_options.people)
        self.token = next_resident(self.client, people, self.random, {"scenario_id": SCENARIO})

    @task(78)
    def redeem(self) -> None:
        if (verified := self.verified()) is not None:
            self.redeemed(verified, reserve=False)

    @task(10)
    def verify(self) -> None:
        self.verified()

    @task(6)
    def reserve(self) -> None:
        verified = self.verified()
        made = self.redeemed(verified, reserve=True) if verified is not None else None
        if made is None:
            return
        move = "confirm" if self.random.random() < 0.7 else "cancel"
        with self.client.post(
            f"/v1/merchant/redemptions/{made['redemption_id']}/{move}",
            name=f"/v1/merchant/redemptions/{{id}}/{move}",
            json={} if move == "confirm" else None,
            headers=self.till() | {"Idempotency-Key": self.key()},
            catch_response=True,
        ) as answer:
            canceled = move == "cancel"
            fault = answers.canceled_fault if canceled else answers.redemption_fault
            self.judge(answer, 200, fault)

    @task(3)
    def redemptions(self) -> None:
        with self.client.get(
            "/v1/merchant/redemptions?limit=20",
            name="/v1/merchant/redemptions",
            headers=self.till(),
            catch_response=True,
        ) as answer:
            self.judge(answer, 200, answers.page_fault)

    @task(3)
    def scenarios(self) -> None:
        with self.client.get(
            "/v1/me/scenarios?eligible=true",
            name="/v1/me/scenarios",
            headers=self.resident(),
            catch_response=True,
        ) as answer:
            self.judge(answer, 200, answers.open_fault)

    def verified(self) -> dict[str, Any] | None:
        """A yes for a fresh code; None for a no, or where the resident has to sign in again."""
        code = self.shown()
        if code is None:
            return None
        with self.client.post(
            "/v1/merchant/verifications",
            json={"code": code, "scenario_id": SCENARIO},
            headers=self.till(),
            catch_response=True,
        ) as answer:
            body = self.judge(answer, 201, answers.verification_fault)
        return body if body is not None and body["eligible"] else None

    def shown(self) -> str | None:
        with self.client.post(
            "/v1/me/credit-codes",
            json={"scenario_id": SCENARIO},
            headers=self.resident(),
            catch_response=True,
        ) as answer:
            if answer.status_code == SIGNED_OUT:
                answer.success()
                self.next_resident()
                return None
            body = self.judge(answer, 201, answers.code_fault)
        return body["code"] if body is not None else None

    def redeemed(self, verified: dict[str, Any], *, reserve: bool) -> dict[str, Any] | None:
        order = {
            "verification_id": verified["verification_id"], "reserve": reserve,
            "amount_fen": self.random.randint(10, 300) * 100,
        }  # fmt: skip
        with self.client.post(
            "/v1/merchant/redemptions",
            json=order,
            headers=self.till() | {"Idempotency-Key": self.key()},
            catch_response=True,
        ) as answer:
            if answer.status_code == USED_UP and answer.json().get("type") == answers.USED_UP:
                answer.success()
                self.next_resident()
                return None
            return self.judge(answer, 201, answers.redemption_fault)

    def judge(self, answer: Any, status: int, fault: answers.Check | None) -> dict[str, Any] | None:
        """The body, or None and a failed request for a wrong status or a wrong body."""
        if answer.status_code != status:
            answer.failure(f"answered {answer.status_code}")
            return None
        try:
            body: dict[str, Any] = answer.json()
            found = fault(body) if fault else None
        except (KeyError, TypeError, ArithmeticError, json.JSONDecodeError) as error:
            found = f"unreadable body: {type(error).__name__}"
        if found:
            answer.failure(found)
            return None
        return body

    def key(self) -> str:
        self.visits += 1
        return f'"{id(self):x}-{self.random.getrandbits(64):x}-{self.visits}"'

    def resident(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def till(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.merchant}"}
