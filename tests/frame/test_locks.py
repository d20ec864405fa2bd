"""Installing gives the same bytes everywhere, and tells nothing about where the locks were made."""

import re
import tomllib

import pytest

from tests.frame.tree import ROOT, text, tracked

LOCKS = ("requirements.lock", "requirements-build.lock", "requirements-dev.lock")
PIN = re.compile(
    r"^([a-z0-9][a-z0-9._-]*)==([^\s;\\]+)((?:.*\\\n)(?:    --hash=\S+(?: \\)?\n)+)", re.MULTILINE
)

# Put together here, so that this file does not hold what it looks for.
HOSTS = [".".join(parts) for parts in [
    ("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmmirror", "com"),
    ("deb", "debian", "org"), ("tuna", "tsinghua", "edu", "cn"), ("mirrors", "aliyun", "com"),
]]  # fmt: skip
PATHS = [
    "/" + "/".join(parts) for parts in [("work", ""), ("root", ""), ("home", ""), ("opt", "pypi")]
]


def pins(name: str) -> dict[str, tuple[str, frozenset[str]]]:
    """Version and hashes by package."""
    return {
        package: (version, frozenset(re.findall(r"--hash=(\S+)", rest)))
        for package, version, rest in PIN.findall(text(name))
    }


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_of_a_lock_has_one_version_and_its_hashes(name):
    locked = pins(name)
    assert len(locked) == len(re.findall(r"^\S+==", text(name), re.MULTILINE)) > 0
    assert all(hashes for _, hashes in locked.values())
    assert all(digest.startswith("sha256:") for _, hashes in locked.values() for digest in hashes)


def test_what_runs_is_what_was_tested():
    everything = pins("requirements-dev.lock")
    for name in LOCKS[:2]:
        assert pins(name).items() <= everything.items(), name


def test_the_locks_hold_what_the_project_asks_for():
    project = tomllib.loads(text("pyproject.toml"))
    extras = project["project"]["optional-dependencies"].values()
    asked = project["project"]["dependencies"] + [line for extra in extras for line in extra]
    locked = pins("requirements-dev.lock")
    for line in asked + project["dependency-groups"]["build"]:
        package, version = re.sub(r"\[.*?\]", "", line).split("==")
        assert locked[package.lower()][0] == version, line


def test_the_running_program_needs_no_tool_of_the_tests():
    assert not pins("requirements.lock").keys() & {"pytest", "ruff", "mypy", "locust", "hypothesis"}


@pytest.mark.parametrize("line", [*HOSTS, *PATHS])
def test_no_file_names_a_package_index_or_a_place_on_the_machine_of_its_author(line):
    found = [
        path.relative_to(ROOT).as_posix()
        for path in tracked()
        if line.encode() in path.read_bytes()
    ]
    assert found == []
