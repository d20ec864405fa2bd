"""A new master key changes nothing on the lists that merchants keep."""

import io
from dataclasses import replace
from datetime import timedelta

from points_api import clock
from points_api.crypto.keyring import Keyring
from points_api.crypto.outward import SEALED_AS as OUTWARD
from points_api.crypto.outward import with_outward
from points_api.db.models import SealedSecret
from points_api.entitlements import day_file, members, service
from points_api.entitlements.models import Entitlement
from points_api.residents.rotation import SealedTable, rotate
from points_api.settings import MasterKey
from tests.points_api.entitlements.drivers import driver, due, told
from tests.points_api.webhooks.shop import SCENARIO, publish, push_of
from tests.points_api.webhooks.shop import shop as open_shop

OLD, NEW = MasterKey("2026a", b"a" * 32), MasterKey("2026b", b"b" * 32)
SEALED = [
    SealedTable(Entitlement, {"member": members.SEALED_AS}),
    SealedTable(SealedSecret, {"content": OUTWARD}),
]


async def listed(yard, day):
    content = io.BytesIO()
    await day_file.write(yard.merchant_id, day, content)
    return content.getvalue()


async def test_after_a_rotation_the_file_of_a_day_is_the_same_and_nothing_is_told_anew(
    database, frozen_clock
):
    async with open_shop(keyring=await with_outward(Keyring([OLD]))) as yard:
        await publish(SCENARIO)
        live = yard.push.entitlements.scenarios
        await live.refresh()
        resident = await driver(yard.keyring)
        await service.give_number(yard.keyring, live, resident, SCENARIO, "鄂B12345", clock.now())
        await yard.run()
        day = clock.today()
        frozen_clock.forward(timedelta(days=1))
        before = await listed(yard, day)
        for keys in ([NEW, OLD], [NEW]):
            keyring = await with_outward(Keyring(keys))
            push = push_of(yard.push.sender, keyring=keyring)
            after = replace(yard, push=push, keyring=keyring)
            await push.entitlements.scenarios.refresh()
            await due(resident)
            await after.run()
            assert await listed(after, day) == before
            assert await told(yard.merchant_id) == [(1, "granted")]
            report = await rotate(keyring, tables=SEALED)
            assert report.rewritten == (2 if len(keys) == 2 else 0)
        sealed = (await Entitlement.get()).member or b""
        assert keyring.decrypt_text(sealed, members.SEALED_AS) == "鄂B12345"
