"""`points agencies`: an agency makes a pair, hands in the public key and signs in with it."""

import json
import stat
from datetime import timedelta

import jwt
import pytest

from points_api import clock
from points_api.auth import clients
from points_api.auth.assertions import algorithm
from points_api.auth.models import ApiClient
from points_api.ids import new_id
from tests.factories import city

AGENCY = min(city().catalog.agencies)


@pytest.fixture
def pair(points, tmp_path):
    """The folder with a fresh pair."""
    assert points("agencies", "make-key", tmp_path / "keys").exit_code == 0
    return tmp_path / "keys"


@pytest.fixture
def client_id(points, pair):
    result = points("agencies", "add-key", AGENCY, pair / "public.jwk.json")
    assert result.exit_code == 0, result.stderr
    return result.stdout.strip()


def test_nobody_else_may_read_the_private_key_and_the_public_one_holds_none_of_it(pair):
    assert stat.S_IMODE(pair.stat().st_mode) == 0o700
    assert stat.S_IMODE((pair / "private.jwk.json").stat().st_mode) == 0o600
    private = json.loads((pair / "private.jwk.json").read_text())
    public = json.loads((pair / "public.jwk.json").read_text())
    assert private.pop("d")
    assert private == public


def test_a_key_is_never_written_over(points, pair):
    before = (pair / "private.jwk.json").read_bytes()
    result = points("agencies", "make-key", pair)
    assert result.exit_code == 2
    assert (pair / "private.jwk.json").read_bytes() == before
    assert "没有改动，接着用即可" in result.stderr
    assert "to rotate, make one in another folder" in result.stderr


def test_a_key_that_is_not_there_is_not_called_a_wrong_key(points, tmp_path):
    result = points("assertion", "anybody", tmp_path / "private.jwk.json")
    assert result.exit_code == 2
    assert "check path" in result.output


def test_an_assertion_signed_with_the_private_key_is_the_agency_s(
    points, in_database, pair, client_id
):
    private = jwt.PyJWK.from_dict(json.loads((pair / "private.jwk.json").read_text()))
    now = clock.now()
    claims = {
        "iss": client_id, "sub": client_id, "aud": "us", "jti": str(new_id()),
        "exp": now + timedelta(minutes=2),
    }  # fmt: skip
    signed = jwt.encode(claims, private.key, "EdDSA")

    async def registered():
        row = await ApiClient.get(id=client_id)
        assert await clients.agency_of(client_id) == AGENCY
        return row.public_jwk

    jwk = in_database(registered)
    from points_api.auth.assertions import verify

    assert algorithm(jwk) == "EdDSA"
    assert verify(signed, jwk, "us", now).client_id == client_id


def test_the_list_tells_which_keys_are_in_use_and_which_revoked(points, client_id):
    [listed] = json.loads(points("agencies", "list", "--json").stdout)
    assert (listed["client_id"], listed["agency"]) == (client_id, AGENCY)
    assert listed["revoked_at"] is None
    assert points("agencies", "revoke", client_id).exit_code == 0
    [listed] = json.loads(points("agencies", "list", "--json").stdout)
    assert listed["revoked_at"] is not None
    assert "revoked" in points("agencies", "list").stdout


def test_a_revoked_key_is_nobody_s_and_cannot_be_revoked_twice(points, in_database, client_id):
    points("agencies", "revoke", client_id)
    assert in_database(lambda: clients.agency_of(client_id)) is None
    assert points("agencies", "revoke", client_id).exit_code == 2


def test_a_private_key_is_refused_with_a_warning_and_not_repeated(points, pair):
    result = points("agencies", "add-key", AGENCY, pair / "private.jwk.json")
    assert result.exit_code == 2
    assert "private key" in result.stderr
    assert json.loads((pair / "private.jwk.json").read_text())["d"] not in result.stderr


def test_an_agency_that_the_catalog_does_not_know_is_answered_with_close_ones(points, pair):
    result = points("agencies", "add-key", f"{AGENCY}x", pair / "public.jwk.json")
    assert result.exit_code == 2
    assert f"是否 (perhaps): {AGENCY}" in result.stderr


def test_one_that_is_like_none_is_answered_with_all_there_are(points, pair):
    result = points("agencies", "add-key", "nobody", pair / "public.jwk.json")
    assert result.exit_code == 2
    assert f"有 (there are): {', '.join(sorted(city().catalog.agencies))}" in result.stderr


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff\xfe", b'{"kty": "RSA", "crv": "x"}'])
def test_what_is_no_key_is_refused(points, tmp_path, content):
    file = tmp_path / "key"
    file.write_bytes(content)
    result = points("agencies", "add-key", AGENCY, file)
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()[-1]) > 10
