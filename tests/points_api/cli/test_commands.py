"""All commands together: listed at once, errors in one line, nothing but results in a pipe."""

import os
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from points_api.__main__ import app

NAMES = """demo ingest score generate rescore scorecard snapshot cities agencies officers records
    keys audit migrate serve relay jobs"""


def test_help_lists_every_command_in_both_languages():
    help_text = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "200"}).stdout
    for name in NAMES.split():
        [line] = [line for line in help_text.splitlines() if line.startswith(f"│ {name} ")]
        assert any("一" <= letter <= "鿿" for letter in line), line
        assert line.isascii() is False
        assert any(letter.isascii() and letter.isalpha() for letter in line[12:]), line


@pytest.mark.parametrize("name", NAMES.split())
def test_every_command_explains_itself(name):
    result = CliRunner().invoke(app, [name, "--help"])
    assert result.exit_code == 0


def test_commands_load_their_parts_only_when_they_run():
    """So that they start at once: each of these libraries takes a tenth of a second and more."""
    names = NAMES.replace("demo ingest", "").replace("migrate serve relay jobs", "service")
    modules = ", ".join(names.split())
    program = (
        f"import sys; from points_api.cli import {modules}\n"
        "print(sorted({'tortoise', 'fastapi', 'pydantic', 'numpy', 'polars', 'cryptography'}"
        " & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"POINTS_DATABASE_URL": "mysql://root:hunter2@db/points"}, "POINTS_DATABASE_URL"),
        ({"POINTS_SECRET_KEYS": "hunter2"}, "POINTS_SECRET_KEYS"),
        ({"POINTS_ENV": "production"}, "POINTS_SECRET_KEYS"),
        ({"POINTS_DATABASE_URL": "postgres://u:hunter2@127.0.0.1:1/x"}, "POINTS_DATABASE_URL"),
        ({"POINTS_DATA_DIR": "tests"}, "agencies.toml"),
    ],
)  # fmt: skip
def test_a_mistaken_setting_is_one_line_with_the_mend_and_never_a_traceback(
    tmp_path, settings, said
):
    env = {**os.environ, "POINTS_DATABASE_URL": f"sqlite://{tmp_path}/points.db", **settings}
    command = [sys.executable, "-m", "points_api", "rescore"]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    lines = [line for line in done.stderr.splitlines() if said in line and "警告" not in line]
    assert len(lines) == 1
    assert "hunter2" not in done.stderr
    assert "Traceback" not in done.stderr


def test_a_server_s_database_without_the_schema_says_to_migrate(postgres_server, points):
    for words in ("audit verify", "rescore", "relay", "agencies list", "officers list"):
        result = points(*words.split(), DATABASE_URL=postgres_server)
        assert result.exit_code == 2
        assert "points migrate" in result.stderr.splitlines()[-1]


def test_the_embedded_database_is_made_on_the_way(points, tmp_path):
    result = points("rescore", DATABASE_URL=f"sqlite://{tmp_path}/new/points.db")
    assert result.exit_code == 0
    assert "0 people" in result.stdout
    assert points("migrate", DATABASE_URL=f"sqlite://{tmp_path}/new/points.db").exit_code == 0


def test_a_command_names_what_is_embedded_in_one_line(points, tmp_path):
    url = f"sqlite://{tmp_path}/points.db"
    [line] = points("officers", "list", DATABASE_URL=url).stderr.splitlines()
    assert "SQLite" in line


def test_serving_with_embedded_parts_takes_one_process_only(points):
    result = points("serve", "--workers", 2)
    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1].startswith("--workers: ")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("merchants serve nope x", "merchant_id: 应为 UUID (Must be a UUID)"),
        ("score", "--records: 缺少，请补上 (missing; add it)"),
        ("demo --people 0", "--people: 不得小于 1 (Must be at least 1)"),
        ("rescore --as-of 2020", "--as-of: 日期写作 (a day is written) 2026-01-31"),
        ("score --recrds x", "--recrds: 没有这个选项 (no such option)；是否 (perhaps): --records"),
        ("scorx", "写法不对 (not understood): No such command 'scorx'."),
    ],
)
def test_a_mistaken_call_is_one_line_in_both_languages_with_where_the_usage_stands(words, said):
    result = CliRunner().invoke(app, words.split())
    assert result.exit_code == 2
    assert result.stdout == ""
    [line] = result.stderr.splitlines()
    assert line.startswith(said)
    assert line.endswith(" --help")


def test_a_group_without_a_command_shows_what_it_has():
    result = CliRunner().invoke(app, ["merchants"])
    assert "make-key" in result.output
    assert "not understood" not in result.output
