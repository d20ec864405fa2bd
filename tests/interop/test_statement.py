import base64
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interop import base64url, jws, refusals
from interop.canonical import canonical, parse
from interop.keys import Signer
from interop.pseudonyms import pairwise
from interop.statement import (
    TYPE,
    Asked,
    NotRecognized,
    Statement,
    decline,
    read_question,
    state,
    verify,
    verify_either,
)
from tests.interop.cities import HUANGSHI, NOW, SANYA, TIANJIN, later, private, signer
from tests.interop.editions import at, members
from tests.interop.visitors import ASKED, SECRET, STANDING, SUBJECT

MEMBERS = members()
BANDS = {"good", "excellent"}
CLAIMS = jws.read(state(ASKED, STANDING, signer(HUANGSHI), NOW), TYPE).claims


def made(by=signer, typ=TYPE, **changed):
    """A statement signed by home with some claims changed; None leaves one out."""
    claims = {name: one for name, one in {**CLAIMS, **changed}.items() if one is not None}
    return jws.sign(claims, typ, by(HUANGSHI))


def check(token, asked=ASKED, now=NOW):
    return verify(token, asked, MEMBERS, BANDS, now)


def test_home_states_and_the_host_verifies():
    said = check(state(ASKED, STANDING, signer(HUANGSHI), NOW))
    assert (said.iss, said.aud, said.sub, said.band) == (HUANGSHI, SANYA, SUBJECT, "excellent")
    assert (said.as_of, said.table, said.score) == ("2026-06-01", "420200-460200.1", None)
    assert said.consent == STANDING.consent
    assert said.exp - said.iat == 120


def test_the_score_travels_only_where_it_was_asked_for():
    with_score = replace(STANDING, score="83.5")
    asked = ASKED.model_copy(update={"score": True})
    assert check(state(asked, with_score, signer(HUANGSHI), NOW), asked).score == "83.5"
    assert check(state(asked, STANDING, signer(HUANGSHI), NOW), asked).score is None
    with pytest.raises(refusals.ScoreUnasked):
        state(ASKED, with_score, signer(HUANGSHI), NOW)


