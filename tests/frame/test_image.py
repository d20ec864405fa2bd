"""The image without an engine: what can be known about it by reading and by making the wheel."""

import fnmatch
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml

from points_api.settings import PREFIX, Settings
from tests.frame.commands import refusal_of
from tests.frame.tree import PACKAGES, ROOT, text, tracked

DOCKERFILE = text("Dockerfile").replace("\\\n", " ")
COPIED = [
    source
    for words in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
    for source in words.split()[:-1]
]
COMPOSE = yaml.safe_load(text("compose.yaml"))
OURS = {n: s for n, s in COMPOSE["services"].items() if s["image"] == "huangshi-credit-points"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names in the wheel, made from a copy of exactly what the Dockerfile copies."""
    folder = tmp_path_factory.mktemp("image")
    for path in tracked():
        name = path.relative_to(ROOT)
        if name.parts[0] in COPIED:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, folder / name)
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation",
         "--no-index", "--wheel-dir", "dist", "."],
        cwd=folder, check=True, capture_output=True,
    )  # fmt: skip
    (made,) = (folder / "dist").glob("*.whl")
    return set(zipfile.ZipFile(made).namelist())


@pytest.mark.parametrize("source", COPIED)
def test_what_the_image_copies_exists_and_reaches_the_builder(source):
    assert (ROOT / source).exists()
    assert f"!{source}" in text(".dockerignore").splitlines()


def test_secrets_and_history_never_reach_the_builder():
    lines = text(".dockerignore").splitlines()
    assert "*" in lines
    for secret in (".env", ".git", "var", ".venv"):
        assert not any(fnmatch.fnmatch(secret, line[1:]) for line in lines if line.startswith("!"))


def test_the_wheel_holds_every_file_of_the_packages(wheel):
    wanted = {
        path.relative_to(ROOT).as_posix()
        for path in tracked()
        if path.relative_to(ROOT).parts[0] in PACKAGES
    }
    assert wanted - wheel == set()


def test_the_wheel_holds_nothing_else(wheel):
    tops = {Path(name).parts[0] for name in wheel}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)
    assert any(name.endswith("licenses/LICENSE") for name in wheel)


def test_the_image_starts_as_nobody_and_is_asked_for_its_health():
    final = DOCKERFILE.split("\nFROM ")[-1]
    assert re.search(r"^USER [1-9]\d+$", final, re.MULTILINE)
    assert "/healthz" in final
    assert not re.search(r"\b(apt-get|pip|curl|gcc)\b", final)


def test_the_image_runs_a_command_of_the_program():
    words = re.search(r'^CMD \["(.+)"\]$', DOCKERFILE.split("ENTRYPOINT")[-1], re.MULTILINE)
    assert words is not None
    assert refusal_of(words[1].split('", "')) is None


@pytest.mark.parametrize("name", [name for name in OURS if "command" in OURS[name]])
def test_each_service_runs_a_command_of_the_program(name):
    assert refusal_of(OURS[name]["command"]) is None


@pytest.mark.parametrize("name", OURS)
def test_each_service_of_ours_is_confined(name):
    service = OURS[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["deploy"]["resources"]["limits"].keys() == {"cpus", "memory"}


@pytest.mark.parametrize("name", sorted(set(COMPOSE["services"]) - {"api"}))
def test_only_the_api_is_offered_and_only_to_this_machine(name):
    assert "ports" not in COMPOSE["services"][name]
    assert all(port.startswith("127.0.0.1:") for port in COMPOSE["services"]["api"]["ports"])


def test_every_variable_of_the_files_is_a_setting():
    named = re.findall(rf"^{PREFIX}(\w+)=", text(".env.example"), re.MULTILINE)
    named += [key.removeprefix(PREFIX) for key in COMPOSE["x-points"]["environment"]]
    assert {name.lower() for name in named} <= set(Settings.model_fields)
    assert len(named) >= 6


def test_no_secret_has_a_value_in_the_files():
    values = re.findall(r"^[A-Z_]+=(.*)$", text(".env.example"), re.MULTILINE)
    assert values
    assert not any(values)
