"""What the cities of a federation agree on, read as any of them would."""

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from interop import base64url, directory
from interop.instants import seconds
from interop.keys import Signer
from interop.refusals import (
    BadSignature,
    DirectoryExpired,
    DuplicateKey,
    UnknownSigner,
    UnlistedPeer,
)
from interop.table_signatures import check, from_signed_document
from points_api.crypto import city_keys
from points_api.federation import data, membership
from points_api.federation.membership import edition
from points_api.federation.places import places
from points_api.partners.directory import follow_files
from tests.interop.cities import NOW

DAY = date(2026, 6, 1)
CITIES = data.cities().cities
LATER = timedelta(days=6)


@pytest.fixture(scope="module")
def federation(tmp_path_factory):
    folder = tmp_path_factory.mktemp("federation")
    members = places(folder, 10, 8100)
    trusted = membership.write_directory(folder, members, NOW)
    membership.write_tables(folder / "tables", members, DAY)
    return folder, members, trusted


def root_of(folder):
    jwk = json.loads((folder / "root" / "private.jwk.json").read_text("utf-8"))
    private = Ed25519PrivateKey.from_private_bytes(base64url.decode(jwk["d"]))
    return Signer("420200/root-1", private)


def test_whoever_knows_the_digest_finds_all_ten_with_address_keys_and_mark(federation):
    folder, members, _ = federation
    digest = (folder / "directory.digest").read_text("ascii").strip()
    trusted = directory.begin((folder / "directory.json").read_bytes(), digest)
    listed = directory.follow(trusted, [], NOW + LATER).at(NOW + LATER)
    assert not listed.stale
    for place in members:
        member = listed.member(place.city.division)
        assert (member.name, member.address) == (place.city.name.zh, place.address)
        for use in ("message", "statement"):
            (signer,) = city_keys.signers(place.keyring, place.city.division, use)
            assert listed.key(signer.keyid, seconds(NOW)) == signer.private.public_key()
    assert sum("未证实" in one.name for one in listed) == 6
    assert listed.speaks_for("420200", "420281")
    with pytest.raises(UnlistedPeer):
        listed.member("310000")


def test_an_edition_ends_and_no_setting_moves_its_end(federation):
    _, _, trusted = federation
    assert trusted.at(NOW + membership.REFRESH).stale
    with pytest.raises(DirectoryExpired):
        trusted.at(NOW + membership.EXPIRES)


def test_another_digest_and_another_text_are_refused(federation):
    folder, _, trusted = federation
    document = (folder / "directory.json").read_bytes()
    with pytest.raises(UnknownSigner):
        directory.begin(document, "A" * 43)
    changed = document.replace(b":8101", b":8109")
    with pytest.raises(BadSignature):
        directory.begin(changed, directory.digest_of(changed))
    assert directory.digest_of(document) == trusted.digest


def test_the_next_edition_takes_a_city_with_a_new_master_key(federation):
    folder, members, trusted = federation
    root = root_of(folder)
    old = members[0].secret_keys
    both = replace(members[0], secret_keys=f"newer:{'B' * 43}=,{old}")
    following = directory.sign(edition(2, [both, *members[1:]], root, NOW + LATER), [root])
    listed = directory.follow(trusted, [following], NOW + LATER).at(NOW + LATER)
    newer, *_ = listed.member("420200").keys
    assert newer.name == "message-newer"


