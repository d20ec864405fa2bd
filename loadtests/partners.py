"""What another city asks about residents who have gone there.

Traffic profile: of a hundred visits 90 are asked about, and 70 of those found good are told to have
used a scenario; in 10 the visitor's code is shown twice, and the second time home says nothing. One
user is one host with the visitor before it: the resident signs in, agrees to the host and shows a
code; the host asks home by a signed message, and checks home's signature, and the statement word
for word. Between two visits there are three seconds.
"""

import json
import secrets
from email.utils import parsedate_to_datetime
from pathlib import Path
from random import Random
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from locust import FastHttpUser, task

from loadtests import answers, signing
from loadtests.agreed import next_resident
from loadtests.population import Population

SCENARIO = "library-no-deposit"
TABLE = "bands-ten-cities"
SIGNED_OUT = 401
QUESTIONS, USES = "/interop/v1/recognitions", "/interop/v1/usage"


class Host(FastHttpUser):
    """A partner city that has joined by `docs/joining.md`. Every body is checked."""

    weight = 1
    network_timeout = 10.0
    connection_timeout = 5.0

    def on_start(self) -> None:
        self.random = Random()
        told = json.loads(Path(self.environment.parsed_options.partner).read_text("utf-8"))
        self.home, self.division, self.keyid = told["home"], told["division"], told["keyid"]
        self.private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(told["private"]))
        self.keys = {
            name: Ed25519PublicKey.from_public_bytes(bytes.fromhex(x))
            for name, x in told["keys"].items()
        }
        self.next_visitor()

    def wait_time(self) -> float:
        return min(12.0, self.random.expovariate(1 / 3))

    def next_visitor(self) -> None:
        people = Population(self.environment.parsed_options.people)
        self.token = next_resident(self.client, people, self.random, {"city": self.division})

    @task(90)
    def visit(self) -> None:
        code = self.shown()
        said = self.asked(code) if code is not None else None
        if said is not None and "sub" in said and self.random.random() < 0.7:
            self.use(said)

    @task(10)
    def shown_twice(self) -> None:
        code = self.shown()
        if code is not None and self.asked(code) is not None:
            self.asked(code, again=True)

    def shown(self) -> str | None:
        with self.client.post(
            "/v1/me/visits/codes",
            json={"host": self.division, "scenario": SCENARIO},
            headers=self.resident(),
            catch_response=True,
        ) as answer:
            if answer.status_code == SIGNED_OUT:
                answer.success()
                self.next_visitor()
                return None
            if answer.status_code != 201:
                answer.failure(f"answered {answer.status_code}")
                return None
            body: dict[str, Any] = answer.json()
            self.now = int(parsedate_to_datetime(answer.headers["Date"]).timestamp())
        code: str = body["code"]
        return code

    def asked(self, code: str, *, again: bool = False) -> dict[str, Any] | None:
        """What home says: a statement, or that it says nothing; None where the answer is wrong."""
        question = {
            "code": code, "home": self.home, "host": self.division,
            "nonce": secrets.token_urlsafe(24), "purpose": "redemption", "scenario": SCENARIO,
            "score": False, "table": TABLE,
        }  # fmt: skip

        def fault(body: answers.Body) -> str | None:
            said = self.claims(body["statement"])
            if again and "sub" in said:
                return "a code was good twice"
            return answers.statement_fault(said, question)

        body = self.told(QUESTIONS, question, fault)
        return None if body is None else self.claims(body["statement"])

    def use(self, said: dict[str, Any]) -> None:
        use = {
            "day": said["as_of"], "home": self.home, "host": self.division,
            "move": "confirm", "scenario": SCENARIO, "statement": said["nonce"],
            "subject": said["sub"], "use": secrets.token_hex(16),
        }  # fmt: skip
        self.told(USES, use, lambda receipt: answers.receipt_fault(receipt, use["use"]))

    def told(
        self, path: str, document: dict[str, Any], fault: answers.Check
    ) -> dict[str, Any] | None:
        """Send a signed document; the signed answer, once its signature and its body are right."""
        body = json.dumps(document, separators=(",", ":"), sort_keys=True).encode()
        target = f"{self.client.base_url}{path}"
        headers = signing.signed(self.private, self.keyid, target, body, self.now)
        with self.client.post(
            path, data=body.decode(), headers=headers, catch_response=True
        ) as answer:
            if answer.status_code != 200:
                answer.failure(f"answered {answer.status_code}")
                return None
            try:
                found = signing.answer_fault(
                    self.keys, headers, 200, answer.headers, answer.content
                ) or fault(answer.json())
            except (KeyError, TypeError, ValueError, jwt.PyJWTError) as error:
                found = f"unreadable body: {type(error).__name__}"
            if found:
                answer.failure(found)
                return None
            said: dict[str, Any] = answer.json()
            return said

    def claims(self, token: str) -> dict[str, Any]:
        """What a statement says. Raises `PyJWTError` where home has not signed it, or long ago."""
        keyid = jwt.get_unverified_header(token)["kid"]
        said: dict[str, Any] = jwt.decode(
            token, self.keys[keyid], algorithms=["EdDSA"], audience=self.division, issuer=self.home
        )
        return said

    def resident(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}
