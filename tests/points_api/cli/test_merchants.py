"""`points merchants`: the office opens a merchant, lets it in, and says what it serves."""

import json

import pytest

from tests.points_api.db import rows
from tests.points_api.merchants.shop import CODE

SHOP = ("merchants", "create", "某书店", "A bookshop", "--division", "420202")


@pytest.fixture
def merchant_id(points):
    result = points(*SHOP, "--credit-code", CODE)
    assert result.exit_code == 0, result.stderr
    return result.stdout.strip()


@pytest.fixture
def public(points, tmp_path):
    assert points("merchants", "make-key", tmp_path / "keys").exit_code == 0
    return tmp_path / "keys" / "public.jwk.json"


def listed(points):
    return json.loads(points("merchants", "list", "--json").stdout)


def test_a_merchant_is_opened_listed_suspended_and_resumed(points, merchant_id):
    [one] = listed(points)
    assert (one["merchant_id"], one["state"], one["sandbox"]) == (merchant_id, "active", False)
    assert points("merchants", "suspend", merchant_id, "--why", "security").exit_code == 0
    assert listed(points)[0]["state"] == "suspended"
    assert "停用" in points("merchants", "list").stdout
    assert points("merchants", "resume", merchant_id).exit_code == 0
    assert listed(points)[0]["state"] == "active"


def test_what_is_wrong_is_told_in_one_line(points, merchant_id):
    for words in (
        SHOP,
        (*SHOP, "--credit-code", CODE),
        ("merchants", "suspend", merchant_id, "--why", "mood"),
        ("merchants", "serve", merchant_id, "nowhere"),
        ("merchants", "resume", "01890000-0000-7000-8000-000000000001"),
    ):
        result = points(*words)
        assert result.exit_code == 2
        assert "Traceback" not in result.stderr


def test_a_sandbox_needs_no_credit_code(points):
    assert points(*SHOP, "--sandbox").exit_code == 0
    assert listed(points)[0]["sandbox"] is True


def test_a_key_lets_a_manager_in_and_a_second_one_is_the_same_managers(
    points, merchant_id, public, tmp_path
):
    first = points("merchants", "add-key", merchant_id, public).stdout.strip()
    assert points("merchants", "add-key", merchant_id, public).stdout.strip() == first
    points("merchants", "make-key", tmp_path / "more")
    second = points("merchants", "add-key", merchant_id, tmp_path / "more" / "public.jwk.json")
    keys = json.loads(points("merchants", "keys", merchant_id).stdout)
    assert [key["client_id"] for key in keys] == [first, second.stdout.strip()]
    assert {key["label"] for key in keys} == {"manager"}
    private = points("merchants", "add-key", merchant_id, public.with_name("private.jwk.json"))
    assert private.exit_code == 2


def test_what_it_serves_is_said_and_ended(points, in_database, merchant_id):
    in_database(rows.scenario_version)
    assert points("merchants", "serve", merchant_id, "s1").exit_code == 0
    assert listed(points)[0]["scenarios"] == ["s1"]
    assert points("merchants", "unserve", merchant_id, "s1").exit_code == 0
    assert listed(points)[0]["scenarios"] == []
