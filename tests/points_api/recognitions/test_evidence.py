"""Packages of what two cities have said, from either of them, checked by a command of its own."""

import asyncio
import json
import os
import sys
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from interop import base64url, evidence, jws
from interop.canonical import canonical, parse
from points_api import clock
from points_api.audit import service as audit
from points_api.audit.models import AuditEntry
from points_api.problem import NotFound
from points_api.recognitions import batches
from points_api.recognitions import evidence as packing
from points_api.recognitions.evidence import ExchangeNotLogged
from points_api.recognitions.models import Recognition, Visit
from tests.points_api.proofs.till import points
from tests.points_api.recognitions.asking import Asking
from tests.points_api.recognitions.questions import asked as question
from tests.points_api.recognitions.two_cities import HOME, HOST, PARKING, ROOM

STEPS = ["form", "directory", "request", "answer", "statement", "log"]


def check(document, digest, *words):
    return points("evidence", "check", "-", "--digest", digest, *words, stdin=document)


async def exported(city, number):
    return await city.run(
        lambda: packing.export(city.state.exchange, number, "office:test", clock.now())
    )


async def exchanges(cities, count=3):
    """So many visits, and the middle one's number at home and at the host."""
    visits = [await cities.visit(ROOM if n % 2 else PARKING) for n in range(count)]
    number = visits[count // 2].json()["verification_id"]
    visit = await cities.host.run(lambda: Visit.get(verification_id=number))
    said = await cities.home.run(lambda: Recognition.get(nonce=visit.nonce))
    return said.id, visit.verification_id


async def test_either_city_shows_the_exchange_and_its_own_log(cities):
    at_home, at_host = await exchanges(cities)
    for city, number in ((cities.home, at_home), (cities.host, at_host)):
        found = await exported(city, number)
        answer = check(found.document, found.digest, "--json")
        said = json.loads(answer.stdout)
        assert (answer.exit_code, said["holds"], said["logs"]) == (0, True, [city.division])
        assert [one["step"] for one in said["steps"]] == STEPS
        assert (said["statement"]["iss"], said["statement"]["aud"]) == (HOME, HOST)
        assert found.entries == 3
        entry = await city.run(lambda: AuditEntry.get(action="evidence.export"))
        assert entry.subject == f"exchange:{number}"


async def test_what_says_nothing_of_the_visitor_is_evidence_too(cities):
    await cities.score(59_000)
    [number, _] = await exchanges(cities)
    found = await exported(cities.home, number)
    answer = check(found.document, found.digest)
    assert answer.exit_code == 0
    assert "nothing of the visitor" in answer.stdout


async def test_the_log_grows_at_its_end(cities):
    number, _ = await exchanges(cities)
    before = parse((await exported(cities.home, number)).document)["logs"][0]
    other = ("partner:1", "recognition.answer", "recognition:1", {"batch": "1"})
    await cities.home.run(lambda: audit.append(*other))  # as before such answers were logged
    await cities.visit()
    after = parse((await exported(cities.home, number)).document)["logs"][0]
    assert before["index"] == after["index"] == 1
    sizes = [jws.read(one["checkpoint"], evidence.CHECKPOINT).claims["size"]
             for one in (before, after)]  # fmt: skip
    assert sizes == [3, 4]


async def answered(cities, *questions):
    """A batch of these questions, answered; the numbers of what home has said, in their order."""
    batch = Asking.about(cities.host.state.exchange, HOME, questions)
    await cities.host.run(batch.now())
    return await cities.home.run(
        lambda: Recognition.exclude(batch_id=None).order_by("id").values_list("id", flat=True)
    )


ITEM_STEPS = ["form", "directory", "request", "question", "statement", "log"]


async def test_each_question_of_a_batch_is_packed_and_checked_without_a_server(cities):
    await exchanges(cities, 1)
    first = question(await cities.code())
    numbers = await answered(
        cities, first, question("UNKNOWN" * 6), first, question(await cities.code(), table="no"),
        question(await cities.code()),
    )  # fmt: skip
    assert len(numbers) == 3
    nonces = []
    for number in numbers:
        found = await exported(cities.home, number)
        answer = check(found.document, found.digest, "--json")
        said = json.loads(answer.stdout)
        assert (answer.exit_code, said["holds"], said["logs"]) == (0, True, [HOME])
        assert [one["step"] for one in said["steps"]] == ITEM_STEPS
        assert found.entries == 4
        nonces.append(said["statement"]["nonce"])
        assert (
            nonces[-1]
            == parse(base64url.decode(parse(found.document)["request"]["body"]))["items"][
                parse(found.document)["place"]
            ]["nonce"]
        )
    assert len(set(nonces)) == 3


async def test_the_questions_of_a_batch_are_kept_as_long_as_one_of_its_answers(
    cities, frozen_clock
):
    """Of a batch in which all were refused there is nothing to show, and it goes after a day."""
    [number] = await answered(
        cities, question(await cities.code()), question(await cities.code(), table="no")
    )
    await answered(cities, question(await cities.code(), table="no"))
    frozen_clock.forward(batches.NUMBER_KEPT - timedelta(seconds=1))
    assert await cities.home.run(batches.forget(clock.now())) == 0
    frozen_clock.forward(timedelta(seconds=1))
    assert await cities.home.run(batches.purge(clock.now())) == 3
    assert await cities.home.run(batches.forget(clock.now())) == 1
    found = await exported(cities.home, number)
    assert check(found.document, found.digest).exit_code == 0


async def test_a_question_of_a_batch_that_was_altered_is_not_packed(cities):
    first, second = await answered(
        cities, question(await cities.code()), question(await cities.code())
    )

    async def altered():
        other = await Recognition.get(id=second)
        await Recognition.filter(id=first).update(response=other.response)

    await cities.home.run(altered)
    with pytest.raises(ExchangeNotLogged):
        await exported(cities.home, first)


async def test_the_command_lists_and_packs_a_question_of_a_batch(cities, tmp_path):
    [number] = await answered(cities, question(await cities.code()))
    file, digest = tmp_path / "package.json", cities.home.settings.partners_digest
    code, listed, _ = await command(cities.home, "evidence", "list", "--json")
    [one] = json.loads(listed)
    assert (code, one["number"], one["role"], one["batch"]) == (0, str(number), "home", True)
    code, listed, _ = await command(cities.home, "evidence", "list")
    assert "批量之一 (of a batch)" in listed.decode()
    words = ("evidence", "export", str(number), "--out", str(file))
    code, _, err = await command(cities.home, *words)
    assert code == 0, err
    shown = points("evidence", "check", file, "--digest", digest)
    assert shown.exit_code == 0, shown.output
    assert "问题 (question)：成立 (holds)" in shown.stdout
    assert f"{HOME} 答 (told) {HOST}" in shown.stdout


async def test_an_exchange_that_was_altered_after_it_was_logged_is_not_packed(cities):
    number, _ = await exchanges(cities)

    async def altered():
        other, *_ = await Recognition.exclude(id=number)
        await Recognition.filter(id=number).update(response=other.response)

    await cities.home.run(altered)
    with pytest.raises(ExchangeNotLogged):
        await exported(cities.home, number)


async def test_what_is_not_there_is_told(cities):
    with pytest.raises(NotFound):
        await exported(cities.home, (await exchanges(cities))[1])


def changed(document, *path, to):
    read = parse(document)
    inner = read
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = to
    return canonical(read)


def flipped(text, at):
    other = "A" if text[at] != "A" else "B"
    return text[:at] + other + text[at + 1 :]


PLACES: dict[str, tuple[str, list[Any]]] = {
    "kind": ("form", ["kind"]),
    "the edition": ("directory", ["directory", 0]),
    "the request's target": ("request", ["request", "target"]),
    "the request's body": ("request", ["request", "body"]),
    "the request's digest": ("request", ["request", "headers", "content-digest"]),
    "the request's signature": ("request", ["request", "headers", "signature"]),
    "the answer's body": ("answer", ["response", "body"]),
    "the answer's signature": ("answer", ["response", "headers", "signature"]),
    "the checkpoint": ("log", ["logs", 0, "checkpoint"]),
    "the path": ("log", ["logs", 0, "path", 0]),
}


async def test_any_part_that_was_changed_is_told_by_its_step(cities):
    number, _ = await exchanges(cities)
    found = await exported(cities.home, number)
    for name, (step, path) in PLACES.items():
        text = parse(found.document)
        for part in path:
            text = text[part]
        document = changed(found.document, *path, to=flipped(text, len(text) // 2))
        answer = check(document, found.digest, "--json")
        last = json.loads(answer.stdout)["steps"][-1]
        assert (answer.exit_code, last["step"]) == (1, step), name
        assert last["refused"], name
        assert f"({step})" in check(document, found.digest).stdout


async def test_any_flipped_byte_is_told(cities):
    number, _ = await exchanges(cities, 1)
    found = await exported(cities.home, number)
    for at in range(0, len(found.document), 17):
        document = bytearray(found.document)
        document[at] ^= 1
        verdict = evidence.check(bytes(document), found.digest)
        assert not verdict.holds, at
        assert verdict.steps[-1].refused is not None


# A process of its own, as an operator runs it, whose clock stands where that of the cities does.
AT_NOON = """
import sys
from datetime import timedelta
from datetime import datetime
from points_api import clock
with clock.fixed(datetime.fromisoformat(sys.argv.pop(1))):
    from points_api.__main__ import app
    app()
"""


async def command(city, *words):
    chosen = city.settings
    env = {
        "DATABASE_URL": chosen.database_url, "CITY": chosen.city,
        "SECRET_KEYS": chosen.secret_keys.get_secret_value(),
        "PARTNERS_DIRECTORY": str(chosen.partners_directory),
        "PARTNERS_DIGEST": chosen.partners_digest,
    }  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", AT_NOON, clock.now().isoformat(), *words,
        env=os.environ | {f"POINTS_{name}": value for name, value in env.items()},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode, out, err.decode()


async def test_the_command_packs_what_the_other_checks(cities, tmp_path):
    _, number = await exchanges(cities, 1)
    file, digest = tmp_path / "package.json", cities.host.settings.partners_digest
    code, _, err = await command(cities.host, "evidence", "export", str(number), "--out", str(file))
    assert (code, digest in err) == (0, True), err
    shown = points("evidence", "check", file, "--digest", digest)
    assert shown.exit_code == 0, shown.output
    assert f"{HOME} 答 (told) {HOST}" in shown.stdout
    code, listed, _ = await command(cities.host, "evidence", "list", "--json")
    [one] = json.loads(listed)
    assert (code, one["number"], one["role"]) == (0, str(number), "host")
    assert (one["partner"], one["scenario"]) == (HOME, PARKING)
    code, listed, _ = await command(cities.host, "evidence", "list", "--day", "2026-06-02")
    assert (code, listed) == (0, b"")
    code, package, _ = await command(cities.host, "evidence", "export", str(number))
    assert (code, check(package, digest).exit_code) == (0, 0)
    code, _, err = await command(cities.host, "evidence", "export", str(UUID(int=1)))
    assert (code, "no exchange" in err) == (2, True), err
