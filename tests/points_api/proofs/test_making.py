"""A batch says that its scenario is open to its holder and nothing else; or why there is none."""

from datetime import timedelta

import pytest

from interop import jws, key_set, proof
from points_api import clock
from points_api.audit.models import AuditEntry
from points_api.proofs.models import ProofPlace
from points_api.proofs.service import MOST_A_DAY
from tests.points_api.proofs.wallet import MERCHANT, PATH, body, claims, filled, new_keys
from tests.points_api.storage import everything_stored
from tests.points_api.verifications import shop
from tests.points_api.verifications.conftest import ADULTS
from tests.points_api.verifications.shop import HIGH, SERVED_ONLINE, SHOWN


async def keys_of(application):
    return key_set.read((await application.http.get("/v1/proofs/keys")).content)


async def test_a_merchant_with_the_citys_keys_verifies_each_of_a_batch(application, resident):
    wallet = await filled(resident, 3)
    keys = await keys_of(application)
    for n in range(3):
        request = proof.asking.ask(MERCHANT, SHOWN, b"nonce".ljust)
        token = (await application.http.get(wallet.status_list)).text
        lists = {
            wallet.status_list: proof.status_list.read(token, wallet.status_list, keys, clock.now())
        }
        proven = proof.verify(
            wallet.show(request, n), proof.asking.expected(request), keys, lists, clock.now()
        )
        assert (proven.city, proven.scenario) == ("420200", SHOWN)


async def test_the_proofs_of_two_residents_differ_in_nothing_but_chance(application, resident):
    other = await application.visitor(ADULTS[1])
    await other.join()
    await shop.consent(other)
    both = [await filled(resident, 2), await filled(other, 2)]
    said = [claims(one) for wallet in both for one in wallet.proofs]
    for one in said:
        for by_chance in (one["cnf"]["jwk"].pop("x"), one["eligible"].pop("_sd")):
            assert by_chance
        one["status"]["status_list"].pop("idx")
    assert said[0] == said[1] == said[2] == said[3]
    places = [place for wallet in both for place in wallet.places]
    assert len(set(places)) == 4
    salts = {one for wallet in both for text in wallet.proofs for one in text.split("~")[1:-1]}
    assert len(salts) == 4


async def test_neither_proof_nor_key_is_kept(application, resident):
    wallet = await filled(resident, 2)
    stored = "\n".join(await everything_stored())
    assert await ProofPlace.all().count() == 2
    for secret in (*wallet.proofs, *(one["x"] for one in body(wallet.keys)["keys"])):
        assert secret not in stored
    entry = await AuditEntry.get(action="proof.issue")
    assert entry.details == {"scenario": SHOWN, "count": 2}


async def _stranger(application, resident):
    return await application.visitor(ADULTS[1])


async def _joined_only(application, resident):
    visitor = await application.visitor(ADULTS[1])
    await visitor.join()
    return visitor


async def _paused(application, resident):
    await resident.http.put("/v1/me/pause", headers=resident.headers())
    return resident


async def _below(application, resident):
    await shop.set_score(resident, 59_900)
    return resident


async def _stopped(application, resident):
    await shop.stop(application)
    return resident


async def _withdrawn(application, resident):
    assert (await resident.delete("/v1/me/consents?purpose=scenario")).status_code == 200
    return resident


REFUSED = {
    "has not joined": (_stranger, 404, "no-member"),
    "has not agreed": (_joined_only, 409, "scenario-consent-needed"),
    "has withdrawn": (_withdrawn, 409, "scenario-consent-needed"),
    "pauses": (_paused, 409, "points-paused"),
    "is below": (_below, 409, "scenario-not-met"),
    "finds the scenario stopped": (_stopped, 404, "scenario-not-open"),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_a_resident_is_told_why_there_is_no_proof(application, resident, name):
    prepare, status, slug = REFUSED[name]
    visitor = await prepare(application, resident)
    answer = await visitor.post(PATH, body(new_keys(1)))
    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{slug}")
    assert await ProofPlace.all().count() == 0


async def test_who_is_below_is_told_what_is_lacking_in_their_language(application, resident):
    await _below(application, resident)
    zh = (await resident.post(PATH, body(new_keys(1)))).json()
    en = (await resident.post(PATH, body(new_keys(1)), accept_language="en")).json()
    assert "还差 0.1 分" in zh["detail"]
    assert "0.1 more" in en["detail"]


async def test_a_scenario_that_takes_no_codes_takes_no_proofs(application, resident):
    live = application.app.state.scenarios
    online = live.current.by_id[SERVED_ONLINE]
    object.__setattr__(online, "verification", ("server",))
    await shop.consent(resident, SERVED_ONLINE)
    answer = await resident.post(PATH, body(new_keys(1), SERVED_ONLINE))
    assert (answer.status_code, answer.json()["offered"]) == (409, ["server"])


ONE = new_keys(1)
MISTAKEN = {
    "no key": body([]),
    "too many keys": body(new_keys(proof.LARGEST_BATCH + 1)),
    "a key twice": body(ONE * 2),
    "a private key": {
        "scenario_id": SHOWN, "keys": [{**jws.public_jwk(ONE[0].public_key()), "d": "AAAA"}],
    },
    "a key of another kind": {
        "scenario_id": SHOWN, "keys": [{"kty": "OKP", "crv": "X25519", "x": "A" * 43}],
    },
    "a key that is too short": {
        "scenario_id": SHOWN, "keys": [{"kty": "OKP", "crv": "Ed25519", "x": "AAAA"}],
    },
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKEN)
async def test_a_mistaken_key_is_named(resident, name):
    answer = await resident.post(PATH, MISTAKEN[name])
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"].startswith("#/keys")


async def test_a_day_has_an_end_and_the_next_begins_anew(resident, frozen_clock):
    for _ in range(MOST_A_DAY // proof.LARGEST_BATCH):
        await filled(resident, proof.LARGEST_BATCH)
    answer = await resident.post(PATH, body(new_keys(1)))
    assert (answer.status_code, answer.json()["left"]) == (429, 0)
    frozen_clock.forward(timedelta(days=1))
    await resident.http.post("/v1/auth/wechat", json={"code": f"demo:{resident.n}"})
    resident.tokens = (
        await resident.http.post("/v1/auth/wechat", json={"code": f"demo:{resident.n}"})
    ).json()
    assert (await filled(resident, 1)).status_list.endswith("/2026-06-02")


async def test_a_scenario_that_is_out_of_reach_needs_its_own_consent(resident):
    answer = await resident.post(PATH, body(new_keys(1), HIGH))
    assert answer.json()["type"] == "/problems/scenario-consent-needed"
