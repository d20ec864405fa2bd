"""`points records status`: an officer's decision on one record, and nobody's ID number anywhere."""

import json
from datetime import date

import pytest

from points_api import clock
from points_api.audit.models import AuditEntry
from points_api.crypto.keyring import Keyring
from points_api.generate import person
from points_api.records.models import RecordRow
from points_api.residents import persons
from points_api.scores.models import ScoreHistory
from points_api.scores.service import Scores
from points_api.settings import load
from tests.factories import UNIT, city, make_member, make_record

NAME, ID_NUMBER = person(1, 1)
DOCUMENT = "黄市监罚〔2026〕7号"
RECORD = ("penalty.market", UNIT, DOCUMENT)


@pytest.fixture
def resident(in_database):
    """Somebody who has joined and has a serious penalty; returns the member."""

    async def make():
        keyring = Keyring.from_settings(load())
        who = await persons.find_or_add(keyring, ID_NUMBER, NAME, clock.now())
        member = await make_member(who.id)
        await make_record(
            who.id, "penalty.market", date(2026, 5, 1), level="serious", document_no=DOCUMENT
        )
        await Scores(city()).refresh(member.resident_id, "joined")
        return member

    return in_database(make)


def change(points, *words, stdin=ID_NUMBER, record=RECORD):
    return points(
        "records", "status", *record, "--document", "黄信修〔2026〕3号", *words, stdin=stdin
    )


async def current():
    row = await RecordRow.get(known_to=None)
    return row.status


async def values():
    return [entry.value for entry in await ScoreHistory.all().order_by("id")]


@pytest.mark.parametrize("status", ["repaired", "withdrawn", "disputed"])
def test_the_record_the_score_and_the_audit_log_change_together(
    points, in_database, resident, status
):
    result = change(points, "--stdin", "--status", status)
    assert result.exit_code == 0, result.stderr
    assert in_database(current) == status
    before, after = in_database(values)
    assert after > before
    actors = in_database(
        lambda: AuditEntry.filter(action=f"record.{status}").values_list("actor", flat=True)
    )
    assert list(actors) == ["office:cli"]


def test_a_disputed_record_may_be_restored_and_a_repaired_one_not(points, in_database, resident):
    change(points, "--stdin", "--status", "disputed")
    assert change(points, "--stdin", "--status", "active").exit_code == 0
    assert in_database(current) == "active"
    change(points, "--stdin", "--status", "repaired")
    again = change(points, "--stdin", "--status", "active")
    assert again.exit_code == 2
    assert in_database(current) == "repaired"


def test_a_status_that_it_has_already_changes_nothing(points, in_database, resident):
    entries = in_database(lambda: AuditEntry.all().count())
    result = change(points, "--stdin", "--status", "active")
    assert (result.exit_code, "nothing changed" in result.stdout) == (0, True)
    assert in_database(lambda: AuditEntry.all().count()) == entries


def test_the_audit_log_proves_which_decision_it_was_and_names_nobody(points, in_database, resident):
    change(points, "--stdin", "--status", "repaired")
    ordered = in_database(lambda: AuditEntry.get(action="record.ordered"))
    assert ordered.details["status"] == "repaired"
    assert len(ordered.details["decision"]) == len("sha256:") + 64
    everything = in_database(lambda: AuditEntry.all().values("actor", "subject", "details"))
    assert ID_NUMBER not in json.dumps(list(everything), default=str)


def test_the_id_number_may_come_from_a_file(points, in_database, resident, tmp_path):
    file = tmp_path / "number"
    file.write_text(f" {ID_NUMBER}\n", encoding="utf-8")
    result = change(points, "--id-number-file", file, "--status", "disputed", stdin="")
    assert result.exit_code == 0, result.stderr
    assert in_database(current) == "disputed"


@pytest.mark.parametrize(
    ("stdin", "record"),
    [
        (person(1, 2)[1], RECORD),
        (ID_NUMBER, ("penalty.market", UNIT, "另一号")),
        (ID_NUMBER, ("penalty.market", "91420200MB1234567X", DOCUMENT)),
        (ID_NUMBER, ("penalty.labor", UNIT, DOCUMENT)),
    ],
)
def test_what_cannot_be_found_is_refused_and_nothing_changes(
    points, in_database, resident, stdin, record
):
    result = change(points, "--stdin", "--status", "repaired", stdin=stdin, record=record)
    assert result.exit_code == 2
    assert "文书号" in result.stderr
    assert stdin not in result.stderr
    assert in_database(current) == "active"


@pytest.mark.parametrize("stdin", ["", "42020019900101", "420200********1234"])
def test_what_is_no_id_number_is_refused_and_not_repeated(points, resident, stdin):
    result = change(points, "--stdin", "--status", "repaired", stdin=stdin)
    assert result.exit_code == 2
    assert "身份证号码" in result.stderr
    assert not stdin or stdin not in result.stderr


def test_exactly_one_source_of_the_id_number_is_needed(points, tmp_path):
    assert change(points, "--status", "repaired").exit_code == 2
    both = change(points, "--stdin", "--id-number-file", tmp_path, "--status", "repaired")
    assert both.exit_code == 2


def test_a_record_that_allows_no_repair_is_not_repaired_and_may_be_withdrawn(points, in_database):
    items = city().catalog.in_force(date(2026, 6, 1)).values()
    item = next(item for item in items if not item.repairable)

    async def make():
        keyring = Keyring.from_settings(load())
        who = await persons.find_or_add(keyring, ID_NUMBER, NAME, clock.now())
        await make_record(who.id, item.code, date(2026, 5, 1), document_no=DOCUMENT)

    in_database(make)
    record = (item.code, UNIT, DOCUMENT)
    result = change(points, "--stdin", "--status", "repaired", record=record)
    assert result.exit_code == 2
    assert "不予修复" in result.stderr
    assert change(points, "--stdin", "--status", "withdrawn", record=record).exit_code == 0
