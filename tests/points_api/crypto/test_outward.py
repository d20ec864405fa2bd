"""The city's outward secret is made once and stays the same, whatever the master keys are."""

import asyncio

from points_api.crypto.keyring import Keyring
from points_api.crypto.outward import with_outward
from points_api.db.models import SealedSecret
from points_api.settings import MasterKey

OLD, NEW = MasterKey("2026a", b"a" * 32), MasterKey("2026b", b"b" * 32)


async def test_it_is_made_once_even_when_many_ask_at_first(database):
    rings = await asyncio.gather(*(with_outward(Keyring([OLD])) for _ in range(8)))
    assert len({ring.outward("x") for ring in rings}) == 1
    assert await SealedSecret.all().count() == 1


async def test_two_cities_have_two_and_each_purpose_its_own_key(database):
    first = await with_outward(Keyring([OLD]))
    await SealedSecret.all().delete()
    other = await with_outward(Keyring([OLD]))
    assert len({ring.outward(of) for ring in (first, other) for of in ("x", "y")}) == 4


async def test_it_is_sealed_and_opens_under_a_ring_that_still_has_its_key(database):
    made = await with_outward(Keyring([OLD]))
    row = await SealedSecret.get()
    assert not Keyring([NEW, OLD]).is_current(bytes(row.content))
    assert (await with_outward(Keyring([NEW, OLD]))).outward("x") == made.outward("x")
