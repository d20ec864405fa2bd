import logging
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import structlog.testing

from points_api.auth import wechat
from points_api.auth.local_wechat import CODE_LIVES, REFUSED, LocalWeChat
from points_api.auth.problems import (
    AccountBlocked,
    SignInCodeRefused,
    SignInCodeUsed,
    TooManySignIns,
    WeChatBusy,
    WeChatUnavailable,
)
from points_api.auth.wechat import WeChatServer
from tests.points_api.auth.weixin import weixin

PATH = "/sns/jscode2session"
SECRETS = ("the-secret", "the-code", "the-session-key", "the-openid")


@pytest.fixture
async def server():
    async with weixin() as imitation:
        yield imitation


@pytest.fixture
async def client():
    async with httpx.AsyncClient() as one:
        yield one


@pytest.fixture
def real(server, client):
    return WeChatServer("wx1", "the-secret", client, server.address)


async def test_the_code_becomes_the_openid(server, real):
    server.will_say(PATH, {"openid": "the-openid", "session_key": "the-session-key"})
    assert await real.openid_of("the-code") == "the-openid"
    (asked,) = server.asked
    assert asked.method == "GET"
    assert asked.query == {
        "appid": "wx1",
        "secret": "the-secret",
        "js_code": "the-code",
        "grant_type": "authorization_code",
    }


async def test_an_errcode_of_zero_is_as_good_as_none(server, real):
    server.will_say(PATH, {"openid": "o", "session_key": "k", "errcode": 0, "errmsg": "ok"})
    assert await real.openid_of("c") == "o"


@pytest.mark.parametrize(
    ("errcode", "problem"),
    [
        (-1, WeChatBusy),
        (40029, SignInCodeRefused),
        (40163, SignInCodeUsed),
        (40226, AccountBlocked),
        (45011, TooManySignIns),
        (40125, WeChatUnavailable),  # our own secret is wrong: the person cannot mend that
        (99999, WeChatUnavailable),
        ("x", WeChatUnavailable),
    ],
)
async def test_each_error_of_wechat_has_a_name(server, real, errcode, problem):
    server.will_say(PATH, {"errcode": errcode, "errmsg": "invalid code, rid: 5f0-the-secret"})
    with pytest.raises(problem) as refusal:
        await real.openid_of("c")
    assert "rid" not in str(refusal.value.body("en"))


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"null", b"{}", b'{"openid":7}', b'{"openid":""}', b"\xff"]
)
async def test_an_answer_that_makes_no_sense_is_not_a_sign_in(server, real, body):
    server.will_say(PATH, body, status=502)
    with pytest.raises(WeChatUnavailable):
        await real.openid_of("c")


async def test_a_wechat_that_hangs_up_or_is_not_there_is_told_as_such(server, real, client):
    server.will_say(PATH, b"", hang_up=True)
    with pytest.raises(WeChatUnavailable):
        await real.openid_of("c")
    nobody = WeChatServer("wx1", "s", client, "http://127.0.0.1:9")
    with pytest.raises(WeChatUnavailable):
        await nobody.openid_of("c")


async def test_a_slow_wechat_does_not_hold_us_for_ever(server, real, monkeypatch):
    monkeypatch.setattr(wechat, "DEADLINE_SECONDS", 0.1)
    server.will_say(PATH, {"openid": "o"}, after_seconds=30)
    with pytest.raises(WeChatUnavailable):
        await real.openid_of("c")


async def test_nothing_secret_reaches_the_log_even_when_everything_is_logged(server, real, caplog):
    caplog.set_level(logging.DEBUG)
    with structlog.testing.capture_logs() as ours:
        server.will_say(PATH, {"openid": "the-openid", "session_key": "the-session-key"})
        await real.openid_of("the-code")
        server.will_say(PATH, {"errcode": 40125, "errmsg": "the-secret is wrong"})
        with pytest.raises(WeChatUnavailable):
            await real.openid_of("the-code")
    assert [line["event"] for line in ours] == ["wechat.refused"]
    assert "jscode2session" in caplog.text
    said = caplog.text + repr(ours)
    assert not [secret for secret in SECRETS if secret in said]


class Clock:
    def __init__(self):
        self.time = datetime(2026, 11, 23, tzinfo=UTC)

    def __call__(self):
        return self.time


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def local(clock):
    return LocalWeChat(clock)


async def test_the_demo_code_signs_in_the_same_person_again_and_again(local):
    assert await local.openid_of("demo:7") == await local.openid_of("demo:7")
    assert await local.openid_of("demo:7") != await local.openid_of("demo:8")


async def test_a_demo_code_with_a_nonce_is_the_same_person_and_works_once(local):
    assert await local.openid_of("demo:7:a") == await local.openid_of("demo:7")
    with pytest.raises(SignInCodeUsed):
        await local.openid_of("demo:7:a")
    assert await local.openid_of("demo:7:b") == await local.openid_of("demo:7")


async def test_an_issued_code_works_once_within_five_minutes(local, clock):
    early, late = local.issue(7), local.issue(7)
    clock.time += CODE_LIVES - timedelta(seconds=1)
    assert await local.openid_of(early) == await local.openid_of("demo:7")
    with pytest.raises(SignInCodeUsed):
        await local.openid_of(early)
    clock.time += timedelta(seconds=1)
    with pytest.raises(SignInCodeRefused):
        await local.openid_of(late)


@pytest.mark.parametrize(
    "code", ["", "demo:", "demo:0", "demo:x", "demo:7:", "demo:7:é", "somebody", "demo:1234567890"]
)
async def test_any_other_code_is_refused_as_wechat_would(local, code):
    with pytest.raises(SignInCodeRefused):
        await local.openid_of(code)


@pytest.mark.parametrize("code", sorted(REFUSED))
async def test_the_fake_reproduces_each_error_on_demand(local, code):
    with pytest.raises(REFUSED[code]):
        await local.openid_of(code)
