"""The README's five minutes for a resident and for a merchant, run as printed on the demo city."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import parse_qsl
from urllib.request import urlopen
from uuid import UUID

import pytest

from tests.frame.tree import ROOT, text
from tests.ports import free_ports

PRINTED = "http://127.0.0.1:8000"
HANGS_SECONDS = 900
"""What is waited for either happens or ends; time tells only of how busy the machine is."""


def blocks(heading: str) -> list[str]:
    """The shell blocks of a section."""
    whole = re.MULTILINE | re.DOTALL
    (section,) = re.findall(rf"^## {heading}.*?(?=^## )", text("README.md"), whole)
    found: list[str] = re.findall(r"^```bash\n(.*?)^```", section, whole)
    return found


RESIDENT, MERCHANT = blocks("居民"), blocks("商户")
FREE_USES = 4
"""How often a year the scenario of the README may be used by one person."""
OFFICER = blocks("信用办")[:1]
MADE_FILES, AGENCY = blocks("信源单位")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Address and folder of the demo city, served by the command that `make demo` runs."""
    folder = tmp_path_factory.mktemp("demo")
    port = free_ports()
    environment = {n: v for n, v in os.environ.items() if not n.startswith("POINTS_")}
    environment["POINTS_DATABASE_URL"] = f"sqlite://{folder}/points.db"
    environment["PYTHONPATH"] = str(ROOT)
    command = [sys.executable, "-m", "points_api", "demo", "--people", "120", "--port", str(port)]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
    try:
        _wait(process, f"http://127.0.0.1:{port}", folder / "log")
        yield f"http://127.0.0.1:{port}", folder
    finally:
        process.terminate()
        process.wait(timeout=HANGS_SECONDS)


def _wait(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    give_up = time.monotonic() + HANGS_SECONDS
    while process.poll() is None and time.monotonic() < give_up:
        try:
            urlopen(f"{address}/readyz", timeout=2).close()
        except (URLError, OSError):
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"not ready: {log.read_text(encoding='utf-8')[-2000:]}")


