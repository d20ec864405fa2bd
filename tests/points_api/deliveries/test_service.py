"""A delivery is all or nothing, and once; what is known is corrected, never undone."""

import pytest

from points_api import clock
from points_api.audit.models import AuditEntry
from points_api.crypto.keyring import Keyring
from points_api.db.models import OutboxEvent
from points_api.deliveries.models import Delivery, DeliveryChunk, DeliveryError
from points_api.deliveries.service import Deliveries
from points_api.deliveries.verdicts import FileRefused
from points_api.problem import NotFound
from points_api.records.models import RecordRow
from points_api.residents import persons
from points_api.residents.models import Person
from points_api.settings import DEVELOPMENT_KEYS, load
from tests.factories import make_member
from tests.points_api.deliveries.sheets import (
    CATALOG,
    HOURS,
    PENALTY,
    csv_file,
    csv_text,
    row,
    xlsx_file,
)
from tests.points_api.deliveries.stored import COUNTS, counts, current, errors, versions
from tests.points_api.storage import everything_stored

pytestmark = pytest.mark.usefixtures("database", "frozen_clock")


async def test_good_rows_become_records_and_bad_ones_keep_their_reasons(deliver):
    outcome = await deliver(row(HOURS), row(HOURS, 1, id_number="1"), row(HOURS, 2))
    assert counts(outcome) == (3, 2, 0, 0, 1)
    assert await errors(outcome) == [(3, "ZJHM", "id_number.length")]
    first, second = await RecordRow.all().order_by("row_no")
    assert (first.row_no, second.row_no, first.delivery_id) == (2, 4, outcome.delivery_id)
    assert (first.item, first.agency, first.quantity) == (HOURS, "civil", 1000)
    assert (first.status, first.known_from, first.known_to) == ("active", clock.now(), None)
    delivery = await Delivery.get()
    assert (delivery.state, delivery.encoding, delivery.layout) == ("done", "utf-8", HOURS)
    assert tuple(getattr(delivery, name) for name in COUNTS) == counts(outcome)
    assert outcome.report["codes"] == {"id_number.length": 1}


async def test_the_same_file_again_is_the_same_delivery(deliver, deliveries, tmp_path):
    first = await deliver(row(HOURS), row(HOURS, 1, id_number="1"))
    before = await everything_stored()
    again = await deliveries.ingest(tmp_path / "0.csv", file_name="又一次.csv")
    assert again.repeated
    assert not first.repeated
    assert (again.delivery_id, again.report) == (first.delivery_id, first.report)
    assert await everything_stored() == before


async def test_the_same_rows_in_another_file_change_nothing(deliver):
    rows = [row(HOURS, n) for n in range(5)]
    await deliver(*rows)
    before = await current()
    assert counts(await deliver(*reversed(rows))) == (5, 0, 5, 0, 0)
    assert await current() == before
    assert await RecordRow.all().count() == 5


async def test_pieces_in_any_order_end_in_the_same_records(deliver, database):
    rows = [row(HOURS, n % 3, document_no=f"文〔2026〕{n}号") for n in range(9)]
    await deliver(*rows)
    whole = await current()
    await RecordRow.all().delete()
    for piece in (rows[6:], rows[:4], rows[2:7]):
        await deliver(*piece)
    assert await current() == whole


async def test_a_correction_closes_the_version_and_keeps_both_times(deliver, frozen_clock):
    await deliver(row(HOURS, quantity="10"))
    first_known = clock.now()
    outcome = await deliver(row(HOURS, quantity="12"))
    assert counts(outcome) == (1, 0, 0, 1, 0)
    old, new = await versions("测〔2026〕0号")
    assert (old.quantity, old.known_from, old.known_to) == (1000, first_known, clock.now())
    assert (new.quantity, new.known_from, new.known_to) == (1200, clock.now(), None)
    assert new.delivery_id == outcome.delivery_id


async def test_a_correction_keeps_the_mark_of_an_objection(deliver):
    await deliver(row(PENALTY))
    await RecordRow.all().update(status="disputed")
    assert counts(await deliver(row(PENALTY))) == (1, 0, 1, 0, 0)
    assert counts(await deliver(row(PENALTY, CF_CFLB="罚款"))) == (1, 0, 0, 1, 0)
    [record] = await current()
    assert (record["status"], record["level"]) == ("disputed", "ordinary")


async def test_of_one_document_twice_in_a_file_the_first_row_counts(deliver):
    other = row(HOURS, quantity="11")
    outcome = await deliver(row(HOURS), row(HOURS), other, row(HOURS, 1))
    assert counts(outcome) == (4, 2, 1, 0, 1)
    assert await errors(outcome) == [(4, "", "contradicts_row:2")]
    assert outcome.report["notices"] == [{"row": 3, "code": "repeats_row:2"}]
    assert [record["quantity"] for record in await current()] == [1000, 1000]


async def test_of_two_corrections_in_a_file_the_first_counts(deliver):
    await deliver(row(HOURS))
    first, second = row(HOURS, quantity="11"), row(HOURS, quantity="12")
    outcome = await deliver(first, second, first)
    assert counts(outcome) == (3, 0, 1, 1, 1)
    assert await errors(outcome) == [(3, "", "contradicts_row:2")]
    assert [record["quantity"] for record in await current()] == [1100]


