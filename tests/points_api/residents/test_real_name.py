import hashlib
import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import structlog.testing

from points_api.auth.problems import WeChatUnavailable
from points_api.auth.wechat_token import ServerToken
from points_api.residents.problems import RealNameProofNeeded, RealNameRefused
from points_api.residents.real_name import Applicant, LocalRealName, WeChatRealName
from tests.points_api.auth.weixin import weixin

TOKEN = "/cgi-bin/stable_token"
RESULT = "/cityservice/face/identify/getinfo"
NAME, NUMBER = "张三", "42020019900101999X"
APPLICANT = Applicant(NAME, NUMBER, "the-proof", lambda openid: openid == "mine", None)
GOOD = {
    "errcode": 0,
    "errmsg": "ok",
    "identify_ret": 0,
    "openid": "mine",
    "id_card_number_md5": hashlib.md5(NUMBER.encode()).hexdigest(),
    "name_utf8_md5": hashlib.md5(NAME.encode()).hexdigest().upper(),
}


class Clock:
    time = datetime(2026, 11, 23, tzinfo=UTC)

    def __call__(self):
        return self.time


@pytest.fixture
async def server():
    async with weixin() as imitation:
        yield imitation


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
async def real(server, clock):
    async with httpx.AsyncClient() as client:
        yield WeChatRealName(ServerToken("wx1", "the-secret", client, clock, server.address))


def gives_token(server, name="T"):
    server.will_say(TOKEN, {"access_token": name, "expires_in": 7200})


async def test_who_passed_the_face_check_is_who_they_say(server, real):
    gives_token(server)
    server.will_say(RESULT, GOOD)
    await real.confirm(APPLICANT)
    token, result = server.asked
    assert token.body == {"grant_type": "client_credential", "appid": "wx1", "secret": "the-secret"}
    assert (result.method, result.query) == ("POST", {"access_token": "T"})
    assert result.body == {"verify_result": "the-proof"}


@pytest.mark.parametrize(
    "answer",
    [
        {"identify_ret": 10004},
        {"errcode": 84001},
        {"openid": "of-somebody-else"},
        {"id_card_number_md5": hashlib.md5(b"420200199001019999").hexdigest()},
        {"name_utf8_md5": hashlib.md5("李四".encode()).hexdigest()},
        {"name_utf8_md5": None},
        {"openid": None},
        {"identify_ret": None},
    ],
)
async def test_a_check_that_failed_or_is_of_somebody_else_is_refused(server, real, answer):
    gives_token(server)
    server.will_say(RESULT, GOOD | answer)
    with pytest.raises(RealNameRefused):
        await real.confirm(APPLICANT)


async def test_without_a_proof_wechat_is_not_even_asked(server, real):
    with pytest.raises(RealNameProofNeeded):
        await real.confirm(replace(APPLICANT, proof=None))
    assert server.asked == []


async def test_the_token_of_wechat_is_kept_until_shortly_before_its_end(server, real, clock):
    gives_token(server, "first")
    gives_token(server, "second")
    for _ in range(3):
        server.will_say(RESULT, GOOD)
    await real.confirm(APPLICANT)
    clock.time += timedelta(seconds=7200 - 301)
    await real.confirm(APPLICANT)
    clock.time += timedelta(seconds=1)
    await real.confirm(APPLICANT)
    used = [asked.query["access_token"] for asked in server.asked if asked.path == RESULT]
    assert used == ["first", "first", "second"]


async def test_a_token_that_wechat_took_back_is_replaced_once(server, real):
    gives_token(server, "first")
    gives_token(server, "second")
    server.will_say(RESULT, {"errcode": 40001, "errmsg": "invalid credential"})
    server.will_say(RESULT, GOOD)
    await real.confirm(APPLICANT)
    assert [asked.path for asked in server.asked] == [TOKEN, RESULT, TOKEN, RESULT]


async def test_wrong_credentials_of_ours_are_not_blamed_on_the_person(server, real):
    server.will_say(TOKEN, {"errcode": 40125, "errmsg": "invalid appsecret"})
    with pytest.raises(WeChatUnavailable):
        await real.confirm(APPLICANT)


async def test_neither_name_nor_number_nor_secret_reaches_the_log(server, real, caplog):
    caplog.set_level(logging.DEBUG)
    gives_token(server, "the-token")
    server.will_say(RESULT, GOOD | {"identify_ret": 10004})
    server.will_say(RESULT, b"the-token is not JSON")
    with structlog.testing.capture_logs() as ours:
        with pytest.raises(RealNameRefused):
            await real.confirm(APPLICANT)
        with pytest.raises(WeChatUnavailable):
            await real.confirm(APPLICANT)
    assert "wechat.no_json" in [line["event"] for line in ours]
    assert "stable_token" in caplog.text
    said = caplog.text + repr(ours)
    secrets = (NAME, NUMBER, "the-secret", "the-token", "the-proof")
    assert not [secret for secret in secrets if secret in said]


async def test_the_local_fake_believes_unless_an_agency_knows_better():
    local = LocalRealName()
    await local.confirm(replace(APPLICANT, proof=None))
    await local.confirm(replace(APPLICANT, known_name=" 张 三 "))
    with pytest.raises(RealNameRefused):
        await local.confirm(replace(APPLICANT, known_name="李四"))
