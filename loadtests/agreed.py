"""A resident who steps up to a till, here or elsewhere: signed in, joined, and agreed to it."""

from collections.abc import Mapping
from random import Random

from locust.contrib.fasthttp import FastHttpSession
from locust.exception import StopUser

from loadtests import answers
from loadtests.population import Population

IN_A_ROW = 30


def next_resident(
    client: FastHttpSession, people: Population, random: Random, consent: Mapping[str, str]
) -> str:
    """The token of the next resident, who has agreed to this. Raises `StopUser` if none comes."""
    for _ in range(IN_A_ROW):
        signed = client.post("/v1/auth/wechat", json={"code": people.code(people.draw(random))})
        if signed.status_code == 200:
            token: str = signed.json()["access_token"]
            if _agrees(client, token, consent):
                return token
    raise StopUser


def _agrees(client: FastHttpSession, token: str, consent: Mapping[str, str]) -> bool:
    """One in five has not joined, and is not asked again."""
    with client.post(
        "/v1/me/consents",
        json=dict(consent),
        headers={"Authorization": f"Bearer {token}"},
        catch_response=True,
    ) as answer:
        if answer.status_code == 409 and answer.json().get("type") == answers.NOT_JOINED:
            answer.success()
            return False
        if answer.status_code != 201:
            answer.failure(f"answered {answer.status_code}")
        return bool(answer.status_code == 201)
