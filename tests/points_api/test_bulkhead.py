"""A server of a city with partners: two processes, each answering what it is for."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from types import SimpleNamespace

import httpx
import psutil
import pytest

from points_api.bulkhead import is_for_residents, is_for_visitors
from tests.ports import free_ports

PATIENCE_SECONDS = 60


def until(holds, seconds=PATIENCE_SECONDS):
    give_up = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < give_up
        time.sleep(0.05)


@pytest.fixture(scope="module")
def city(tmp_path_factory) -> Iterator[SimpleNamespace]:
    """Served from a new database; for the tests that leave it running."""
    with served(tmp_path_factory.mktemp("city")) as city:
        yield city


@contextlib.contextmanager
def served(folder) -> Iterator[SimpleNamespace]:
    port = free_ports()
    env = {
        **os.environ, "POINTS_DATABASE_URL": f"sqlite://{folder}/points.db",
        "POINTS_REDIS_URL": "memory://", "POINTS_PARTNERS_DIRECTORY": str(folder / "none.json"),
    }  # fmt: skip
    command = [sys.executable, "-m", "points_api", "serve", "--port", str(port)]
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(command, env=env, stderr=log) as process,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as http,
    ):
        city = SimpleNamespace(process=process, http=http, log=folder / "log")
        try:
            until(lambda: is_up(city))
            yield city
        finally:
            process.kill()


def is_up(city):
    with contextlib.suppress(httpx.TransportError):
        return city.http.get("/metrics/visitors").is_success
    return False


def beside(city) -> psutil.Process:
    [one] = psutil.Process(city.process.pid).children()
    return one


def who(answer: httpx.Response) -> str:
    """Names the process that answered: requests are numbered in each."""
    return answer.headers["x-request-id"][:16]


def is_gone(process):
    with contextlib.suppress(psutil.NoSuchProcess):
        return process.status() == psutil.STATUS_ZOMBIE
    return True


VISITORS = ["/v1/me/visits/hosts", "/interop/v1/profile", "/v1/officer/partners"]
OTHERS = ["/v1/me/score", "/v1/scenarios", "/v1/me/credit-codes", "/v1/merchant/scenarios"]


def test_visitors_are_answered_by_the_other_process_on_any_connection(city):
    here = {who(city.http.get(path)) for path in OTHERS}
    there = {who(city.http.get(path)) for path in VISITORS}
    assert len(here) == len(there) == 1
    assert here != there
    assert who(city.http.get("/healthz")) in here


def test_a_redemption_stays_with_the_connection_of_its_verification(city):
    body = {"verification_id": "00000000-0000-4000-8000-000000000000"}
    city.http.get("/interop/v1/profile")
    there = who(city.http.get("/interop/v1/profile"))
    assert who(city.http.post("/v1/merchant/redemptions", json=body)) == there
    here = who(city.http.get("/v1/scenarios"))
    assert who(city.http.post("/v1/merchant/redemptions", json=body)) == here


@pytest.mark.skipif(sys.platform != "linux", reason="the policy is Linux's")
def test_the_process_for_visitors_gives_way(city):
    assert os.sched_getscheduler(beside(city).pid) == os.SCHED_IDLE
    assert os.sched_getscheduler(city.process.pid) == os.SCHED_OTHER


def test_a_session_that_has_ended_is_over_for_visitors_in_the_same_moment(city):
    for n in range(1, 6):
        said = city.http.post("/v1/auth/wechat", json={"code": f"demo:{n}"}).json()
        mine = {"Authorization": f"Bearer {said['access_token']}"}
        assert city.http.get("/v1/me/visits/hosts", headers=mine).status_code != 401
        assert city.http.post("/v1/auth/logout", headers=mine).is_success
        assert city.http.get("/v1/me/visits/hosts", headers=mine).status_code == 401


def test_what_is_embedded_is_told_once(city):
    told = [line for line in city.log.read_text("utf-8").splitlines() if "announcement" in line]
    assert told
    assert len(told) == len(set(told))
    assert sum("SQLite" in line for line in told) == 1


def test_a_killed_process_for_visitors_is_replaced_and_nobody_goes_without_an_answer(city):
    killed = beside(city)
    killed.kill()
    deaf = 0
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not is_up(city) or beside(city).pid == killed.pid:
        assert time.monotonic() < give_up
        try:
            assert city.http.get("/interop/v1/profile").status_code == 401
        except httpx.TransportError:  # it was just at this connection
            deaf += 1
        assert city.http.get("/v1/scenarios").is_success
    assert deaf <= 1
    assert "bulkhead.ended" in city.log.read_text("utf-8")


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_both_end_together(tmp_path, how):
    with served(tmp_path) as city:
        other = beside(city)
        city.process.send_signal(how)
        until(lambda: is_gone(other))
        until(lambda: city.process.poll() is not None)
        if how != signal.SIGKILL:
            assert "bulkhead.ended" not in city.log.read_text("utf-8")


@pytest.mark.parametrize(
    "request_line",
    [
        b"POST /interop/v1/recognitions HTTP/1.1\r\n", b"POST /v1/me/visits/codes HTTP/1.1\r\n",
        b"POST /v1/merchant/visitor-verifications HTTP/1.1\r\n",
        b"GET /v1/officer/recalls?cursor=a HTTP/1.1\r\n", b"GET /metrics/visitors HTTP/1.1\r\n",
    ],
)  # fmt: skip
def test_what_is_for_visitors_is_known_by_how_it_begins(request_line):
    assert is_for_visitors(request_line)
    assert not is_for_residents(request_line)


@pytest.mark.parametrize(
    "request_line",
    [
        b"GET /v1/me/score HTTP/1.1\r\n", b"POST /v1/merchant/verifications HTTP/1.1\r\n",
        b"GET /v1/me/visitsandmore HTTP/1.1\r\n", b"GET /metrics HTTP/1.1\r\n", b"", b"nonsense",
    ],
)  # fmt: skip
def test_all_else_is_for_residents(request_line):
    assert is_for_residents(request_line)
    assert not is_for_visitors(request_line)


def test_a_redemption_is_left_where_it_has_come():
    redemption = b"POST /v1/merchant/redemptions HTTP/1.1\r\n"
    assert not is_for_residents(redemption)
    assert not is_for_visitors(redemption)
