"""The rules of the house hold by machine: each is broken here on purpose and must be reported."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.frame.tree import PACKAGES, ROOT, text, tracked


def ruff(source: str, name: str) -> str:
    command = [sys.executable, "-m", "ruff", "check", "--output-format=concise"]
    answer = subprocess.run(
        [*command, "--stdin-filename", name],
        cwd=ROOT, input=source, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return answer.stdout


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("from datetime import UTC, datetime as d\n\nx = d.now(UTC)\n", "points_api.clock.now()"),
        ("from datetime import date\n\nx = date.today()\n", "points_api.clock.today()"),
        ("import time\n\nx = time.time()\n", "points_api.clock.now()"),
        ("from uuid import uuid4\n\nx = uuid4()\n", "points_api.ids.new_id()"),
        ("import asyncio\n\nx = asyncio.create_task(y)\n", "after_commit"),
        ("from .ids import new_id\n", "TID252"),
        ("from datetime import datetime\n\nx = datetime(2026, 1, 1)\n", "DTZ001"),
    ],
)
@pytest.mark.parametrize("name", ["points_api/records/service.py", "tests/scoring/test_x.py"])
def test_what_is_banned_is_reported_with_the_way_to_do_it(source, told, name):
    assert told in ruff('"""Doc."""\n\n' + source, name)


def test_only_the_clock_reads_the_clock():
    source = '"""Doc."""\n\nfrom datetime import UTC, datetime\n\nx = datetime.now(UTC)\n'
    assert "TID251" not in ruff(source, "points_api/clock.py")


def test_only_tests_may_use_what_is_banned_and_they_say_why():
    marked = re.compile(r"# noqa:[^\n]*TID251(?P<reason> - \w+)?")
    for path in tracked():
        name = path.relative_to(ROOT).as_posix()
        if path.suffix == ".py" and name != "tests/frame/test_house_rules.py":
            for found in marked.finditer(path.read_text("utf-8")):
                assert name.startswith("tests/"), name
                assert found["reason"], name


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("copy")
    for name in (*PACKAGES, "loadtests"):
        shutil.copytree(
            ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "data")
        )
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def contracts(folder: Path) -> str:
    answer = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()",
         "--no-cache"],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Contracts:" in answer.stdout, answer.stdout + answer.stderr
    return answer.stdout


@pytest.mark.parametrize(
    ("name", "line", "contract"),
    [
        ("scoring/planted.py", "import points_api.ids", "The application knows the rules"),
        ("scoring/planted.py", "import scenarios", "The application knows the rules"),
        ("interop/planted.py", "import fastapi", "Rules touch no framework"),
        ("points_api/crypto/planted.py", "import points_api.residents", "Inside the application"),
        ("points_api/records/service.py", "import fastapi", "Services know nothing of HTTP"),
        ("loadtests/planted.py", "import scoring", "Load tests see only HTTP"),
    ],
)
def test_a_forbidden_import_breaks_its_contract(copy, name, line, contract):
    planted = copy / name
    before = planted.read_text("utf-8") if planted.exists() else None
    planted.write_text(f"{before or ''}\n{line}\n", "utf-8")
    try:
        told = contracts(copy)
    finally:
        if before is None:
            planted.unlink()
        else:
            planted.write_text(before, "utf-8")
    assert re.search(rf"^{contract}.* BROKEN\b", told, re.MULTILINE)


def test_every_rule_package_carries_its_types():
    for name in PACKAGES:
        assert (ROOT / name / "py.typed").exists()
    assert "py.typed" in text("pyproject.toml")
