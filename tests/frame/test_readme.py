"""The README's five minutes for a resident, run exactly as printed against the demo city."""

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from tests.frame.tree import ROOT, text

PRINTED = "http://127.0.0.1:8000"
(RESIDENT,) = re.findall(r"^## 居民.*?(?=^## )", text("README.md"), re.MULTILINE | re.DOTALL)
BLOCKS = re.findall(r"^```bash\n(.*?)^```", RESIDENT, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the demo city, served by the command that `make demo` runs."""
    folder = tmp_path_factory.mktemp("demo")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    environment = {n: v for n, v in os.environ.items() if not n.startswith("POINTS_")}
    environment["POINTS_DATABASE_URL"] = f"sqlite://{folder}/points.db"
    environment["PYTHONPATH"] = str(ROOT)
    command = [sys.executable, "-m", "points_api", "demo", "--people", "120", "--port", str(port)]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
    try:
        _wait(process, f"http://127.0.0.1:{port}", folder / "log")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    for _ in range(600):
        assert process.poll() is None, log.read_text(encoding="utf-8")[-2000:]
        try:
            urlopen(f"{address}/readyz", timeout=2).close()
        except (URLError, OSError):
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"not ready within a minute: {log.read_text(encoding='utf-8')[-2000:]}")


@pytest.fixture(scope="module")
def answers(demo: str) -> list[dict[str, object]]:
    """What a resident sees who pastes all blocks into one terminal."""
    script = "set -euo pipefail\n" + "\n".join(BLOCKS).replace(PRINTED, demo)
    shell = subprocess.run(
        ["bash", "-c", script], capture_output=True, text=True, check=False, timeout=60
    )
    assert (shell.returncode, shell.stderr) == (0, "")
    reader, seen, rest = json.JSONDecoder(), [], shell.stdout.strip()
    while rest:
        value, end = reader.raw_decode(rest)
        seen.append(value)
        rest = rest[end:].strip()
    return seen


def test_every_step_answers_and_none_is_refused(answers):
    assert len(answers) == "\n".join(BLOCKS).count("| show\n")
    assert [answer["errmsg"] for answer in answers if answer.get("errcode")] == []


def test_the_first_resident_of_the_demo_has_something_to_look_at(answers):
    score, reasons, records = answers[:3]
    assert score["score"] == reasons["score"]
    assert reasons["reasons"]
    assert records["items"]


def test_the_new_resident_joins_sees_the_first_page_and_leaves(answers):
    joined, home, left = answers[-3:]
    assert joined["state"] == home["state"] == "joined"
    assert left["deleted"]


def test_every_address_that_the_readme_calls_is_printed_in_it():
    assert PRINTED in BLOCKS[0]
    assert len(set(re.findall(r"\$A(/v1/[a-z/-]+)", "\n".join(BLOCKS)))) >= 9