def run(demo: tuple[str, Path], lines: list[str]) -> str:
    """What somebody reads who pastes these blocks into one terminal; nothing may fail."""
    address, folder = demo
    program = f"env PYTHONPATH={ROOT} {sys.executable} -m points_api"
    printed = "\n".join(lines).replace(PRINTED, address).replace(".venv/bin/points", program)
    printed = printed.replace("sqlite://var/demo/points.db", f"sqlite://{folder}/points.db")
    shell = subprocess.run(
        ["bash", "-c", f"set -euo pipefail\n{printed}"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=HANGS_SECONDS,
    )
    told = [line for line in shell.stderr.splitlines() if not line.startswith("试用设置")]
    assert (shell.returncode, told) == (0, [])
    return shell.stdout


def pasted(demo: tuple[str, Path], lines: list[str]) -> list[dict[str, object]]:
    """The answers of these blocks, each printed as JSON."""
    reader, seen, rest = json.JSONDecoder(), [], run(demo, lines).strip()
    while rest:
        value, end = reader.raw_decode(rest)
        seen.append(value)
        rest = rest[end:].strip()
    return seen


@pytest.fixture(scope="module")
def resident(demo: tuple[str, Path]) -> list[dict[str, object]]:
    return pasted(demo, RESIDENT)


@pytest.fixture(scope="module")
def merchant(demo: tuple[str, Path]) -> list[dict[str, object]]:
    return pasted(demo, MERCHANT)


@pytest.fixture(scope="module")
def officer(demo: tuple[str, Path], merchant: object) -> list[dict[str, object]]:
    """After the merchant, whose scenario the officer stops."""
    return pasted(demo, OFFICER)


def test_every_step_answers_and_none_is_refused_but_by_the_sandboxs_fault(resident, merchant):
    assert len(resident) == "\n".join(RESIDENT).count("| show\n")
    # The redemption is printed once and sent twice.
    assert len(merchant) == "\n".join(MERCHANT).count("| show\n") + 1
    answers = [*resident, *merchant]
    refused = [answer["type"] for answer in answers if answer.get("errcode")]
    assert refused == ["/problems/sandbox-unavailable"]


def test_the_first_resident_of_the_demo_has_something_to_look_at(resident):
    score, reasons, records = resident[:3]
    assert score["score"] == reasons["score"]
    assert reasons["reasons"]
    assert records["items"]


def test_the_residents_of_the_readme_stand_in_the_table_that_the_demo_prints(demo):
    printed = (demo[1] / "log").read_text(encoding="utf-8")
    codes = set(re.findall(r'"code": "(demo:\d+)"', "\n".join([*RESIDENT, *MERCHANT])))
    assert codes == {"demo:1", "demo:5"}
    assert [code for code in codes if not re.search(rf"{code}\b", printed)] == []


def test_the_demo_prints_a_link_that_sets_the_offline_page_up(demo):
    address, folder = demo
    printed = (folder / "log").read_text(encoding="utf-8")
    (query,) = re.findall(rf"{address}/verify\?(\S+)", printed)
    named = dict(parse_qsl(query))
    assert str(UUID(named["merchant"])) == named["merchant"]
    for path in (f"/verify?{query}", f"/v1/scenarios/{named['scenario']}"):
        with urlopen(address + path, timeout=HANGS_SECONDS) as answer:
            assert answer.status == 200


def test_the_new_resident_joins_sees_the_first_page_and_leaves(resident):
    joined, home, left = resident[-3:]
    assert joined["state"] == home["state"] == "joined"
    assert left["deleted"]


def test_every_address_that_the_readme_calls_is_printed_in_it():
    for blocks_of in (RESIDENT, MERCHANT):
        assert PRINTED in blocks_of[0]
    called = "\n".join([*RESIDENT, *MERCHANT])
    assert len(set(re.findall(r"\$A(/v1/[a-z/-]+)", called))) >= 16


def test_the_merchant_learns_yes_redeems_once_and_finds_it_in_todays_statement(merchant):
    served, found, _, verified, first, again, statement, seen, undone = merchant[:9]
    assert {one["scenario_id"] for one in served["items"]} >= {verified_in(found)}
    assert verified["eligible"] is True
    assert first == again
    assert (first["state"], first["benefit_fen"]) == ("confirmed", 600)
    assert statement["closed"] is False
    assert first["redemption_id"] in {one["redemption_id"] for one in statement["ledger"]}
    assert len(statement["ledger"]) == 2  # the README tells whose the other one is
    assert seen["items"][0]["verification_id"] == verified["verification_id"]
    assert (undone["redemption_id"], undone["state"]) == (first["redemption_id"], "reversed")


def test_the_sandbox_says_yes_to_its_made_up_resident_and_does_what_it_was_set_to(merchant):
    residents, verified, set_to, faults, _ = merchant[9:]
    assert "excellent-1" in {one["handle"] for one in residents["items"]}
    assert verified["eligible"] is True
    assert (set_to["offset_seconds"], faults["error_calls"]) == (86400, 1)


def test_pasting_the_merchant_s_blocks_again_works_on_the_same_city(demo, merchant):
    again: list[Any] = pasted(demo, MERCHANT)
    for _ in range(FREE_USES):  # a use is given back each time, so that none is the last
        _, _, _, eligible, redeemed, *_ = pasted(demo, MERCHANT[:1])
        assert (eligible["eligible"], redeemed["state"]) == (True, "confirmed")
    residents, verified, set_to, faults, _ = again[9:]
    assert "excellent-1" in {one["handle"] for one in residents["items"]}
    assert verified["eligible"] is True
    assert (set_to["offset_seconds"], faults["error_calls"]) == (86400, 1)


def test_pasting_the_agency_s_block_again_goes_on_with_the_key_that_is_there(demo):
    (made,) = re.findall(r"^.* generate .*$", MADE_FILES, re.MULTILINE)
    first = run(demo, [made, AGENCY])
    key = (demo[1] / "var/agency-key/private.jwk.json").read_bytes()
    again = run(demo, [AGENCY])
    delivery, end = json.JSONDecoder().raw_decode(first, first.index("{"))
    assert first[end] == "\n"  # the refused rows begin on a line of their own
    assert (delivery["corrected"], delivery["duplicates"]) == (0, 0)  # as the command counts
    assert delivery["accepted"] + delivery["rejected"] == delivery["total"] > 0
    assert delivery["delivery_id"] in again
    assert (demo[1] / "var/agency-key/private.jwk.json").read_bytes() == key


def test_the_table_of_the_demo_names_the_bands_for_people(demo):
    printed = (demo[1] / "log").read_text(encoding="utf-8")
    assert "信用良好 Good" in printed
    assert not re.search(r"│ (growing|good|excellent|outstanding) ", printed)


def test_the_officer_signs_in_and_stops_a_scenario(officer):
    published, stopped = officer
    assert published["items"]
    assert (stopped["scenario_id"], stopped["state"]) == (
        "huangshi-concert-refund-window", "suspended",
    )  # fmt: skip


def verified_in(found: dict[str, list[dict[str, str]]]) -> str:
    """The scenario that searching by pinyin found first."""
    return found["items"][0]["id"]
