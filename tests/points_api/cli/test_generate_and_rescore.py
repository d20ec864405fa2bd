"""`points generate` and `points rescore`: results for people, and for programs nothing else."""

import asyncio
import json
import os
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from points_api.__main__ import app
from points_api.db import config
from points_api.jobs.alone import alone
from points_api.scores.models import ScoreRow
from tests.factories import make_member


def generate(*words):
    return CliRunner().invoke(app, ["generate", *map(str, words)])


def content(folder):
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_same_seed_gives_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        result = generate("--people", 20, "--seed", 7, "--out", tmp_path / name)
        assert result.exit_code == 0, result.stderr
    assert content(tmp_path / "a") == content(tmp_path / "b") != {}


def test_json_is_one_object_that_tells_what_was_made(tmp_path):
    result = generate("--people", 20, "--records", 300, "--out", tmp_path / "a", "--json")
    made = json.loads(result.stdout)
    assert (made["people"], made["records"], made["seed"]) == (20, 300, 1)
    assert set(made["files"]) <= set(content(tmp_path / "a"))
    assert result.stderr == ""  # no progress bar in a pipe


@pytest.mark.parametrize(
    ("words", "said"),
    [(("--people", 0), "people"), (("--people", 9, "--records", -1), "records"),
     (("--people", 9, "--spoil", 2), "spoil"), (("--people", 9, "--seed", -1), "seed")],
)  # fmt: skip
def test_what_cannot_be_made_is_refused_in_one_line(tmp_path, words, said):
    result = generate(*words, "--out", tmp_path / "a")
    assert result.exit_code == 2
    assert result.stderr.startswith(said)
    assert len(result.stderr.splitlines()) == 1


def test_a_folder_that_holds_something_is_left_alone(tmp_path):
    (tmp_path / "mine").write_text("mine")
    assert generate("--people", 5, "--out", tmp_path).exit_code == 2
    assert content(tmp_path) == {"mine": b"mine"}


@pytest.fixture
def joined(in_database):
    async def join():
        for _ in range(3):
            await make_member()

    in_database(join)


def test_rescoring_tells_people_and_changes(points, in_database, joined):
    order = ("rescore", "--as-of", "2026-06-01", "--engine", "person", "--json")
    result = json.loads(points(*order).stdout)
    assert (result["people"], result["changed"], result["engine"]) == (3, 3, "person")
    assert result["seconds"] >= 0
    again = json.loads(points(*order).stdout)
    assert (again["people"], again["changed"]) == (3, 0)
    days = in_database(lambda: ScoreRow.all().values_list("as_of", flat=True))
    assert {str(day) for day in days} == {"2026-06-01"}


def test_a_second_rescoring_at_once_says_so_and_ends(database_url, joined):
    async def while_another_is_at_it():
        async with config.open(database_url), alone("nightly"):
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "points_api", "rescore",
                env={**os.environ, "POINTS_DATABASE_URL": database_url},
                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            )  # fmt: skip
            return process, *await process.communicate()

    process, said, warned = asyncio.run(while_another_is_at_it())
    assert (process.returncode, said) == (2, b"")
    assert b"another process" in warned
    assert b"Traceback" not in warned
