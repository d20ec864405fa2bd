"""What a resident does in the mini-program, and how often.

Traffic profile: sign in and ask where one stands, then look. Of a hundred looks 40 are the score
(the page comes back to it), 20 the first page, 14 the reasons, 8 the records, 5 the history, 4 a
change, 4 suppose something, 3 who looked, 2 the scorecard.
Between two looks there is a second on average, exponentially distributed.
"""

import json
from datetime import date, timedelta
from random import Random
from typing import Any

from locust import FastHttpUser, task
from locust.exception import StopUser

from loadtests import answers
from loadtests.population import Population

SIGNED_OUT = 401
NOT_MODIFIED = 304
VISITORS_IN_A_ROW = 30


class Resident(FastHttpUser):
    """One device. It remembers ETags as a client does, and signs in again when its token ends."""

    weight = 6  # of nine users six are residents by themselves, two tills, one another city
    network_timeout = 10.0
    connection_timeout = 5.0

    def on_start(self) -> None:
        self.random = Random()
        self.etags: dict[str, str] = {}
        for _ in range(VISITORS_IN_A_ROW):
            self.number = Population(self.environment.parsed_options.people).draw(self.random)
            self.sign_in()
            if self.has_joined():
                return
        raise StopUser

    def wait_time(self) -> float:
        return min(5.0, self.random.expovariate(1.0))

    def sign_in(self) -> None:
        code = Population.code(self.number)
        with self.client.post(
            "/v1/auth/wechat", json={"code": code}, catch_response=True
        ) as answer:
            if answer.status_code != 200:
                answer.failure(f"sign-in answered {answer.status_code}")
                raise StopUser
            self.token = answer.json()["access_token"]

    def has_joined(self) -> bool:
        """One in five has not, and leaves again after this look."""
        answer = self.client.get("/v1/me/enrollment", headers=self.headers())
        return answer.status_code == 200 and answer.json()["state"] == "joined"

    @task(40)
    def score(self) -> None:
        self.read("/v1/me/score", answers.score_fault)

    @task(20)
    def home(self) -> None:
        self.read("/v1/me/home")

    @task(14)
    def reasons(self) -> None:
        self.read("/v1/me/score/reasons", answers.reasons_fault)

    @task(8)
    def records(self) -> None:
        self.read("/v1/me/records", answers.page_fault)

    @task(5)
    def history(self) -> None:
        self.read("/v1/me/score/history", answers.page_fault)

    @task(4)
    def changes(self) -> None:
        today = self.day()
        before = today - timedelta(days=self.random.randint(1, 90))
        query = f"?from={before.isoformat()}&to={today.isoformat()}"
        self.read("/v1/me/score/changes", answers.changes_fault, query)

    @task(4)
    def what_if(self) -> None:
        hours = str(self.random.randint(10, 60))
        supposed = {"suppose": [{"add": {"item": "volunteer.hours", "quantity": hours}}]}
        with self.client.post(
            "/v1/me/score/what-if", json=supposed, headers=self.headers(), catch_response=True
        ) as answer:
            self.judge(answer, answers.what_if_fault)

    @task(3)
    def access_log(self) -> None:
        self.read("/v1/me/access-log", answers.page_fault)

    @task(2)
    def scorecard(self) -> None:
        self.read("/v1/scorecards/current")

    def read(self, path: str, fault: answers.Check | None = None, query: str = "") -> None:
        """GET, with the ETag of last time; the body, when there is one, must be right."""
        etag = {"If-None-Match": self.etags[path]} if path in self.etags and not query else {}
        with self.client.get(
            path + query, name=path, headers=self.headers() | etag, catch_response=True
        ) as answer:
            if answer.status_code == NOT_MODIFIED and etag:
                answer.success()
                return
            self.judge(answer, fault)
            if "ETag" in (answer.headers or {}):
                self.etags[path] = answer.headers["ETag"]

    def judge(self, answer: Any, fault: answers.Check | None) -> None:
        """Fail the request for a wrong status or a wrong body; an ended token is no failure."""
        if answer.status_code == SIGNED_OUT:
            answer.success()
            self.sign_in()
            return
        if answer.status_code != 200:
            answer.failure(f"answered {answer.status_code}")
            return
        try:
            found = fault(answer.json()) if fault else None
        except (KeyError, TypeError, ArithmeticError, json.JSONDecodeError) as error:
            found = f"unreadable body: {type(error).__name__}"
        if found:
            answer.failure(found)

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def day(self) -> date:
        """The server's legal day, from the score it gives; no clock of ours is read."""
        answer = self.client.get("/v1/me/score", headers=self.headers())
        return date.fromisoformat(answer.json()["as_of"])
