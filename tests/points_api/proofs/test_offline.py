"""The whole way: a resident's batch, a merchant's commands without a network, and a withdrawal."""

import re
from datetime import timedelta
from typing import Any

from points_api import clock
from tests.frame.tree import text
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


async def test_the_lines_for_a_library_check_a_proof_as_they_are_printed(application, resident):
    [printed] = re.findall(
        r"^```python\n(.*?)^```$", text("docs/offline-proofs.md"), re.MULTILINE | re.DOTALL
    )
    library: dict[str, Any] = {}
    exec(printed, library)
    wallet = await filled(resident, 1)
    request = library["ask"](SHOWN)
    shown = wallet.show(request)
    keys = (await application.http.get("/v1/proofs/keys")).content
    address = wallet.status_list

    async def why_not():
        token = (await application.http.get(address)).text
        return library["why_not"](shown, request, keys, address, token, clock.now())

    assert await why_not() is None
    assert (await resident.delete("/v1/me/consents?purpose=scenario")).status_code == 200
    application.app.state.status_lists._signed.clear()
    assert await why_not() == "revoked"
