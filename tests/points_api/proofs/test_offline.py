"""The whole way: a resident's batch, a merchant's commands without a network, and a withdrawal."""

from datetime import timedelta

from tests.points_api.proofs.till import Till, points
from tests.points_api.proofs.wallet import MERCHANT, filled
from tests.points_api.verifications.shop import SHOWN


async def test_a_proof_is_a_yes_offline_until_the_list_after_the_withdrawal(
    tmp_path, application, resident, frozen_clock
):
    till = Till(tmp_path)
    wallet = await filled(resident, 2)

    async def fetched():
        till.keep("keys.json", (await application.http.get("/v1/proofs/keys")).text)
        till.keep("list.jwt", (await application.http.get(wallet.status_list)).text)

    def asked():
        request = points("proof-request", "--audience", MERCHANT, "--scenario", SHOWN).stdout
        till.keep("request.json", request)
        return request

    await fetched()
    first = wallet.show(asked())
    assert till.verify(first).exit_code == 0
    asked()
    assert "wrong-nonce" in till.verify(first).stdout
    assert (await resident.delete("/v1/me/consents?purpose=scenario")).status_code == 200
    frozen_clock.forward(timedelta(minutes=1))
    second = wallet.show(asked(), 1)
    assert till.verify(second).exit_code == 0  # what was fetched before still counts, for minutes
    await fetched()
    answer = till.verify(second)
    assert (answer.exit_code, "revoked" in answer.stdout) == (1, True)
