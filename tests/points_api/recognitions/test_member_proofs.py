"""A city of the exchange signs proofs as the directory lists it, for merchants of every member."""

import json

from tests.points_api.proofs.till import Till, points
from tests.points_api.proofs.wallet import MERCHANT, filled
from tests.points_api.recognitions import visiting
from tests.points_api.recognitions.two_cities import ADDRESSES, HOST, ROOM
from tests.points_api.verifications import shop
from tests.points_api.verifications.conftest import ADULTS


async def test_a_proof_is_checked_by_the_directory_and_by_nothing_of_the_city(cities, tmp_path):
    resident = await visiting.joined(cities.host, ADULTS[1])
    await shop.consent(resident, ROOM)
    wallet = await filled(resident, 2, ROOM)
    assert wallet.status_list == f"{ADDRESSES[HOST]}/v1/proofs/status/2026-06-01"
    till, settings = Till(tmp_path), cities.host.settings
    request = points("proof-request", "--audience", MERCHANT, "--scenario", ROOM).stdout
    till.keep("request.json", request)
    till.keep("list.jwt", (await cities.host.application.http.get(wallet.status_list)).text)
    listed = ("--directory", settings.partners_directory, "--digest", settings.partners_digest)
    shown = wallet.show(request, scenario_id=ROOM)
    answer = till.verify(shown, "--json", keys=listed)
    assert answer.exit_code == 0, answer.output
    assert json.loads(answer.stdout)["city"] == HOST
    strangers = await cities.home.application.http.get("/v1/proofs/keys")
    till.keep("keys.json", strangers.text)
    assert "unlisted-peer" in till.verify(shown).stdout
