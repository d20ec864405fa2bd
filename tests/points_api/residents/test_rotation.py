import asyncio

import pytest

from points_api import clock
from points_api.crypto.keyring import Keyring
from points_api.residents import accounts, persons
from points_api.residents.models import Enrollment, Person, Resident
from points_api.residents.rotation import rotate
from points_api.settings import MasterKey
from tests.points_api.auth.door import NEW, OLD, id_number, joining
from tests.points_api.auth.door import door as open_door

BOTH = {"scoring": True, "contact": True}
AFTER = Keyring([NEW, OLD])
ALONE = Keyring([NEW])


@pytest.fixture
async def old_city(frozen_clock, database):
    """Three members with phones and two people known to agencies only, all under the old key."""
    async with open_door(keys=(OLD,)) as door:
        for number in (1, 2, 3):
            await door.join(number, phone=f"1381234567{number}", consents=BOTH)
        for number in (4, 5):
            await persons.find_or_add(door.keyring, id_number(number), "李四", clock.now())


async def opens_with(keyring):
    """Whether everything sealed opens, and is found, with this ring alone."""
    for number in range(1, 6):
        person = await persons.find(keyring, id_number(number))
        assert person is not None
        assert keyring.decrypt_text(person.id_number, persons.ID_NUMBER) == id_number(number)
        assert keyring.decrypt_text(person.name, persons.NAME) in ("张三", "李四")
    for enrollment in await Enrollment.all():
        assert keyring.decrypt_text(enrollment.phone, persons.PHONE).startswith("1381234567")
    for account in await Resident.all():
        openid = keyring.decrypt_text(account.openid, accounts.OPENID)
        assert account.openid_index in keyring.indexes(accounts.INDEX, openid)


async def test_after_a_rotation_the_old_key_is_no_longer_needed(old_city):
    report = await rotate(AFTER)
    assert (report.seen, report.rewritten, report.conflicts) == (11, 11, [])
    await opens_with(ALONE)


async def test_who_never_signed_in_meanwhile_is_known_when_the_old_key_is_gone(old_city):
    before = {row.id for row in await Resident.all()}
    await rotate(AFTER)
    async with open_door(keys=(NEW,)) as door:
        headers = await door.headers(1)
        shown = (await door.client.get("/v1/me/enrollment", headers=headers)).json()
    assert shown["state"] == "joined"
    assert {row.id for row in await Resident.all()} == before


async def test_rotating_again_finds_nothing_to_do(old_city):
    await rotate(AFTER)
    report = await rotate(AFTER)
    assert (report.seen, report.rewritten) == (11, 0)


async def test_an_interrupted_rotation_goes_on_where_it_stopped(old_city):
    class Interrupted(Exception):
        pass

    def stop(seen, total):
        if seen >= 4:
            raise Interrupted

    with pytest.raises(Interrupted):
        await rotate(AFTER, stop, batch=2)
    await opens_with(AFTER)
    report = await rotate(AFTER, batch=2)
    assert report.rewritten == 7
    await opens_with(ALONE)


async def test_the_progress_counts_up_to_all_rows(old_city):
    told = []
    await rotate(AFTER, lambda seen, total: told.append((seen, total)), batch=2)
    assert told == [(2, 11), (4, 11), (5, 11), (7, 11), (8, 11), (10, 11), (11, 11)]


async def test_changing_the_cipher_rewrites_as_changing_the_key_does(old_city):
    chinese = Keyring([OLD], "sm4")
    report = await rotate(chinese)
    assert report.rewritten == 11
    await opens_with(chinese)
    person = await Person.first()
    assert person is not None
    assert chinese.is_current(person.id_number)
    assert person.id_index == chinese.index(persons.INDEX, _number_of(chinese, person))


def _number_of(keyring, person):
    return keyring.decrypt_text(person.id_number, persons.ID_NUMBER)


