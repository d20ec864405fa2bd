"""`points cities tables`: drafted, signed by one city and the other, taken in, shown, compared."""

import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from interop import table_signatures
from interop.refusals import Refused
from points_api import clock
from points_api.cli.mapping_tables import MENDS
from points_api.crypto import city_keys
from points_api.db.models import OutboxEvent
from points_api.federation import membership
from points_api.federation.places import places
from points_api.partners import problems
from tests.points_api.db import rows


@pytest.fixture(scope="module")
def federation(tmp_path_factory):
    """Huangshi, Tianjin and Sanya: a directory and six tables that both cities have signed."""
    folder = tmp_path_factory.mktemp("federation")
    members = places(folder, 3, 8100)
    membership.write_directory(folder, members, clock.now())
    membership.write_tables(folder / "tables", members, clock.today())
    return folder, {one.city.id: one for one in members}


@pytest.fixture
def tables(points, federation):
    """Run `points cities tables …` as a city."""
    folder, members = federation

    def run(*words, city="huangshi"):
        settings = {
            "CITY": city, "SECRET_KEYS": members[city].secret_keys,
            "PARTNERS_DIRECTORY": str(folder / "directory.json"),
        }  # fmt: skip
        return points("cities", "tables", *words, **settings)

    return run


def own(folder, city="huangshi"):
    return sorted(one for one in (folder / "tables").glob("*.json") if city in one.stem)


def test_tables_are_taken_in_listed_and_shown_and_again_nothing_changes(
    tables, federation, in_database
):
    folder, _ = federation
    for said in ("收下 4 份，已有 0 份", "收下 0 份，已有 4 份"):
        told = tables("take", *own(folder))
        assert told.exit_code == 0, told.stderr
        assert said in told.stdout
    listed = json.loads(tables("list", "--json").stdout)
    assert [one["id"] for one in listed] == [
        "huangshi:sanya:2026.1", "huangshi:tianjin:2026.1", "sanya:huangshi:2026.1",
        "tianjin:huangshi:2026.1",
    ]  # fmt: skip
    assert {one["state"] for one in listed} == {"running"}
    assert "有效 in force" in tables("list").stdout
    shown = json.loads(tables("show", "sanya:huangshi:2026.1", "--json").stdout)
    on_disk = json.loads((folder / "tables" / "sanya-huangshi.json").read_text("utf-8"))
    assert (shown["table"], shown["signatures"]) == (on_disk["table"], on_disk["signatures"])
    told = tables("show", folder / "tables" / "sanya-huangshi.json")
    assert shown["digest"][:40] in told.stdout
    assert re.search(r"good .* ([0-9.]+) 分起 \(from \1 points\)", told.stdout)
    assert in_database(lambda: OutboxEvent.filter(topic="mapping.taken").count()) == 4


def changed(folder, tmp_path, name="sanya-huangshi", **header):
    """A file with another header, signed by nobody anew."""
    said = json.loads((folder / "tables" / f"{name}.json").read_text("utf-8"))
    said["table"] |= header
    path = tmp_path / f"{name}-changed.json"
    path.write_text(json.dumps(said), "utf-8")
    return path


def test_one_bad_file_keeps_all_out_and_is_named_with_its_mend(
    tables, federation, in_database, tmp_path
):
    folder, _ = federation
    foreign = folder / "tables" / "sanya-tianjin.json"
    bad = changed(folder, tmp_path, version="2026.9")
    told = tables("take", *own(folder), foreign, bad)
    assert told.exit_code == 2
    assert "sanya:tianjin:2026.1: not-ours：" in told.stderr
    assert "sanya:huangshi:2026.9: bad-signature：" in told.stderr
    assert "一份也没有收" in told.stderr
    assert json.loads(tables("list", "--json").stdout) == []
    torn = tmp_path / "torn.json"
    torn.write_text('{"kind": "points-mapping-table", "table": {', "utf-8")
    assert "malformed" in tables("take", torn).stderr


def test_a_draft_is_signed_by_one_city_and_the_other_and_then_taken_in(
    tables, federation, tmp_path
):
    folder, _ = federation
    last = min(clock.today() + timedelta(days=700), clock.today().replace(year=2099))
    file = tmp_path / "draft.json"
    assert tables("take", *own(folder)).exit_code == 0
    first = json.loads(tables("list", "--json").stdout)[0]["until"]
    words = ("--version", "2027.1", "--since", first, "--until", last, "--out", file)
    told = tables("draft", "sanya", "huangshi", *words)
    assert told.exit_code == 0, told.stderr
    assert "bad-signature" in tables("take", file).stderr
    half = tables("sign", file, city="sanya")
    assert "还差 huangshi" in half.stdout
    assert "bad-signature" in tables("take", file).stderr
    whole = tables("sign", file)
    assert "双方已签" in whole.stdout
    assert tables("sign", file).stdout == whole.stdout
    assert "收下 1 份" in tables("take", file).stdout
    states = {one["id"]: one["state"] for one in json.loads(tables("list", "--json").stdout)}
    assert states["sanya:huangshi:2027.1"] == "before"


