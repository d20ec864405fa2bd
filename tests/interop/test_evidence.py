from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interop import base64url, evidence, jws, merkle
from interop.canonical import canonical, parse
from interop.directory import sign
from interop.signing import Request, Response, sign_request, sign_response
from interop.statement import Answer, state
from tests.interop.cities import ADDRESS, HUANGSHI, NOW, SANYA, TIANJIN, later, signer
from tests.interop.editions import ROOTS, at, edition, key, member, started
from tests.interop.verdicts import assert_refused
from tests.interop.visitors import ASKED, STANDING

NONCE = "c2Fpc29uIGVuIGVuZmVy"
JSON = {"content-type": "application/json"}
FIRST = started(issued=-3)
SECOND = sign(edition(version=2, issued=-1), ROOTS)
TARGET = ADDRESS[HUANGSHI] + "/interop/v1/recognitions"


def exchanged(target=TARGET, asked=ASKED, by=SANYA, home=HUANGSHI, answered=1, question=None):
    request = sign_request(
        Request("POST", target, {**JSON, "cookie": "secret"}, asked.body()), signer(by), NOW, NONCE
    )
    body = Answer(statement=state(question or asked, STANDING, signer(HUANGSHI), NOW)).body()
    response = Response(200, {**JSON, "set-cookie": "secret"}, body)
    return request, sign_response(response, request, signer(home), later(seconds=answered), NONCE)


def logged(request, response, city, made=2, others=5, index=3):
    entry = merkle.leaf_hash(evidence.logged(request, response))
    leaves = [merkle.leaf_hash(bytes([n])) for n in range(others)]
    leaves.insert(index, entry)
    point = evidence.checkpoint(
        signer(city), len(leaves), merkle.root_of(leaves), later(seconds=made)
    )
    return evidence.Logged(point, index, merkle.inclusion_path(index, leaves))


REQUEST, RESPONSE = exchanged()
BOTH = [logged(REQUEST, RESPONSE, city) for city in (HUANGSHI, SANYA)]
EDITIONS = [FIRST.document, SECOND]


def packed(messages=(REQUEST, RESPONSE), editions=tuple(EDITIONS), logs=tuple(BOTH)):
    request, response = messages
    return evidence.package(request, response, editions, logs)


PACKAGE = packed()


def check(package=PACKAGE, digest=FIRST.digest):
    return evidence.check(package, digest)


def test_one_person_checks_without_a_server_what_two_cities_have_said():
    verdict = check()
    assert verdict.holds
    assert [step.name for step in verdict.steps] == [
        "form", "directory", "request", "answer", "statement", "log", "log",
    ]  # fmt: skip
    assert verdict.statement is not None
    assert (verdict.statement.iss, verdict.statement.aud) == (HUANGSHI, SANYA)
    assert verdict.logs == (HUANGSHI, SANYA)


def test_a_package_without_logs_shows_the_exchange_and_no_log():
    verdict = check(packed(logs=()))
    assert (verdict.holds, verdict.logs) == (True, ())


def test_what_no_signature_covers_stays_at_home():
    assert b"secret" not in PACKAGE
    assert "cookie" in REQUEST.headers


def changed(**parts):
    return canonical({**parse(PACKAGE), **parts})


def log_changed(**parts):
    read = parse(PACKAGE)
    return canonical({**read, "logs": [{**read["logs"][0], **parts}]})


def checkpoint(city=HUANGSHI, typ=evidence.CHECKPOINT, **claims):
    old = jws.read(BOTH[0].checkpoint, evidence.CHECKPOINT).claims
    return log_changed(checkpoint=jws.sign({**old, **claims}, typ, signer(city)))