async def join_on(door, numbers, joined):
    for number in numbers:
        headers = await door.join(number, phone=f"138123456{number}", consents=BOTH)
        shown = (await door.client.get("/v1/me/enrollment", headers=headers)).json()
        assert shown["id_number"].endswith(id_number(number)[-4:])
        joined.append(number)


async def read_on(door, stopped):
    """Read and join again as those who have joined, until told to stop; return how often."""
    headers = {number: await door.headers(number) for number in (1, 2, 3)}
    rounds = 0
    while not stopped.is_set():
        for number, own in headers.items():
            answer = await door.client.get("/v1/me/enrollment", headers=own)
            assert (answer.status_code, answer.json()["state"]) == (200, "joined")
            same = joining(number, phone="13812345678", consents=BOTH)
            again = await door.client.post("/v1/me/enrollment", json=same, headers=own)
            assert again.status_code == 200
        rounds += 1
    return rounds


async def rotate_on(joined, most, stopped):
    """Rotate again and again until so many have joined, and once more."""
    done = 0
    while len(joined) < most:
        done += (await rotate(AFTER, batch=2)).rewritten
        await asyncio.sleep(0)
    stopped.set()
    return done + (await rotate(AFTER, batch=2)).rewritten


async def test_people_join_and_are_read_while_the_keys_rotate(old_city):
    """Half of the processes have the new key in front, half still the old one; all have both."""
    joined: list[int] = []
    stopped = asyncio.Event()
    async with open_door(keys=(OLD, NEW)) as before, open_door(keys=(NEW, OLD)) as after:
        # Known to an agency under the old key, and joining under either.
        for number in range(10, 30):
            await persons.find_or_add(before.keyring, id_number(number), "张三", clock.now())
        rewritten, rounds, *_ = await asyncio.gather(
            rotate_on(joined, 20, stopped), read_on(after, stopped), read_on(before, stopped),
            join_on(before, range(10, 20), joined), join_on(after, range(20, 30), joined),
        )  # fmt: skip
    # Those of the old city, the persons of the agency, and the accounts made under the old key.
    assert rewritten >= 11 + 20 + 10
    assert rounds >= 1
    assert await Person.all().count() == 25
    assert await Enrollment.filter(left_at=None).count() == 23
    for person in await Person.all():
        assert ALONE.is_current(person.id_number)
        assert person.id_index == ALONE.index(persons.INDEX, _number_of(ALONE, person))
    assert await Resident.all().count() == 23
    for account in await Resident.all():
        openid = ALONE.decrypt_text(account.openid, accounts.OPENID)
        assert account.openid_index == ALONE.index(accounts.INDEX, openid)


async def test_a_number_stored_twice_is_reported_and_left_alone(old_city):
    """Which happens when a process did not yet know the new key; see the module's step 1."""
    await persons.find_or_add(ALONE, id_number(4), "李四", clock.now())
    report = await rotate(AFTER)
    doubled = await Person.get(id_index=Keyring([OLD]).index(persons.INDEX, id_number(4)))
    assert report.conflicts == [doubled.id]
    assert report.rewritten == 10


async def test_what_others_write_during_a_rotation_is_not_overwritten_with_what_was(old_city):
    async def rotate_back_and_forth():
        for _ in range(15):
            await rotate(Keyring([OLD, NEW]))
            await rotate(AFTER)

    async def rename():
        for number in range(100):
            await Person.all().update(name=AFTER.encrypt(f"王{number}", persons.NAME))
            for _ in range(3):
                people = await Person.all()
                names = {AFTER.decrypt_text(one.name, persons.NAME) for one in people}
                assert names == {f"王{number}"}

    await asyncio.gather(rotate_back_and_forth(), rename())


async def test_a_row_sealed_under_a_key_that_is_gone_stops_the_rotation_by_name(old_city):
    third = Keyring([MasterKey("2026c", b"c" * 32)])
    with pytest.raises(Exception, match="2026a"):
        await rotate(third)