REFUSED = {
    "from another home": (made(iss=TIANJIN), refusals.AreaNotListed),
    "of an area nobody asked": (made(iss="420281"), refusals.WrongHome),
    "for another host": (made(aud=TIANJIN), refusals.WrongHost),
    "to another question": (made(nonce="b3RoZXItb3RoZXItb3RoZXI"), refusals.WrongNonce),
    "for another scenario": (
        made(scope={"scenario": "hotel-deposit", "purpose": "recognition"}), refusals.WrongScope,
    ),
    "for another purpose": (
        made(scope={"scenario": "library-deposit", "purpose": "statistics"}), refusals.WrongScope,
    ),
    "by another table": (made(table="420200-460200.2"), refusals.WrongTable),
    "with a score": (made(score="83.5"), refusals.ScoreUnasked),
    "a band nobody knows": (made(band="platinum"), refusals.UnknownBand),
    "of tomorrow's score": (made(as_of="2026-06-03"), refusals.FromTheFuture),
    "of a day that is none": (made(as_of="2026-02-30"), refusals.Malformed),
    "not yet": (made(iat=at() + 61, exp=at() + 120), refusals.FromTheFuture),
    "no longer": (made(iat=at() - 300, exp=at() - 60), refusals.Expired),
    "for an hour": (made(exp=at() + 3600), refusals.LivesTooLong),
    "ends before it begins": (made(exp=at() - 1), refusals.Malformed),
    "a time with a fraction": (made(iat=at() + 0.5), refusals.Malformed),
    "another kind of token": (made(typ="at+jwt"), refusals.WrongType),
    "by a key that is not home's": (
        made(by=lambda city: Signer(f"{city}/2026-1", private("mallory"))), refusals.BadSignature,
    ),
    "by a key nobody listed": (made(by=lambda city: signer(city, "2026-9")), refusals.UnknownKey),
    "by a city nobody listed": (made(by=lambda _: signer("110000")), refusals.UnlistedPeer),
    "by another listed city": (made(by=lambda _: signer(TIANJIN)), refusals.AreaNotListed),
    "without a subject": (made(sub=None), refusals.Malformed),
    "without an end": (made(exp=None), refusals.Malformed),
    "without a nonce": (made(nonce=None), refusals.Malformed),
    "an audience of two": (made(aud=[SANYA, TIANJIN]), refusals.Malformed),
    "not a token": ("abc", refusals.Malformed),
    "too long": ("a" * 70_000, refusals.Malformed),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_statement_that_does_not_hold_is_refused_by_its_name(name):
    token, refusal = REFUSED[name]
    with pytest.raises(refusal) as told:
        check(token)
    assert type(told.value) is refusal


def compact(header, claims=None, signature=b""):
    parts = canonical(header), canonical(claims or CLAIMS), signature
    return ".".join(base64url.encode(part) for part in parts)


HEADER = {"typ": TYPE, "kid": "420200/2026-1", "alg": "EdDSA"}


@pytest.mark.parametrize(
    ("header", "refusal"),
    [
        ({**HEADER, "alg": "none"}, refusals.BadSignature),
        ({**HEADER, "alg": "None"}, refusals.BadSignature),
        ({**HEADER, "alg": "HS256"}, refusals.BadSignature),
        ({**HEADER, "alg": None}, refusals.BadSignature),
        ({**HEADER, "crit": ["b64"], "b64": False}, refusals.Malformed),
        ({**HEADER, "kid": 1}, refusals.Malformed),
        ({**HEADER, "kid": "https://evil.example/key"}, refusals.Malformed),
        ({name: HEADER[name] for name in ("typ", "alg")}, refusals.Malformed),
        ({name: HEADER[name] for name in ("kid", "alg")}, refusals.WrongType),
        (HEADER, refusals.BadSignature),
        ([], refusals.Malformed),
    ],
)
def test_a_header_cannot_choose_how_it_is_checked(header, refusal):
    with pytest.raises(refusal):
        check(compact(header))


def test_a_key_in_the_header_is_not_looked_at():
    mallory = private("mallory")
    header = {**HEADER, "jwk": jws.public_jwk(mallory.public_key())}
    signed = compact(header).rpartition(".")[0]
    with pytest.raises(refusals.BadSignature):
        check(f"{signed}.{base64url.encode(mallory.sign(signed.encode()))}")


GOOD = state(ASKED, STANDING, signer(HUANGSHI), NOW)


@given(st.integers(0, 8 * len(GOOD) - 1))
def test_any_flipped_bit_of_a_statement_is_refused(bit):
    token = bytearray(GOOD.encode())
    token[bit // 8] ^= 1 << bit % 8
    with pytest.raises(refusals.Refused):
        check(token.decode("latin-1"))


def test_another_spelling_of_the_same_signature_is_refused():
    head, _, signature = GOOD.rpartition(".")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    last = alphabet[alphabet.index(signature[-1]) + 1]
    assert base64.urlsafe_b64decode(signature[:-1] + last + "==") == base64url.decode(signature)
    with pytest.raises(refusals.Malformed):
        check(f"{head}.{signature[:-1]}{last}")


@pytest.mark.parametrize("seconds", [-60, 0, 179])
def test_a_statement_holds_within_the_leeway_of_a_minute(seconds):
    assert check(GOOD, now=later(seconds=seconds)).iss == HUANGSHI


@pytest.mark.parametrize(
    ("seconds", "refusal"), [(-61, refusals.FromTheFuture), (180, refusals.Expired)]
)
def test_and_not_a_second_beyond(seconds, refusal):
    with pytest.raises(refusal):
        check(GOOD, now=later(seconds=seconds))


# ── the schema has no place for who somebody is ────────────────────────────────────────────────
ID_NUMBERS = ["420281199001011234", "42028119900101123X", "420281900101123"]


@pytest.mark.parametrize("shape", [Asked, Statement])
@pytest.mark.parametrize(
    "name",
    ["id_number", "name", "xm", "sfz", "phone", "records", "dimensions", "address", "openid"],
)
def test_no_field_can_be_added(shape, name):
    document = ASKED.model_dump() if shape is Asked else CLAIMS
    assert shape.model_validate(document)
    with pytest.raises(ValueError, match="extra_forbidden"):
        shape.model_validate({**document, name: "x"})


@pytest.mark.parametrize("value", [*ID_NUMBERS, "张三", "Zhang San", "+86 138 0013 8000", "🙂"])
def test_no_field_takes_an_id_number_or_a_name(value):
    for shape, document in ((Asked, ASKED.model_dump()), (Statement, CLAIMS)):
        for name, good in document.items():
            if isinstance(good, str):
                with pytest.raises(ValueError, match="1 validation error"):
                    shape.model_validate({**document, name: value})
    for name in CLAIMS["scope"]:
        with pytest.raises(ValueError, match="1 validation error"):
            Statement.model_validate({**CLAIMS, "scope": {**CLAIMS["scope"], name: value}})
    with pytest.raises(ValueError, match="1 validation error"):
        Statement.model_validate({**CLAIMS, "score": value})


@pytest.mark.parametrize("number", ID_NUMBERS)
def test_no_id_number_hides_inside_a_longer_text(number):
    for name in ("code", "nonce", "table"):
        with pytest.raises(ValueError, match=name):
            Asked.model_validate({**ASKED.model_dump(), name: f"{number}-{number}"})


@pytest.mark.parametrize("number", ID_NUMBERS[:2])
def test_no_id_number_hides_in_the_name_of_a_person(number):
    for filled in (number.ljust(43, "a"), number.rjust(43, "0"), f"abc{number}".ljust(43, "_")):
        with pytest.raises(ValueError, match="sub"):
            Statement.model_validate({**CLAIMS, "sub": filled})


@given(st.binary(min_size=16, max_size=32))
def test_a_random_text_is_not_taken_for_an_id_number(random):
    for text in (random.hex(), base64url.encode(random)):
        assert Asked.model_validate({**ASKED.model_dump(), "nonce": text}).nonce == text


def test_every_byte_of_the_two_documents_is_accounted_for():
    assert parse(ASKED.body()).keys() == {
        "home", "host", "scenario", "purpose", "code", "nonce", "table", "score",
    }  # fmt: skip
    assert json.loads(base64url.decode(GOOD.split(".")[1])).keys() == {
        "iss", "aud", "sub", "band", "as_of", "table", "scope", "consent", "nonce", "iat", "exp",
    }  # fmt: skip


# ── the question, at home ──────────────────────────────────────────────────────────────────────
def question(**changed):
    return canonical({**ASKED.model_dump(), **changed})


def test_home_reads_the_question():
    assert read_question(ASKED.body(), SANYA, HUANGSHI, MEMBERS) == ASKED
    county = read_question(question(home="420281"), SANYA, HUANGSHI, MEMBERS)
    said = verify(state(county, STANDING, signer(HUANGSHI), NOW), county, MEMBERS, BANDS, NOW)
    assert said.iss == "420281"


@pytest.mark.parametrize(
    ("body", "asker", "refusal"),
    [
        (question(home=TIANJIN), SANYA, refusals.WrongHome),
        (ASKED.body(), TIANJIN, refusals.AreaNotListed),
        (question(host="420281"), SANYA, refusals.AreaNotListed),
        (question(purpose="statistics"), SANYA, refusals.PurposeNotListed),
        (ASKED.body(), "110000", refusals.UnlistedPeer),
        (question(score=1), SANYA, refusals.Malformed),
        (question(why="x"), SANYA, refusals.Malformed),
        (b"[]", SANYA, refusals.Malformed),
        (b"{" + b" " * 5000 + b"}", SANYA, refusals.Malformed),
    ],
)
def test_a_question_that_may_not_be_asked_is_refused_by_its_name(body, asker, refusal):
    with pytest.raises(refusal) as told:
        read_question(body, asker, HUANGSHI, MEMBERS)
    assert type(told.value) is refusal


def test_a_refusal_tells_the_field_and_never_its_value():
    with pytest.raises(refusals.Malformed) as told:
        read_question(question(code="420281199001011234"), SANYA, HUANGSHI, MEMBERS)
    assert "code" in str(told.value)
    assert "420281" not in str(told.value)


# ── names for one city only ────────────────────────────────────────────────────────────────────
@given(st.binary(), st.binary(), st.sampled_from([SANYA, TIANJIN]))
def test_two_cities_cannot_join_their_lists(one, other, host):
    assert pairwise(SECRET, host, one) == pairwise(SECRET, host, one)
    assert pairwise(SECRET, SANYA, one) != pairwise(SECRET, TIANJIN, one)
    assert (pairwise(SECRET, host, one) == pairwise(SECRET, host, other)) == (one == other)


def test_a_short_secret_is_a_mistake_of_ours():
    with pytest.raises(ValueError, match="32 bytes"):
        pairwise(b"short", SANYA, b"x")


def test_saying_nothing_is_signed_too_and_has_no_field_to_differ_in():
    token = decline(ASKED, signer(HUANGSHI), NOW)
    said = verify_either(token, ASKED, members(), None, NOW)
    assert isinstance(said, NotRecognized)
    assert set(said.model_dump()) == {"iss", "aud", "table", "scope", "nonce", "iat", "exp"}
    with pytest.raises(refusals.WrongType):
        verify(token, ASKED, members(), None, NOW)
    other = ASKED.model_copy(update={"nonce": "another-nonce-altogether"})
    with pytest.raises(refusals.WrongNonce):
        verify_either(token, other, members(), None, NOW)
