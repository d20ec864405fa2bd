"""A resident's phone, as far as proofs go: it makes keys, keeps proofs and shows one."""

import json
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from interop import jws, proof
from points_api import clock
from tests.points_api.verifications.shop import SHOWN

PATH = "/v1/me/proofs"
MERCHANT = "merchant-17"


def new_keys(count):
    return [Ed25519PrivateKey.generate() for _ in range(count)]


def body(keys, scenario_id=SHOWN, **more):
    jwks = [jws.public_jwk(one.public_key()) for one in keys]
    return {"scenario_id": scenario_id, "keys": jwks, **more}


@dataclass
class Wallet:
    """Proofs with the keys that they are bound to."""

    keys: list[Ed25519PrivateKey]
    proofs: list[str]
    status_list: str

    def show(self, request, n=0, scenario_id=SHOWN):
        """Answer a merchant's request by one of the proofs."""
        asked = json.loads(request)
        return proof.present(
            self.proofs[n], scenario_id, self.keys[n], asked["audience"], asked["nonce"],
            clock.now(),
        )  # fmt: skip

    @property
    def places(self):
        return [claims(one)["status"]["status_list"]["idx"] for one in self.proofs]


def claims(text):
    return jws.read(text.partition("~")[0], "dc+sd-jwt").claims


async def filled(resident, count=3, scenario_id=SHOWN):
    """A wallet with a batch fetched from the city."""
    keys = new_keys(count)
    answer = await resident.post(PATH, body(keys, scenario_id))
    assert answer.status_code == 201, answer.text
    said = answer.json()
    return Wallet(keys, said["proofs"], said["status_list"])
