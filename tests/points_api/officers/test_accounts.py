import pytest

from points_api import clock
from points_api.audit.models import AuditEntry
from points_api.auth.officers import ROLES
from points_api.officers import accounts
from points_api.officers.models import Officer, OfficerSession
from points_api.officers.problems import (
    DivisionRefused,
    LoginRefused,
    LoginTaken,
    NoSuchOfficer,
    RolesRefused,
)
from tests.points_api.officers.desk import hire, status


@pytest.mark.parametrize("login", ["", "ab", "张三", "Zhang", "1abc", "13800000000", "a" * 33])
async def test_a_login_that_is_no_name_of_a_post_is_refused(door, login):
    with pytest.raises(LoginRefused):
        await hire(door, login=login)


async def test_a_login_is_given_once(door):
    await hire(door)
    with pytest.raises(LoginTaken):
        await hire(door)
    assert await Officer.all().count() == 1


@pytest.mark.parametrize("role", ROLES)
def test_each_role_may_be_held_alone(role):
    assert accounts.roles_of([role]) == (role,)


@pytest.mark.parametrize(
    "names",
    [[], [""], ["king"], ["case", "king"], ["auditor", "case"], ["system", "case"],
     ["auditor", "system"]],
)  # fmt: skip
def test_roles_that_are_unknown_or_must_stand_alone_are_refused(names):
    with pytest.raises(RolesRefused):
        accounts.roles_of(names)


def test_roles_have_one_order():
    assert accounts.roles_of(["case", "catalog", "case"]) == ("catalog", "case")


@pytest.mark.parametrize(
    ("code", "division"), [(None, None), ("420200", None), ("420281", "420281")]
)
def test_the_city_is_no_division_and_a_county_is_one(code, division):
    assert accounts.division_of(code, "420200", 2026) == division


@pytest.mark.parametrize("code", ["", "420221", "120000", "430000"])
def test_what_is_no_county_of_the_city_this_year_is_refused(code):
    with pytest.raises(DivisionRefused):
        accounts.division_of(code, "420200", 2026)


def test_counties_are_those_of_the_city_that_runs_the_program():
    assert accounts.division_of("460202", "460200", 2026) == "460202"
    with pytest.raises(DivisionRefused):
        accounts.division_of("420281", "460200", 2026)


async def test_a_suspended_officer_may_be_let_in_again(door):
    desk = await hire(door)
    await accounts.suspend(desk.login, "office:test", clock.now())
    assert (await desk.try_to_sign_in()).status_code == 401
    await accounts.resume(desk.login, "office:test")
    assert (await desk.try_to_sign_in()).status_code == 200


async def test_the_same_roles_again_end_no_session(door):
    desk = await hire(door, "case", "scenario")
    headers = await desk.headers()
    await accounts.change_roles(desk.login, ["scenario", "case"], "office:test", clock.now())
    assert await status(door, headers) == 200


async def test_after_a_reset_only_the_new_password_and_secret_are_good(door):
    desk = await hire(door)
    for _ in range(5):
        await desk.try_to_sign_in(password="wrong")
    fresh = accounts.Credentials()
    await accounts.reset(door.keyring, desk.login, fresh, "office:test", clock.now())
    assert (await desk.try_to_sign_in()).status_code == 401
    desk.credentials = fresh
    assert (await desk.try_to_sign_in()).status_code == 200


async def test_every_change_is_audited_with_who_made_it(door):
    desk = await hire(door)
    now = clock.now()
    await accounts.change_roles(desk.login, ["case"], "office:b", now)
    await accounts.suspend(desk.login, "office:c", now)
    await accounts.resume(desk.login, "office:d")
    await accounts.reset(door.keyring, desk.login, desk.credentials, "office:e", now)
    entries = await AuditEntry.filter(subject=f"officer:{desk.id}").order_by("id")
    assert [(entry.actor, entry.action) for entry in entries] == [
        ("office:test", "officer.create"), ("office:b", "officer.roles"),
        ("office:c", "officer.suspend"), ("office:d", "officer.resume"),
        ("office:e", "officer.reset"),
    ]  # fmt: skip


async def test_the_reason_of_an_end_is_kept_and_not_written_over(door):
    desk = await hire(door)
    await desk.headers()
    await accounts.change_roles(desk.login, ["case"], "office:test", clock.now())
    await accounts.suspend(desk.login, "office:test", clock.now())
    assert (await OfficerSession.get()).reason == "roles_changed"


async def test_nobody_is_changed_who_does_not_exist(door):
    with pytest.raises(NoSuchOfficer):
        await accounts.suspend("nobody", "office:test", clock.now())
    with pytest.raises(NoSuchOfficer):
        await accounts.reset(
            door.keyring, "nobody", accounts.Credentials(), "office:test", clock.now()
        )


def test_what_was_made_does_not_show_in_a_trace():
    assert repr(accounts.Credentials()) == "Credentials()"
