"""`points federation up`: processes on loopback, which end when they are told to."""

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from itertools import permutations
from urllib.request import urlopen

import psutil
import pytest
from typer.testing import CliRunner

from interop.directory import begin
from points_api.__main__ import app
from points_api.cli.federation import show
from points_api.clock import now
from points_api.federation.places import places
from tests.frame.tree import ROOT, text
from tests.ports import free_ports

CITIES = ["huangshi", "tianjin", "sanya"]
UP_SECONDS = 300


@pytest.fixture(scope="module")
def federation(tmp_path_factory):
    """Three cities, and the process that started them."""
    folder = tmp_path_factory.mktemp("up")
    words = ["federation", "up", "--cities", "3", "--people", "12", "--json"]
    words += ["--base-port", str(free_ports(3)), "--folder", str(folder / "cities")]
    with (folder / "out").open("wb") as out, (folder / "err").open("wb") as err:
        process = subprocess.Popen(
            [sys.executable, "-m", "points_api", *words],
            cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=out, stderr=err,
        )  # fmt: skip
    try:
        yield process, told_by(process, folder), folder
    finally:
        process.terminate()
        process.wait(timeout=30)


def told_by(process, folder):
    """What it tells once all are up, which takes minutes where other tests have the processors."""
    for _ in range(UP_SECONDS * 10):
        if (told := (folder / "out").read_text("utf-8")).endswith("}\n"):
            return json.loads(told)
        assert process.poll() is None, (folder / "err").read_text("utf-8")
        time.sleep(0.1)
    pytest.fail(f"not up in {UP_SECONDS} s: {(folder / 'err').read_text('utf-8')}")


def test_whoever_reads_a_file_sees_that_it_goes_on(federation):
    lines = (federation[2] / "err").read_text("utf-8").splitlines()
    assert lines[0] == "城市 cities 0/3"
    assert "城市 cities 3/3" in lines


def get(address):
    with urlopen(address, timeout=5) as answer:
        return json.load(answer)


@pytest.mark.slow
def test_three_cities_answer_each_with_its_own_scorecard(federation):
    _, told, folder = federation
    assert [one["id"] for one in told["cities"]] == CITIES
    for city in told["cities"]:
        assert get(f"{city['address']}/readyz")["status"] == "ok"
        card = get(f"{city['address']}/v1/scorecards/current")
        assert (card["city"], card["basis"]) == (city["id"], city["scorecard_basis"])
        assert city["joined"] > 0
    maxima = {get(f"{one['address']}/v1/scorecards/current")["maximum"] for one in told["cities"]}
    assert maxima == {"100.0", "1000.0", "200.0"}
    trusted = begin((folder / "cities" / "directory.json").read_bytes(), told["digest"])
    listed = trusted.at(now())
    assert {one.address for one in listed} == {one["address"] for one in told["cities"]}
    for city in CITIES:
        with closing(sqlite3.connect(folder / "cities" / city / "points.db")) as database:
            taken = database.execute("SELECT source, target FROM mapping_table").fetchall()
        assert sorted(taken) == sorted(
            pair for pair in permutations(CITIES, 2) if city in pair
        )  # what each has signed with the others, both ways


@pytest.mark.slow
def test_one_city_tests_another_by_its_own_key_in_one_line(federation):
    _, told, folder = federation
    address = told["cities"][0]["address"]
    kit = points("federation", "conformance", address, "--as", folder / "cities/sanya")
    assert kit.exit_code == 0, kit.output
    assert "✗" not in kit.output
    assert "wrong-destination" in kit.stdout


@pytest.mark.slow
def test_with_the_code_that_the_page_makes_nothing_is_skipped(federation):
    _, told, folder = federation
    (lines,) = re.findall(
        r"^```bash\n([^`]*--visit \$X:\$C)\n```", text("docs/joining.md"), re.MULTILINE
    )
    program = f"env COLUMNS=160 PYTHONPATH={ROOT} {sys.executable} -m points_api"
    address = told["cities"][0]["address"]
    for printed, here in (
        (".venv/bin/points", program),
        ("http://127.0.0.1:8100", address),
        ("var/federation", str(folder / "cities")),
    ):
        lines = lines.replace(printed, here)
    shell = subprocess.run(
        ["bash", "-c", f"set -euo pipefail\n{lines}"],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert shell.returncode == 0, shell.stdout + shell.stderr
    assert "未通过 0 · 跳过 0" in shell.stdout


@pytest.mark.slow
def test_a_city_that_ends_is_told_by_name_and_the_rest_go_on(federation):
    process, told, folder = federation
    port = int(told["cities"][1]["address"].rpartition(":")[2])
    (tianjin,) = [
        child for child in psutil.Process(process.pid).children() if str(port) in child.cmdline()
    ]
    tianjin.send_signal(signal.SIGKILL)
    for _ in range(100):
        if "tianjin" in (folder / "err").read_text("utf-8"):
            break
        time.sleep(0.1)
    assert "tianjin 自行退出" in (folder / "err").read_text("utf-8")
    assert get(f"{told['cities'][2]['address']}/readyz")["status"] == "ok"


@pytest.mark.slow
def test_being_interrupted_it_stops_all_of_them(federation):
    process, _, _ = federation
    children = psutil.Process(process.pid).children()
    assert len(children) == 2
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=30) == 0
    assert not any(child.is_running() for child in children)


def points(*words, **env):
    env = {"COLUMNS": "160", **env}
    return CliRunner().invoke(app, [str(word) for word in words], env=env)


def test_a_taken_port_and_a_folder_of_something_else_are_refused_before_anything_is_made(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        told = points("federation", "up", "--base-port", port, "--folder", tmp_path / "x")
    assert told.exit_code == 2
    assert str(port) in told.stderr
    assert not (tmp_path / "x").exists()
    (tmp_path / "thesis.txt").write_text("years of work", "utf-8")
    told = points("federation", "up", "--no-serve", "--folder", tmp_path)
    assert told.exit_code == 2
    assert (tmp_path / "thesis.txt").exists()


def test_a_demo_does_not_clear_a_folder_of_something_else_either(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work", "utf-8")
    assert points("demo", "--no-serve", "--folder", tmp_path).exit_code == 2
    assert (tmp_path / "thesis.txt").exists()


def test_production_has_no_federation(tmp_path):
    keys = {"POINTS_ENV": "production", "POINTS_WECHAT_APPID": "wx", "POINTS_WECHAT_SECRET": "s",
            "POINTS_SECRET_KEYS": f"k1:{'A' * 43}="}  # fmt: skip
    told = points("federation", "up", "--no-serve", "--folder", tmp_path / "x", **keys)
    assert told.exit_code == 2
    assert not (tmp_path / "x").exists()


def test_the_table_names_every_band_for_people_in_each_city(tmp_path, capsys):
    ten = places(tmp_path, 10, 8100)
    cities = [
        {
            "id": one.city.id, "name": one.city.name.zh, "score_name": one.city.score_name.zh,
            "score_basis": one.city.score_basis, "scale": str(one.city.scale),
            "scale_basis": one.city.scale.basis, "address": one.address,
            "logins": [
                {"code": f"demo:{n}", "score": "1", "band": band.id}
                for n, band in enumerate(one.city.bands)
            ],
        }
        for one in ten
    ]  # fmt: skip
    show({"cities": cities, "edition": 1, "directory": "d", "tables": 90, "seconds": 1}, ten,
         serve=True)  # fmt: skip
    printed = "".join(capsys.readouterr().out.split())
    for one in ten:
        for band in one.city.bands:
            assert band.name.zh in printed
