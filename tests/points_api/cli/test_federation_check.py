"""`points federation up --check`: visitors between two cities and in a pilot; what it leaves."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import psutil
import pytest

from points_api.cli import federation_check
from points_api.federation.check import Outcome, Verdict, trips
from points_api.federation.journey import STEPS, Journey
from points_api.federation.places import places
from tests.frame.tree import ROOT
from tests.points_api.cli.test_federation import points
from tests.ports import free_ports

pytestmark = pytest.mark.slow
SECONDS = 120
CITIES = ("--cities", "2", "--counties", "1", "--people", "12")


@contextmanager
def started(folder, *words):
    """The command as a process; it ends with the block."""
    ports = ("--base-port", str(free_ports(3)), "--folder", str(folder / "cities"))
    with (folder / "out").open("wb") as out, (folder / "err").open("wb") as err:
        process = subprocess.Popen(
            [sys.executable, "-m", "points_api", "federation", "up", *CITIES, *ports, *words],
            cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=out, stderr=err,
        )  # fmt: skip
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(timeout=30)


def children_of(process):
    """Its cities, once there are some."""
    for _ in range(SECONDS * 10):
        if found := psutil.Process(process.pid).children():
            return found
        assert process.poll() is None
        time.sleep(0.1)
    raise TimeoutError


def gone(children):
    _, alive = psutil.wait_procs(children, timeout=20)
    return not alive


@pytest.fixture(scope="module")
def checked(tmp_path_factory):
    """Exit code and what was told, once everything has ended."""
    folder = tmp_path_factory.mktemp("check")
    with started(folder, "--check", "--json") as process:
        children = children_of(process)
        code = process.wait(timeout=SECONDS)
    assert code in (0, 1), (folder / "err").read_text("utf-8")
    return code, json.loads((folder / "out").read_text("utf-8")), children


def test_visitors_are_recognized_in_every_direction_and_in_the_pilot(checked):
    code, told, _ = checked
    check = told["check"]
    assert (check["failures"], [one for one in check["journeys"] if one["asked"]]) == (0, [])
    assert {(one["home_division"], one["host_division"]) for one in check["journeys"]} == {
        ("420200", "120000"), ("120000", "420200"), ("420281", "420683"), ("420683", "420281"),
    }  # fmt: skip
    for one in check["journeys"]:
        assert all(one[step] for step in STEPS), one
    bands = {(one["home"], one["host"]): one["mapped_band"] for one in check["journeys"]}
    assert {bands["huangshi", "zaoyang"], bands["zaoyang", "huangshi"]} == {"meets"}
    assert bands["huangshi", "tianjin"] in {"good", "excellent", "outstanding"}
    assert (code, check["holds"]) == (0, True)


def test_every_byte_between_them_was_read(checked):
    _, told, _ = checked
    check = told["check"]
    # Per journey two questions, a use and a withdrawal, each answered, each some hundred bytes.
    assert check["bytes_between_cities"] > len(check["journeys"]) * 4 * 2 * 300
    assert check["personal_data_found"] == []


def test_nothing_that_it_started_is_left(checked):
    _, _, children = checked
    assert gone(children)


def test_a_check_that_is_stopped_stops_its_cities_and_has_not_succeeded(tmp_path):
    with started(tmp_path, "--check") as process:
        children = children_of(process)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 1
    assert gone(children)


@pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux tells a process of its parent's end"
)
def test_cities_end_with_whoever_started_them_even_where_that_was_killed(tmp_path):
    with started(tmp_path) as process:
        children = children_of(process)
        process.kill()
        process.wait(timeout=30)
    assert gone(children)


def test_a_check_of_cities_that_are_not_served_is_refused(tmp_path):
    told = points("federation", "up", "--check", "--no-serve", "--folder", tmp_path / "x")
    assert told.exit_code == 2
    assert not (tmp_path / "x").exists()


def test_what_failed_is_told_with_question_and_answer_below_a_matrix(tmp_path, capsys):
    chosen = places(tmp_path, 3, 8100, counties=1)
    well = Journey(done=list(STEPS))
    outcomes = [
        Outcome(
            trip, "park-ticket", "good", "meets" if trip.agreement.by_scenario else "good", well
        )
        for trip in trips(chosen)
    ]
    stopped = Journey(done=["agreed"], asked="POST http://x/visitor", answered="503 timed-out")
    outcomes[0] = Outcome(outcomes[0].trip, "park-ticket", "good", None, stopped)
    verdict = Verdict(outcomes, 12_345, ["姓名 (a name)"], 4.2)
    federation_check.show(chosen, verdict, {"seconds": 9.9})
    text = capsys.readouterr().out
    assert "○ 420200 → 120000 park-ticket: POST http://x/visitor" in text
    assert "503 timed-out" in text
    assert text.count("●") == 1 + 5 + 2  # the legend, five pairs of cities, two of the pilot
    for shown in ("黄石", "天津", "三亚", "大冶市？", "枣阳市？", "达标", "12,345", "姓名"):
        assert shown in text
