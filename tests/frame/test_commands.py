"""The commands of the README: they exist, they are quiet, and CI closes on pytest's own line."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.frame.commands import refusal_of
from tests.frame.tree import ROOT, text, tracked

TARGETS = set(re.findall(r"^([a-z]+):", text("Makefile"), re.MULTILINE))
README_BLOCKS = "\n".join(
    re.findall(r"^```.*?\n(.*?)^```", text("README.md"), re.MULTILINE | re.DOTALL)
)


def run(*words: str, path: str = "") -> subprocess.CompletedProcess[str]:
    environment = os.environ | ({"PATH": f"{path}:{os.environ['PATH']}"} if path else {})
    return subprocess.run(
        words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\bmake ([a-z]+)", text("README.md")))))
def test_each_make_target_of_the_readme_exists(target):
    assert target in TARGETS


@pytest.mark.parametrize(
    "line",
    sorted(set(re.findall(r"^(?:\$ )?(?:\.venv/bin/)?points (.+)$", README_BLOCKS, re.MULTILINE))),
)
def test_each_command_of_the_readme_exists(line):
    words = line.split("#")[0].split("|")[0].split(">")[0].split()
    assert refusal_of(words) is None


def test_each_link_of_the_documents_leads_somewhere():
    for path in tracked():
        if path.suffix == ".md":
            for link in re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text("utf-8")):
                assert (path.parent / link).exists(), f"{path.relative_to(ROOT)}: {link}"


def test_help_lists_every_target_that_people_call():
    told = run("make", "--no-print-directory", "help").stdout
    for target in ("demo", "test", "lint", "bench", "load", "setup", "clean"):
        assert re.search(rf"^ *make {target} ", told, re.MULTILINE), target


def test_installing_what_is_there_says_nothing():
    answer = run("sh", "dev/install.sh", "postgresql", "redis-server")
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")


def test_what_cannot_be_installed_is_named():
    answer = run("sh", "dev/install.sh", "mainframe")
    assert answer.returncode == 1
    assert answer.stderr == "dev/install.sh: do not know how to install mainframe\n"


PASSED = "====== 3 passed, 1 skipped in 1.20s ======"
FAILED = "====== 1 failed, 2 passed in 1.20s ======"


@pytest.mark.parametrize(
    ("tests", "lint", "code", "last"),
    [
        ((PASSED, 0), 0, 0, PASSED),
        ((FAILED, 1), 0, 1, FAILED),
        ((PASSED, 0), 1, 1, PASSED),
        (("no tests ran in 0.01s", 5), 0, 1, "make test: pytest gave no summary"),
        (("make: *** [setup] Error 1", 2), 0, 1, "make test: pytest gave no summary"),
    ],
)
def test_ci_fails_when_either_fails_and_closes_on_pytests_line(tmp_path, tests, lint, code, last):
    make = tmp_path / "make"
    make.write_text(
        f"""#!/bin/sh
case $2 in
  test) printf '%s\\n' "{tests[0]}"; exit {tests[1]} ;;
  lint) echo "linted 3 files"; exit {lint} ;;
esac
"""
    )
    make.chmod(0o755)
    answer = run("bash", ".ci/run", path=str(tmp_path))
    assert answer.stdout.splitlines()[-1] == last
    assert answer.returncode == code


def test_each_script_of_the_frame_may_be_run():
    assert os.access(ROOT / ".ci/run", os.X_OK)
    assert Path(ROOT / ".ci/run").read_text().startswith("#!/usr/bin/env bash")