def test_a_city_that_looks_while_an_edition_is_written_sees_none_or_a_whole_one(
    tmp_path, monkeypatch
):
    members = places(tmp_path, 3, 8100)
    membership.write_directory(tmp_path, members[:2], NOW)
    first = tmp_path / "directory.json"
    *_, new = edition(1, members, root_of(tmp_path), NOW)["members"]
    written, seen = Path.write_bytes, []

    def slowly(path, content):
        written(path, content[: len(content) // 2])
        seen.append(follow_files(first, "", NOW + LATER).directory.version)
        return written(path, content)

    monkeypatch.setattr(Path, "write_bytes", slowly)
    membership.admit(tmp_path, new, NOW + LATER)
    assert seen == [1]
    assert follow_files(first, "", NOW + LATER).directory.version == 2
    assert {one.name for one in tmp_path.glob("directory*.json*")} == {
        "directory.json", "directory-2.json",
    }  # fmt: skip


def test_another_key_under_a_name_that_was_given_is_refused(federation):
    folder, members, trusted = federation
    root = root_of(folder)
    name, _, _ = members[0].secret_keys.partition(":")
    other = replace(members[0], secret_keys=f"{name}:{'C' * 43}=")
    following = directory.sign(edition(2, [other, *members[1:]], root, NOW + LATER), [root])
    with pytest.raises(DuplicateKey):
        directory.follow(trusted, [following], NOW + LATER)


def test_each_direction_has_a_table_of_bands_that_both_cities_signed(federation):
    folder, _, trusted = federation
    listed = trusted.at(NOW)
    found = sorted((folder / "tables").glob("*.json"))
    assert len(found) == 90
    for path in found:
        table = from_signed_document(json.loads(path.read_text("utf-8")))
        source, target = (CITIES[name] for name in path.stem.split("-"))
        assert (table.header.source, table.header.target) == (source.id, target.id)
        check(table, source, target, listed)
        assert (table.header.use, table.header.basis) == ("bands", "assumption")
        assert not any(row.value or row.unrounded for row in table.rows)
        assert table.in_force(DAY)
        # 每城最高一档在别处都被认作最高一档 · the highest band is the highest everywhere
        assert table.rows[-1].band == target.bands[-1].id


def test_counties_of_the_pilots_are_members_that_speak_for_themselves_alone(tmp_path):
    members = places(tmp_path, 2, 8100, counties=6)
    assert [one.city.id for one in members[2:]] == [
        "zaoyang", "yicheng", "enshi", "lichuan", "macheng", "wuxue",
    ]  # fmt: skip
    listed = membership.write_directory(tmp_path, members, NOW).at(NOW)
    for place in members[2:]:
        member = listed.member(place.city.division)
        assert "未证实" in member.name
        assert not member.areas
        assert member.purposes == ["eligibility", "redemption", "usage_report"]
    assert all(listed.speaks_for("420200", center) for center in ("420281", "420222"))
    assert membership.write_tables(tmp_path / "tables", members, DAY) == 2


def test_where_somebody_stands_in_front_of_a_city_the_directory_lists_them(tmp_path):
    home, host = places(tmp_path, 2, 8100)
    tapped = replace(host, listed=9999)
    listed = membership.write_directory(tmp_path, [home, tapped], NOW).at(NOW)
    assert listed.member(host.city.division).address == "http://127.0.0.1:9999"
    assert tapped.address == host.address
    assert tapped.secret_keys == host.secret_keys


def test_secrets_differ_from_city_to_city_and_stand_in_no_representation(federation):
    _, members, _ = federation
    secrets = [one.secret_keys for one in members]
    assert len(set(secrets)) == 10
    assert not any(secret in repr(one) for secret, one in zip(secrets, members, strict=True))


def test_a_place_keeps_nothing_of_the_settings_around_it(tmp_path):
    (place, *_) = places(tmp_path, 2, 8100)
    around = {"PATH": "/bin", "POINTS_DATABASE_URL": "postgres://production", "POINTS_ENV": "x"}
    environment = place.environment(around)
    assert environment["PATH"] == "/bin"
    assert "POINTS_ENV" not in environment
    assert environment["POINTS_DATABASE_URL"].startswith(f"sqlite://{tmp_path}")


def test_only_the_owner_reads_the_settings_of_a_city(tmp_path):
    place = places(tmp_path, 2, 8100)[1]
    place.prepare()
    file = place.folder / "city.env"
    assert file.stat().st_mode & 0o777 == 0o600
    assert place.secret_keys in file.read_text("utf-8")