OTHER = exchanged(answered=2)
ASKED_ELSEWHERE = sign_request(REQUEST, signer(SANYA), NOW, "YW5vdGhlciBxdWVzdGlvbg")
ELSEWHERE = sign_response(RESPONSE, ASKED_ELSEWHERE, signer(HUANGSHI), NOW, NONCE)
REFUSED = {
    "nothing": (b"", "form", "malformed"),
    "something else": (changed(kind="points-invoice"), "form", "malformed"),
    "something more": (changed(note="believe me"), "form", "malformed"),
    "an edition left out": (packed(editions=[SECOND]), "directory", "unknown-signer"),
    "no edition": (packed(editions=[]), "form", "malformed"),
    "editions the wrong way round": (
        packed(editions=[FIRST.document, SECOND, FIRST.document]), "directory", "rolled-back",
    ),
    "to an address nobody has": (
        packed(exchanged("https://evil.example/x")), "request", "wrong-destination",
    ),
    "a question of an unlisted city": (packed(exchanged(by="110000")), "request", "unlisted-peer"),
    "another body": (
        packed((replace(REQUEST, body=b"{}"), RESPONSE)), "request", "digest-mismatch",
    ),
    "an answer to another question": (packed((REQUEST, ELSEWHERE)), "answer", "bad-signature"),
    "an answer of somebody else": (packed(exchanged(home=TIANJIN)), "answer", "wrong-home"),
    "an answer an hour later": (packed(exchanged(answered=3600)), "answer", "wrong-order"),
    "an answer before the question": (packed(exchanged(answered=-61)), "answer", "wrong-order"),
    "in the name of another area": (
        packed(exchanged(by=TIANJIN)), "statement", "area-not-listed",
    ),
    "a statement to another question": (
        packed(exchanged(question=ASKED.model_copy(update={"nonce": "a" * 20}))),
        "statement", "wrong-nonce",
    ),
    "a checkpoint of somebody else": (checkpoint(TIANJIN, iss=TIANJIN), "log", "wrong-log"),
    "a checkpoint in another's name": (checkpoint(SANYA), "log", "wrong-log"),
    "a checkpoint of another type": (checkpoint(typ="JWT"), "log", "wrong-type"),
    "a checkpoint before the exchange": (
        checkpoint(iat=int(later(seconds=-90).timestamp())), "log", "not-in-log",
    ),
    "another root": (checkpoint(root=base64url.encode(bytes(32))), "log", "not-in-log"),
    "another size": (checkpoint(size=60), "log", "not-in-log"),
    "another place": (log_changed(index=2), "log", "not-in-log"),
    "another path": (log_changed(path=[]), "log", "not-in-log"),
    "an exchange that was not logged": (
        packed(logs=[logged(OTHER[0], OTHER[1], HUANGSHI)]), "log", "not-in-log",
    ),
    "one log twice": (packed(logs=[BOTH[0], BOTH[0]]), "log", "malformed"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_hold_is_told_with_its_step_and_its_name(name):
    package, step, reason = REFUSED[name]
    assert_refused(check(package), step, reason)


@given(st.integers(0, 8 * len(PACKAGE) - 1))
def test_any_flipped_bit_of_a_package_is_told(bit):
    package = bytearray(PACKAGE)
    package[bit // 8] ^= 1 << bit % 8
    assert not check(bytes(package)).holds


def test_another_beginning_than_the_known_one_is_told():
    assert check(digest="A" * 43).steps[-1].name == "directory"


NEW_KEY = [key(HUANGSHI), key(HUANGSHI, "2027-1", start=30)]
THIRD = sign(
    edition(3, 29, members=[member(HUANGSHI, keys=NEW_KEY), member(SANYA), member(TIANJIN)]), ROOTS
)


def logged_later(name="2027-1", **made):
    """Evidence of the same exchange, taken out of the log when other keys are in use."""
    entry = merkle.leaf_hash(evidence.logged(REQUEST, RESPONSE))
    point = evidence.checkpoint(signer(HUANGSHI, name), 1, entry, later(**made))
    return [evidence.Logged(point, 0, [])]


def test_a_log_shown_long_after_is_checked_by_the_keys_of_that_time():
    editions = [*EDITIONS, THIRD]
    assert check(packed(editions=editions, logs=logged_later(days=40))).logs == (HUANGSHI,)
    for too_early in (logged_later(days=29.5), logged_later(days=1)):
        last = check(packed(editions=editions, logs=too_early)).steps[-1]
        assert (last.name, last.refused and last.refused.reason) == ("log", "unknown-key")


def test_a_log_shown_after_the_end_of_the_editions_at_hand_is_told():
    last = check(packed(logs=logged_later("2026-1", days=40))).steps[-1]
    assert (last.name, last.refused and last.refused.reason) == ("log", "directory-expired")


def test_editions_after_the_exchange_change_nothing_of_what_held_then():
    without_sanya = sign(edition(3, 1, members=[member(HUANGSHI), member(TIANJIN)]), ROOTS)
    assert check(packed(editions=[*EDITIONS, without_sanya])).holds
    before = sign(edition(3, -0.5, members=[member(HUANGSHI), member(TIANJIN)]), ROOTS)
    assert check(packed(editions=[*EDITIONS, before])).steps[-1].name == "request"


def test_a_directory_that_had_ended_then_is_told():
    old = started(issued=-29, refresh_by=at(-5), expires=at(-1))
    last = check(packed(editions=[old.document]), old.digest).steps[-1]
    assert (last.name, last.refused and last.refused.reason) == ("directory", "directory-expired")
