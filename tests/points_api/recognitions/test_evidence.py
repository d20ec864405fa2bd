"""Packages of what two cities have said, from either of them, checked by a command of its own."""

import asyncio
import json

import pytest
from typer.testing import CliRunner

from interop import evidence
from interop.canonical import canonical, parse
from points_api import clock
from points_api.__main__ import app
from points_api.audit.models import AuditEntry
from points_api.partners.models import DirectoryEdition
from points_api.problem import NotFound
from points_api.recognitions import evidence as packing
from points_api.recognitions.evidence import ExchangeNotLogged
from points_api.recognitions.models import Recognition, Visit
from tests.points_api.recognitions.two_cities import HOME, HOST, PARKING, ROOM

STEPS = ["form", "directory", "request", "answer", "statement", "log"]


def points(*words, stdin=b"", **settings):
    env = {f"POINTS_{name.upper()}": str(value) for name, value in settings.items()}
    result = CliRunner().invoke(app, [str(word) for word in words], input=stdin, env=env)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


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
    await cities.visit()
    after = parse((await exported(cities.home, number)).document)["logs"][0]
    assert before["index"] == after["index"] == 1
    assert before["checkpoint"] != after["checkpoint"]


async def test_an_exchange_that_was_altered_after_it_was_logged_is_not_packed(cities):
    number, _ = await exchanges(cities)

    async def altered():
        said = await Recognition.get(id=number)
        other = await Recognition.exclude(id=number).first()
        await Recognition.filter(id=said.id).update(response=other.response)

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


PLACES = {
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


async def test_the_command_packs_what_the_other_checks(cities, tmp_path):
    _, number = await exchanges(cities, 1)
    settings = cities.host.settings
    chosen = {
        "database_url": settings.database_url, "city": settings.city,
        "secret_keys": settings.secret_keys.get_secret_value(),
        "partners_directory": settings.partners_directory,
        "partners_digest": settings.partners_digest,
    }  # fmt: skip
    file = tmp_path / "package.json"
    words = ("evidence", "export", number, "--out", file)
    packed = await asyncio.to_thread(lambda: points(*words, **chosen))
    assert packed.exit_code == 0, packed.output
    assert settings.partners_digest in packed.stderr
    shown = points("evidence", "check", file, "--digest", settings.partners_digest)
    assert shown.exit_code == 0, shown.output
    assert f"{HOME} 答 (told) {HOST}" in shown.stdout
    [edition] = await cities.host.run(DirectoryEdition.all)
    assert edition.digest == settings.partners_digest
    words = ("evidence", "export", cities.home.division.rjust(32, "0"))
    missing = await asyncio.to_thread(lambda: points(*words, **chosen))
    assert (missing.exit_code, "no exchange" in missing.stderr) == (2, True)
