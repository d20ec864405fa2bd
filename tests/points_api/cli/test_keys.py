"""`points keys`: fresh keys that the settings take, and rotation without losing anybody."""

from points_api import clock
from points_api.conduct.models import ConductReport
from points_api.conduct.service import REPLY
from points_api.crypto.keyring import Keyring
from points_api.crypto.outward import with_outward
from points_api.deliveries.models import Delivery, DeliveryChunk
from points_api.deliveries.preparing import CHUNK
from points_api.eligibility import pseudonym
from points_api.entitlements import members
from points_api.generate import person
from points_api.ids import new_id
from points_api.officers.accounts import TOTP
from points_api.officers.models import Officer
from points_api.residents import persons
from points_api.residents.accounts import OPENID
from points_api.residents.models import Person, Resident
from points_api.settings import load, parse_keys
from tests.factories import city
from tests.points_api.db import rows

NAME, ID_NUMBER = person(1, 1)


def test_a_new_key_stands_alone_on_standard_output_and_is_never_the_same(points):
    entries = [points("keys", "new").stdout for _ in range(3)]
    parsed = parse_keys(",".join(entry.strip() for entry in entries))
    assert len({key.secret for key in parsed}) == 3
    assert all(entry.count("\n") == 1 for entry in entries)


def test_a_name_for_the_key_is_taken_and_a_mistaken_one_refused(points):
    assert points("keys", "new", "--id", "winter.1").stdout.startswith("winter.1:")
    result = points("keys", "new", "--id", "冬")
    assert (result.exit_code, result.stdout) == (2, "")


def test_after_a_rotation_the_old_key_is_no_longer_needed(points, in_database):
    old, new = (points("keys", "new").stdout.strip() for _ in range(2))

    async def fill():
        keyring = Keyring.from_settings(load({"secret_keys": old}))
        await persons.find_or_add(keyring, ID_NUMBER, NAME, clock.now())
        item = next(iter(city().catalog.items))
        delivery = await Delivery.create(**delivery_row(item))
        await DeliveryChunk.create(
            delivery_id=delivery.id, first_row=1, last_row=1, content=keyring.encrypt("row", CHUNK)
        )
        await rows.officer(totp=keyring.encrypt("secret", TOTP))
        await rows.conduct_report(reply=keyring.encrypt("reply", REPLY))
        for one in await Resident.all():
            sealed = keyring.encrypt(str(one.id), OPENID)
            await Resident.filter(id=one.id).update(openid=sealed)
        await with_outward(keyring)
        return 5 + await Resident.all().count()

    async def read_with_new_alone():
        keyring = Keyring.from_settings(load({"secret_keys": new}))
        row = await Person.get()
        chunk = await DeliveryChunk.get()
        found = await persons.find(keyring, ID_NUMBER)
        return (
            keyring.decrypt_text(row.name, persons.NAME),
            keyring.decrypt_text(chunk.content, CHUNK),
            keyring.decrypt_text((await Officer.get()).totp, TOTP),
            keyring.decrypt_text((await ConductReport.get()).reply or b"", REPLY),
            found == row,
        )

    all_rows = in_database(fill)
    result = points("keys", "rotate", SECRET_KEYS=f"{new},{old}")
    assert result.exit_code == 0, result.stderr
    assert f"{all_rows} rows, {all_rows} rewritten" in result.stdout
    assert in_database(read_with_new_alone) == (NAME, "row", "secret", "reply", True)
    again = points("keys", "rotate", SECRET_KEYS=f"{new},{old}")
    assert f"{all_rows} rows, 0 rewritten" in again.stdout


def test_a_rotation_changes_nothing_that_merchants_were_given(points, in_database):
    old, new = (points("keys", "new").stdout.strip() for _ in range(2))
    merchant, resident = new_id(), new_id()

    async def given(keys):
        keyring = await with_outward(Keyring.from_settings(load({"secret_keys": keys})))
        name = pseudonym.of(keyring, merchant, resident)
        assert pseudonym.residents_of(keyring, merchant, name) == [resident]
        return name, members.key_of(keyring, merchant)

    first = in_database(lambda: given(old))
    assert in_database(lambda: given(f"{new},{old}")) == first
    assert points("keys", "rotate", SECRET_KEYS=f"{new},{old}").exit_code == 0
    assert in_database(lambda: given(new)) == first


def test_a_key_that_is_missing_is_named_and_nothing_changes(points, in_database):
    old, new = (points("keys", "new").stdout.strip() for _ in range(2))

    async def fill():
        keyring = Keyring.from_settings(load({"secret_keys": old}))
        await persons.find_or_add(keyring, ID_NUMBER, NAME, clock.now())

    in_database(fill)
    result = points("keys", "rotate", SECRET_KEYS=new)
    assert result.exit_code == 2
    assert old.split(":")[0] in result.stderr
    assert old.split(":")[1] not in result.stderr


def delivery_row(item):
    """A delivery that is done, with nothing in it."""
    numbers = dict.fromkeys(("total", "accepted", "duplicates", "corrected", "rejected"), 0)
    return {
        "agency": item.agency, "item": item.code, "file_name": "a.csv", "file_digest": "0" * 64,
        "size": 1, "encoding": "utf-8", "layout": "plain", "state": "done",
        "received_at": clock.now(), "done_at": clock.now(), **numbers, "report": {},
    }  # fmt: skip
