"""A visitor has one name at a host, whatever becomes of home's master keys."""

from points_api.crypto.keyring import Keyring
from points_api.crypto.outward import SEALED_AS, with_outward
from points_api.db.models import SealedSecret
from points_api.recognitions.models import Recognition
from points_api.residents.rotation import SealedTable, rotate
from points_api.settings import MasterKey

NEW = MasterKey("next", b"n" * 32)
SEALED = [SealedTable(SealedSecret, {"content": SEALED_AS})]


async def test_a_rotation_changes_no_visitors_name(cities):
    """Not even where nothing is left of what was said, from which it could be read."""

    async def named():
        assert (await cities.visit()).json()["eligible"] is True
        [said] = await cities.home.run(Recognition.all)
        await cities.home.run(lambda: Recognition.all().delete())
        return said.subject

    async def rotated(keys):
        keyring = await with_outward(Keyring(keys))
        await rotate(keyring, tables=SEALED)
        object.__setattr__(cities.home.state.recognizing.looking, "keyring", keyring)

    before = await named()
    for keys in ([NEW, *cities.home.settings.master_keys], [NEW]):
        await cities.home.run(rotated(keys))
        assert await named() == before
