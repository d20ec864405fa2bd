"""`points officers`: accounts as the office makes, lists and ends them."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from points_api import clock
from points_api.demo import officer as demo
from points_api.officers import passwords, totp
from points_api.officers.models import Officer

PRODUCTION = {"ENV": "production", "WECHAT_APPID": "wx", "WECHAT_SECRET": "s",
              "SECRET_KEYS": f"k1:{'A' * 43}="}  # fmt: skip


@pytest.fixture
def made(points):
    result = points("officers", "create", "desk", "--roles", "scenario,case")
    assert result.exit_code == 0, result.stderr
    return result.stdout.splitlines()


def test_the_password_and_the_secret_are_shown_once_and_are_those_stored(made, in_database):
    login, password = made[0].split()
    address = urlsplit(made[1])
    assert (login, address.scheme) == ("desk", "otpauth")
    assert parse_qs(address.query)["issuer"] == ["huangshi-credit-points"]

    async def is_stored():
        return await passwords.matches(password, (await Officer.get()).password_hash)

    assert in_database(is_stored)


def test_a_reset_shows_others(points, made):
    again = points("officers", "reset", "desk").stdout.splitlines()
    assert len(again) == len(made) == 2
    assert set(again).isdisjoint(made)


def test_making_an_account_again_changes_nothing_and_names_how_to_renew_it(
    points, made, in_database
):
    async def stored():
        return (await Officer.get()).password_hash

    before = in_database(stored)
    again = points("officers", "create", "desk", "--roles", "auditor")
    assert (again.exit_code, again.stdout) == (2, "")
    assert "账号没有变动" in again.stderr
    assert "points officers reset" in again.stderr
    assert in_database(stored) == before


def test_the_list_tells_roles_place_and_state_and_no_secret(points, made):
    points("officers", "create", "daye", "--roles", "partner", "--division", "420281")
    points("officers", "suspend", "daye")
    listed = json.loads(points("officers", "list", "--json").stdout)
    assert [(one["login"], one["roles"], one["division"], one["status"]) for one in listed] == [
        ("daye", ["partner"], "420281", "suspended"),
        ("desk", ["scenario", "case"], None, "active"),
    ]
    shown = points("officers", "list").stdout
    assert "suspended" in shown
    assert made[0].split()[1] not in shown + json.dumps(listed)


def test_an_account_can_be_given_other_roles_and_let_in_again(points, made):
    assert points("officers", "roles", "desk", "--roles", "auditor").exit_code == 0
    points("officers", "suspend", "desk")
    assert points("officers", "resume", "desk").exit_code == 0
    [listed] = json.loads(points("officers", "list", "--json").stdout)
    assert (listed["roles"], listed["status"]) == (["auditor"], "active")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("create", "desk", "--roles", "case"), "Choose another login"),
        (("create", "张三", "--roles", "case"), "name the post"),
        (("create", "new", "--roles", "king"), "auditor and system"),
        (("create", "new", "--roles", "case", "--division", "110000"), "420281"),
        (("suspend", "nobody"), "points officers list"),
        (("reset", "nobody"), "points officers list"),
    ],
)
def test_a_refusal_is_one_line_with_the_mend(points, made, words, said):
    result = points("officers", *words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr.splitlines()[-1]


def test_the_demo_s_code_is_that_of_its_seed(points):
    before = clock.now()
    code = points("officers", "demo-code", "--seed", 7).stdout.strip()
    assert totp.step_of(demo.credentials(7).secret, code, before) is not None


def test_the_demo_s_officer_is_marked(points, in_database):
    async def make():
        from points_api.crypto.keyring import Keyring
        from points_api.settings import load

        await demo.make_officer(Keyring.from_settings(load({})), 1, clock.now())

    in_database(make)
    [listed] = json.loads(points("officers", "list", "--json").stdout)
    assert (listed["login"], listed["demo"]) == ("demo-officer", True)
    assert not {"auditor", "system"} & set(listed["roles"])


@pytest.mark.parametrize("words", [("officers", "demo-code"), ("demo", "--no-serve")])
def test_production_has_no_demo(points, words):
    result = points(*words, **PRODUCTION)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "production" in result.stderr.splitlines()[-1]