async def test_one_document_may_concern_several_people_and_one_person_have_several(deliver):
    rows = [row(HOURS, n, document_no=f"文{m}") for n in range(3) for m in range(3)]
    assert counts(await deliver(*rows)) == (9, 9, 0, 0, 0)
    assert await Person.all().count() == 3


async def test_only_members_whose_records_change_are_rescored(deliver, rescored, keyring):
    members = []
    for n in range(3):
        cells = row(HOURS, n)
        found = await persons.find_or_add(keyring, cells["身份证号码"], cells["姓名"], clock.now())
        members.append(await make_member(found.id))
    await deliver(row(HOURS), row(HOURS, 1), row(HOURS, 7))
    [(asked, cause)] = rescored.calls
    assert ({m.resident_id for m in asked}, cause) == (
        {member.resident_id for member in members[:2]}, "records",
    )  # fmt: skip
    rescored.calls.clear()
    await deliver(row(HOURS), row(HOURS, 1, quantity="20"), row(HOURS, 2, id_number="1"))
    [(asked, _)] = rescored.calls
    assert [member.person_id for member in asked] == [members[1].person_id]


async def test_a_delivery_leaves_an_audit_entry_and_an_event(deliver):
    outcome = await deliver(row(HOURS), actor="agency:civil:key-1")
    entry = await AuditEntry.get(action="delivery.done")
    event = await OutboxEvent.get(topic="delivery.done")
    subject = f"delivery:{outcome.delivery_id}"
    assert (entry.actor, entry.subject, event.subject) == ("agency:civil:key-1", subject, subject)
    assert entry.details["accepted"] == event.payload["accepted"] == 1


async def test_nobody_can_be_read_out_of_the_store(deliver):
    cells = [row(HOURS, n) for n in range(3)] + [row(HOURS, 3, quantity="x")]
    await deliver(*cells)
    stored = "\n".join(await everything_stored())
    for cell in cells:
        assert cell["身份证号码"] not in stored
        assert cell["姓名"] not in stored
        assert cell["姓名"].encode().hex() not in stored
        assert str(cell["姓名"].encode())[2:-1] not in stored


async def test_a_person_is_found_under_an_older_key(deliver, tmp_path, rescored, keyring):
    await deliver(row(HOURS))
    newer = "later:" + "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=" + "," + DEVELOPMENT_KEYS
    rotating = Keyring.from_settings(load({"secret_keys": newer}))
    assert rotating.index("id_number", "1") != keyring.index("id_number", "1")
    path = csv_file(tmp_path / "later.csv", [row(HOURS), row(HOURS, 1)])
    outcome = await Deliveries(CATALOG, rotating, rescored).ingest(path)
    assert counts(outcome) == (2, 1, 1, 0, 0)
    assert await Person.all().count() == 2


async def test_one_number_under_two_names_is_counted(deliver):
    other = row(HOURS, 1)["姓名"]
    outcome = await deliver(row(HOURS), row(HOURS, document_no="文2", name=other), row(HOURS, 5))
    assert outcome.report["ratios"]["wrong_codes"]["numerator"] == 2


async def test_a_file_that_breaks_off_halfway_stores_nothing(deliveries, tmp_path):
    text = csv_text([row(HOURS, n) for n in range(60)])
    path = tmp_path / "broken.csv"
    path.write_bytes(text.encode() + b"\xff\xfe broken\r\n")
    for _ in range(2):
        with pytest.raises(FileRefused) as refused:
            await deliveries.ingest(path)
        assert (refused.value.code, refused.value.fields["row"]) == ("wrong_encoding", 62)
        delivery = await Delivery.get()
        assert (delivery.state, delivery.report["refused"]) == ("refused", "wrong_encoding")
        for model in (RecordRow, Person, DeliveryChunk, DeliveryError, AuditEntry):
            assert await model.all().count() == 0


async def test_another_agency_s_file_leaves_no_trace(deliver):
    with pytest.raises(FileRefused) as refused:
        await deliver(row(HOURS), agency="market")
    assert refused.value.code == "other_agency"
    assert await Delivery.all().count() == 0


async def test_a_delivery_is_shown_to_its_agency_only(deliver, deliveries):
    outcome = await deliver(row(HOURS), agency="civil")
    assert (await deliveries.find(outcome.delivery_id, "civil")).id == outcome.delivery_id
    with pytest.raises(NotFound):
        await deliveries.find(outcome.delivery_id, "market")


async def test_a_workbook_is_taken_in_like_any_file(deliveries, tmp_path):
    rows = [row(HOURS, n) for n in range(4)]
    path = xlsx_file(tmp_path / "f.xlsx", [list(rows[0]), *(list(r.values()) for r in rows)])
    outcome = await deliveries.ingest(path)
    assert counts(outcome) == (4, 4, 0, 0, 0)
    assert (await Delivery.get()).encoding == "xlsx"


async def test_a_file_counts_the_change_of_members_and_of_whose_record_it_changes(
    deliver, keyring, rescored
):
    """By that number a change of one record learns that it was overtaken; see `db.guarded`."""
    member, other, new = (row(HOURS, n) for n in range(3))
    found = await persons.find_or_add(keyring, member["身份证号码"], member["姓名"], clock.now())
    await make_member(found.id)
    await deliver(member, other)
    await deliver(member, other | {"服务时长": "9"}, new)
    revisions = await Person.all().order_by("revision").values_list("id", "revision")
    assert [revision for _, revision in revisions] == [0, 1, 1]
    assert found.id in dict(revisions[1:])