def test_we_do_not_sign_beside_a_signature_that_does_not_hold(tables, federation, tmp_path):
    folder, _ = federation
    bad = changed(folder, tmp_path, version="2026.9")
    told = tables("sign", bad, city="tianjin")
    assert (told.exit_code, "not-ours" in told.stderr) == (2, True)
    told = tables("sign", bad)
    assert (told.exit_code, "bad-signature" in told.stderr) == (2, True)


def test_a_second_table_for_the_same_time_is_no_dual_run(tables, federation, tmp_path):
    folder, members = federation
    said = json.loads((folder / "tables" / "sanya-huangshi.json").read_text("utf-8"))
    table = table_signatures.from_signed_document(said)
    again = replace(table, header=replace(table.header, version="2026.2"))
    for city in ("sanya", "huangshi"):
        place = members[city]
        (signer, *_) = city_keys.signers(place.keyring, place.city.division, "statement")
        again = table_signatures.sign(again, place.city, signer, clock.today())
    file = tmp_path / "again.json"
    file.write_text(json.dumps(table_signatures.signed_document(again)), "utf-8")
    assert tables("take", *own(folder)).exit_code == 0
    told = tables("take", file)
    assert (told.exit_code, "terms-overlap" in told.stderr) == (2, True)


def test_comparing_counts_who_would_be_in_another_band(tables, federation, in_database, tmp_path):
    folder, _ = federation
    old = folder / "tables" / "tianjin-huangshi.json"
    said = json.loads(old.read_text("utf-8"))
    said["table"]["version"] = "2027.1"
    for row in said["table"]["rows"]:
        row[1] = row[1] and "good"
    said["table"]["thresholds"] = {"good": said["table"]["thresholds"]["good"]}
    new = tmp_path / "new.json"
    new.write_text(json.dumps(said), "utf-8")
    told = json.loads(tables("compare", old, new, "--json").stdout)
    assert (told["counted"], told["up"]) == ("assumption", 0)
    assert told["moved"] == told["down"] > 0
    assert told["bands"] == [None, "growing", "good", "excellent", "outstanding"]
    assert told["total"] == sum(map(sum, told["people"]))
    assert "变等级" in tables("compare", old, new).stdout

    async def visits():
        for before, after in (("excellent", "good"), ("excellent", "good"), ("good", "good")):
            await rows.visit(
                mapping="tianjin:huangshi:2026.1", mapped_band=before,
                beside="tianjin:huangshi:2027.1", beside_band=after,
            )  # fmt: skip
        await rows.visit(mapping="tianjin:huangshi:2026.1", mapped_band="excellent")

    in_database(visits)
    told = json.loads(tables("compare", old, new, "--visits", "--json").stdout)
    assert (told["counted"], told["total"], told["moved"]) == ("visits", 3, 2)
    other = tables("compare", old, folder / "tables" / "huangshi-tianjin.json")
    assert (other.exit_code, "one direction" in other.stderr) == (2, True)


def test_what_is_not_there_is_told_in_one_line(tables):
    told = tables("show", "sanya:huangshi:1999.1")
    assert told.exit_code == 2
    assert told.stderr.splitlines()[-1].startswith("sanya:huangshi:1999.1: 没有这个文件")
    told = tables("draft", "sanya", "huangshi", "--version", "1", "--out", "/nowhere/x.json")
    assert told.exit_code == 2


def test_every_name_of_a_refusal_here_is_one_of_interop():
    known = {one.reason for one in Refused.__subclasses__()}
    assert set(MENDS) <= known
    named = set(problems._REASONS) - {
        "not-reached", "timed-out", "resting", "too-large", "answered-by-another",
        "own-key-not-listed", "http-404", "http-405", "http-429",
    }  # fmt: skip
    assert named <= known


def test_comparing_tables_of_a_city_that_nobody_knows_names_those_that_are_known(
    tables, federation, tmp_path
):
    folder, _ = federation
    said = json.loads((folder / "tables" / "tianjin-huangshi.json").read_text("utf-8"))
    said["table"]["source"] = said["signatures"][0]["city"] = "atlantis"
    file = tmp_path / "table.json"
    file.write_text(json.dumps(said), "utf-8")
    told = tables("compare", file, file)
    assert (told.exit_code, "atlantis" in told.stderr, "tianjin" in told.stderr) == (2, True, True)
