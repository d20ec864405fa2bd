"""One question of a batch: the whole signed request, the statement, and its place in the log."""

import secrets
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interop import evidence, merkle
from interop.batch import asking
from interop.canonical import canonical, parse
from interop.signing import Request, sign_request
from interop.statement import NotRecognized, Statement, decline, state
from tests.interop.cities import ADDRESS, HUANGSHI, NOW, SANYA, TIANJIN, later, signer
from tests.interop.test_evidence import EDITIONS, FIRST, JSON, NONCE
from tests.interop.verdicts import assert_refused
from tests.interop.visitors import ASKED, STANDING

TARGET = ADDRESS[HUANGSHI] + "/interop/v1/recognitions/batch"
QUESTIONS = [ASKED.model_copy(update={"nonce": secrets.token_urlsafe(24)}) for _ in range(3)]


def asked(by=SANYA, questions=QUESTIONS, target=TARGET):
    body = asking("batch-of-three-1", questions, "now").body()
    return sign_request(Request("POST", target, JSON, body), signer(by), NOW, NONCE)


def said(place=1, made=2, by=HUANGSHI, said_by=state):
    at = later(seconds=made)
    if said_by is decline:
        return decline(QUESTIONS[place], signer(by), at, 300)
    return state(QUESTIONS[place], STANDING, signer(by), at, 300)


def in_log(request, place, statement, city=HUANGSHI, made=3):
    leaves = [merkle.leaf_hash(bytes([n])) for n in range(4)]
    leaves.insert(2, merkle.leaf_hash(evidence.logged_item(request, place, statement)))
    point = evidence.checkpoint(
        signer(city), len(leaves), merkle.root_of(leaves), later(seconds=made)
    )
    return evidence.Logged(point, 2, merkle.inclusion_path(2, leaves))


REQUEST = asked()


def packed(request=REQUEST, place=1, statement=None, logs=None, **made):
    statement = statement or said(place, **made)
    logs = [in_log(request, place, statement)] if logs is None else logs
    return evidence.package_item(request, place, statement, EDITIONS, logs)


PACKAGE = packed()


def check(package=PACKAGE, digest=FIRST.digest):
    return evidence.check(package, digest)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_each_question_of_a_batch_is_checked_by_itself(place):
    verdict = check(packed(place=place))
    assert [step.name for step in verdict.steps] == [
        "form", "directory", "request", "question", "statement", "log",
    ]  # fmt: skip
    assert verdict.holds
    assert isinstance(verdict.statement, Statement)
    assert verdict.statement.nonce == QUESTIONS[place].nonce
    assert verdict.logs == (HUANGSHI,)


def test_that_nothing_was_said_is_evidence_too():
    assert isinstance(check(packed(said_by=decline)).statement, NotRecognized)


def test_a_question_answered_an_hour_later_holds_and_none_after():
    late = [in_log(REQUEST, 1, said(made=3600), made=3601)]
    assert check(packed(made=3600, logs=late)).holds
    assert check(packed(made=3661)).steps[-1].refused is not None


def changed(**parts):
    return canonical({**parse(PACKAGE), **parts})


OTHER_REQUEST = asked(questions=QUESTIONS[:2])
REFUSED = {
    "of another kind": (changed(kind="points-evidence"), "form", "malformed"),
    "a place no batch has": (changed(place=100), "form", "malformed"),
    "something more": (changed(note="believe me"), "form", "malformed"),
    "to an address nobody has": (
        packed(asked(target="https://evil.example/x")), "request", "wrong-destination",
    ),
    "of an unlisted city": (packed(asked(by="110000")), "request", "unlisted-peer"),
    "another body": (packed(replace(REQUEST, body=b"{}")), "request", "digest-mismatch"),
    "a place beyond the batch": (
        packed(OTHER_REQUEST, 2, logs=()), "question", "malformed",
    ),
    "the answer to another place": (packed(statement=said(0)), "statement", "wrong-nonce"),
    "a statement of the asking city": (packed(by=SANYA), "statement", "area-not-listed"),
    "a statement of a stranger": (packed(by=TIANJIN), "statement", "area-not-listed"),
    "answered before it was asked": (packed(made=-61), "statement", "wrong-order"),
    "answered too late": (packed(made=3661), "statement", "wrong-order"),
    "no statement": (packed(statement="x.y.z", logs=()), "statement", "malformed"),
    "asked in another's name": (packed(asked(by=TIANJIN)), "statement", "area-not-listed"),
    "a log of the same answer at another place": (
        packed(logs=[in_log(REQUEST, 0, said(1))]), "log", "not-in-log",
    ),
    "a log of another batch": (
        packed(logs=[in_log(OTHER_REQUEST, 1, said(1))]), "log", "not-in-log",
    ),
    "a log of a third city": (
        packed(logs=[in_log(REQUEST, 1, said(1), TIANJIN)]), "log", "wrong-log",
    ),
    "a log from before the answer": (
        packed(logs=[in_log(REQUEST, 1, said(1), made=-59)]), "log", "not-in-log",
    ),
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


def test_the_same_answer_at_another_place_is_another_entry():
    entries = {evidence.logged_item(REQUEST, place, said(0)) for place in range(3)}
    assert len(entries) == 3
