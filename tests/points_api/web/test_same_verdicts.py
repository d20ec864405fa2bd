"""The page answers as the Python verifier does: the same proofs through both, good and bad."""

import json
from dataclasses import dataclass, field, replace
from random import Random

import numpy as np
import pytest
import segno
import zxingcpp

from interop import base64url, canonical, key_set, proof, refusals
from interop.proof import disclosures, status_list
from tests.interop.cities import HUANGSHI, NOW, SANYA, later, signer
from tests.interop.proof import shown, test_status_list, test_verifying
from tests.interop.published import vectors
from tests.points_api.cli import test_proof

KEYS = json.dumps(key_set.publish([signer(HUANGSHI), signer(SANYA)]))
KNOWN = key_set.read(KEYS.encode())


def listed(statuses=None, by=HUANGSHI, made=NOW, bits=2):
    packed = status_list.pack(statuses or {}, shown.ENTRIES, bits)
    return status_list.issue(packed, bits, shown.URI, signer(by), made)


@dataclass(frozen=True)
class Case:
    """One question: a proof, what was asked, the lists at hand, when they were read, and now."""

    shown: str
    lists: tuple[str, ...] = (listed(),)
    status: bool = True
    read_at: float = 0
    at: float = 0
    asked: dict[str, str] = field(default_factory=lambda: {
        "audience": shown.MERCHANT, "nonce": shown.NONCE, "scenario": shown.SCENARIO,
    })  # fmt: skip

    def wire(self):
        return {
            **self.asked, "shown": self.shown, "lists": self.lists, "status": self.status,
            "readAt": int(later(seconds=self.read_at).timestamp()),
            "at": int(later(seconds=self.at).timestamp()),
        }  # fmt: skip

    def by_python(self):
        try:
            lists = {}
            for token in self.lists:
                uri = "" if token.count(".") != 2 else _sub(token)
                lists[uri] = status_list.read(token, uri, KNOWN, later(seconds=self.read_at))
            named = (self.asked[name] for name in ("audience", "nonce", "scenario"))
            asked = proof.Expected(*named, status=self.status)
            proven = proof.verify(self.shown, asked, KNOWN, lists, later(seconds=self.at))
        except refusals.Refused as refused:
            return refused.reason
        return [proven.city, proven.scenario, proven.expires]


def _sub(token):
    return json.loads(base64url.decode(token.split(".")[1]))["sub"]


BY_PAGE = """
const [{ readKeys }, { readStatusList }, { verify, byFresh }] = await Promise.all(
  ["keys", "status-list", "proof"].map((name) => import(`/verify/${name}.js`)));
const keys = await readKeys(new TextEncoder().encode(given.keys));
const answers = {};
for (const [name, one] of Object.entries(given.cases)) {
  try {
    const lists = new Map();
    for (const token of one.lists) {
      const list = await readStatusList(token, keys, one.readAt);
      lists.set(list.uri, list);
    }
    const check = one.status ? byFresh(lists) : () => {};
    const proven = await verify(one.shown, one, keys, check, one.at);
    answers[name] = [proven.city, proven.scenario, proven.expires];
  } catch (error) {
    answers[name] = error.reason ?? String(error.stack);
  }
}
return answers;
"""


async def same(modules, cases):
    """Put the cases to both; return the answers, which have to be the same."""
    python = {name: case.by_python() for name, case in cases.items()}
    wire = {name: case.wire() for name, case in cases.items()}
    page = await modules(BY_PAGE, {"keys": KEYS, "cases": wire})
    assert page == python
    return page


async def test_every_proof_that_the_standard_refuses_is_refused_alike(modules):
    cases = {name: Case(text) for name, (text, _) in test_verifying.REFUSED.items()}
    answers = await same(modules, cases)
    expected = {name: of.reason for name, (_, of) in test_verifying.REFUSED.items()}
    assert answers == expected


async def test_every_proof_that_the_command_refuses_is_refused_alike(modules):
    cases = {name: Case(text) for name, (text, _) in test_proof.REFUSED.items()}
    answers = await same(modules, cases)
    assert answers == {name: reason for name, (_, reason) in test_proof.REFUSED.items()}


async def test_a_good_proof_is_a_yes_in_both_until_its_last_second(modules):
    expires = shown.CLAIMS["exp"] - int(NOW.timestamp())
    late = {"iat": int(later(seconds=expires).timestamp())}
    cases = {
        "shown": Case(shown.SHOWN),
        "made": Case(shown.made()),
        "another asked": replace(Case(shown.SHOWN), asked={
            "audience": shown.MERCHANT, "nonce": shown.NONCE, "scenario": "metro-fare",
        }),
        "the last second": Case(shown.made(binding=late), status=False, at=expires + 59),
        "the first after": Case(shown.made(binding=late), status=False, at=expires + 60),
        "the last second of the binding": Case(shown.SHOWN, at=119),
        "the first after the binding": Case(shown.SHOWN, at=120),
        "null for no bound": Case(shown.made(
            {"nbf": "null"}, binding={"nbf": "null"},
        )),
    }  # fmt: skip
    answers = await same(modules, cases)
    yes = {name for name, answer in answers.items() if isinstance(answer, list)}
    assert yes == {"shown", "made", "the last second", "the last second of the binding"}


async def test_a_status_counts_alike_while_its_list_is_fresh(modules):
    index = shown.INDEX
    cases = {
        **{f"status {n}": Case(shown.SHOWN, (listed({index: n}),)) for n in (1, 2, 3)},
        **{f"{n} bits": Case(shown.SHOWN, (listed({index: 1}, bits=n),)) for n in (1, 4, 8)},
        "its neighbors": Case(shown.SHOWN, (listed({index - 1: 3, index + 1: 3}),)),
        "no list": Case(shown.SHOWN, ()),
        "no list and none asked": Case(shown.SHOWN, (), status=False),
        "a list too old": Case(shown.SHOWN, (listed(made=later(seconds=-360)),), read_at=-300),
        "a list in its last second": Case(shown.SHOWN, (listed(made=later(seconds=-359)),)),
        "an old one and none asked": Case(
            shown.SHOWN, (listed({index: 1}, made=later(seconds=-360)),), status=False,
        ),
        "another city's list": Case(shown.SHOWN, (listed(by=SANYA),)),
    }  # fmt: skip
    answers = await same(modules, cases)
    assert {name for name, answer in answers.items() if isinstance(answer, list)} == {
        "its neighbors", "no list and none asked", "a list in its last second",
        "an old one and none asked",
    }  # fmt: skip


async def test_lists_that_do_not_hold_are_refused_alike(modules):
    cases = {
        name: Case(shown.SHOWN, (token,))
        for name, (token, _) in test_status_list.REFUSED.items()
        if name != "of another address"  # here a list stands for the address that it names
    }
    answers = await same(modules, cases)
    expected = {name: test_status_list.REFUSED[name][1].reason for name in cases}
    assert answers == expected


async def test_flipped_bits_are_refused_alike(modules):
    random, cases = Random(9), {}
    for bit in random.sample(range(8 * len(shown.SHOWN)), 500):
        flipped = bytearray(shown.SHOWN.encode())
        flipped[bit // 8] ^= 1 << bit % 8
        cases[str(bit)] = Case(flipped.decode("latin-1"))
    assert all(isinstance(answer, str) for answer in (await same(modules, cases)).values())


NUMBERS = ["1", "-1", "0", "-0", "1.0", "1e2", "1e400", "01", "1.", ".5", "+1", "9007199254740991",
           "9007199254740992", "1" * 33, "0" * 2, "NaN", "Infinity", "-Infinity"]  # fmt: skip
ALPHABET = ['"', "\\", "u", "d800", "dc00", "{", "}", "[", "]", ",", ":", " ", "\n", "\x01", "a",
            "湖", "\ufeff", "true", "null", "\U0001f600", *NUMBERS]  # fmt: skip


async def test_what_is_json_for_the_one_is_json_for_the_other(modules):
    random = Random(11)
    texts = [
        *NUMBERS, "", '{"a":1,"a":2}', '{"a":{"b":1,"b":1}}', '"\\ud800"', '"\\ud83d\\ude00"',
        '"\\udc00\\ud800"', '{"__proto__":1}', '"\t"', '"a\\/b"', '"\\x"', "[1,]", "{,}", "[[[]]]",
        '{"\\u0061":1,"a":1}', "\ufeff1", "1 2", " 1 ", "\u00a01", '{"a" :\t1}',
    ]  # fmt: skip
    for _ in range(3000):
        base = list(random.choice(['{"a":[1,true,"x"],"b":{"c":null}}', '["\\u0041",-1.5e3,{}]']))
        for _ in range(random.randint(0, 3)):
            base[random.randrange(len(base))] = random.choice(ALPHABET)
        texts.append("".join(base))
    body = """
        const { parse } = await import("/verify/json.js");
        return given.map((text) => {
          try { parse(new TextEncoder().encode(text)); return true; }
          catch (error) { if (error.reason !== "malformed") throw error; return false; }
        });
    """
    answers = dict(zip(texts, await modules(body, texts), strict=True))
    assert answers == {text: _is_json(text) for text in texts}
    assert 100 < sum(answers.values()) < len(answers) - 100


def _is_json(text):
    try:
        canonical.parse(text.encode())
    except refusals.Malformed:
        return False
    return True


async def test_any_other_spelling_of_base64url_is_refused_alike(modules):
    texts = [
        "",
        "A",
        "AA",
        "AB",
        "AAA",
        "AAB",
        "AAAA",
        "AA==",
        "A+",
        "A/",
        "A_-A",
        "A A",
        "é",
        "AAAAB",
    ]
    body = """
        const { decode } = await import("/verify/base64url.js");
        return given.map((text) => {
          try { return [...decode(text)]; } catch (error) { return error.reason; }
        });
    """

    def decoded(text):
        try:
            return list(base64url.decode(text))
        except refusals.Malformed as refused:
            return refused.reason

    assert await modules(body, texts) == [decoded(text) for text in texts]


KEY = key_set.publish([signer(HUANGSHI)])["keys"][0]
SETS = {
    "good": {"keys": [KEY]}, "none": {"keys": []}, "no list": {"keys": KEY}, "no set": [],
    "twice": {"keys": [KEY, KEY]}, "private": {"keys": [{**KEY, "d": "AAAA"}]},
    "no name": {"keys": [{**KEY, "kid": None}]}, "no city": {"keys": [{**KEY, "kid": "2026-1"}]},
    "another kind": {"keys": [{**KEY, "crv": "X25519"}]}, "short": {"keys": [{**KEY, "x": "AAAA"}]},
    "many": {"keys": [{**KEY, "kid": f"420200/{n}"} for n in range(51)]},
    "long": {"keys": [{**KEY, "note": "x" * key_set.LONGEST}]}, "a key of text": {"keys": ["key"]},
}  # fmt: skip


async def test_key_sets_are_read_alike(modules):
    def by_python(text):
        try:
            key_set.read(text.encode())
        except refusals.Refused as refused:
            return refused.reason
        return "read"

    body = """
        const { readKeys } = await import("/verify/keys.js");
        const answers = {};
        for (const [name, text] of Object.entries(given)) {
          try { await readKeys(new TextEncoder().encode(text)); answers[name] = "read"; }
          catch (error) { answers[name] = error.reason ?? String(error.stack); }
        }
        return answers;
    """
    texts = {name: json.dumps(of) for name, of in SETS.items()}
    answers = await modules(body, texts)
    assert answers == {name: by_python(text) for name, text in texts.items()}
    assert [name for name, answer in answers.items() if answer == "read"] == ["good"]


async def test_published_examples_are_read_as_published(modules):
    examples = {
        name: [json.dumps(_payload(one)), one["presentation"].split("~")[1:-1]]
        for name, one in vectors("rfc9901_sd_jwt_examples.json")["examples"].items()
        if not one["presentation"].startswith("{")
    }
    body = """
        const [{ parse, Fraction }, { reveal }] =
          await Promise.all(["json", "disclosures"].map((name) => import(`/verify/${name}.js`)));
        const plain = (value) => value instanceof Map
          ? Object.fromEntries([...value].map(([name, of]) => [name, plain(of)]))
          : Array.isArray(value) ? value.map(plain)
          : value instanceof Fraction ? value.value : value;
        const answers = {};
        for (const [name, [payload, disclosures]] of Object.entries(given)) {
          const claims = parse(new TextEncoder().encode(payload));
          answers[name] = plain(await reveal(claims, disclosures));
        }
        return answers;
    """
    answers = await modules(body, examples)
    assert answers == {
        name: disclosures.reveal(json.loads(payload), texts)
        for name, (payload, texts) in examples.items()
    }
    assert len(answers) >= 5


def _payload(example):
    return json.loads(base64url.decode(example["presentation"].split(".")[1]))


async def test_published_status_lists_are_unpacked_alike(modules):
    lists = vectors("token_status_list_examples.json")["lists"]
    body = """
        const { decode } = await import("/verify/base64url.js");
        const { inflate } = await import("/verify/status-list.js");
        const answers = {};
        for (const [name, one] of Object.entries(given)) {
          answers[name] = [...await inflate(decode(one.lst))];
        }
        return answers;
    """
    assert await modules(body, lists) == {
        name: list(status_list.decode(one["lst"])) for name, one in lists.items()
    }


async def test_the_browsers_ed25519_takes_and_refuses_what_others_do(modules):
    groups = vectors("wycheproof/ed25519_test.json")["testGroups"]
    cases = [
        [group["publicKey"]["pk"], case["msg"], case["sig"], case["result"] == "valid"]
        for group in groups for case in group["tests"]
    ]  # fmt: skip
    body = """
        const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (one) => parseInt(one, 16));
        const answers = [];
        for (const [raw, message, signature] of given) {
          const read = ["raw", bytes(raw), "Ed25519", false, ["verify"]];
          const key = await crypto.subtle.importKey(...read);
          const holds = [key, bytes(signature), bytes(message)];
          answers.push(await crypto.subtle.verify("Ed25519", ...holds));
        }
        return answers;
    """
    assert await modules(body, cases) == [valid for *_, valid in cases]
    assert len(cases) > 100


async def test_a_request_of_the_page_is_one_that_the_command_reads(modules):
    body = """
        const { ask } = await import("/verify/request.js");
        return [1, 2].map(() => JSON.stringify(ask("merchant-17", "library-deposit")));
    """
    first, second = await modules(body)
    asked = proof.asking.expected(first.encode())
    assert (asked.audience, asked.scenario) == ("merchant-17", "library-deposit")
    assert first.encode() == canonical.canonical(json.loads(first))
    assert asked.nonce != json.loads(second)["nonce"]


async def test_there_are_words_for_every_reason_and_none_are_left_over(modules):
    words = 'return (await import("/verify/words.js")).reasons();'
    refused = [*test_verifying.REFUSED.values(), *test_status_list.REFUSED.values()]
    every = {of.reason for _, of in refused}
    assert set(await modules(words)) == every | {"revoked", "used-here"}


@pytest.mark.parametrize("length", [1, 90, 113, 236, 250, 251])
async def test_a_request_is_a_code_that_readers_read(modules, length):
    text = "".join(Random(length).choices('abcdefXYZ0189"{}:,-_', k=length))
    rows = await modules('return (await import("/verify/qr.js")).modules(given);', text)
    dark = np.pad(np.array(rows, dtype=bool), 4)
    image = np.where(np.kron(dark, np.ones((3, 3))) > 0, 0, 255).astype(np.uint8)
    (read,) = zxingcpp.read_barcodes(image)
    assert (read.text, read.ec_level) == (text, "M")


async def test_the_fullest_code_is_the_one_that_another_maker_makes(modules):
    text = "".join(Random(1).choices("abcdefXYZ0189", k=251))
    rows = await modules('return (await import("/verify/qr.js")).modules(given);', text)
    made = segno.make(text, version=11, error="m", mode="byte", mask=0, boost_error=False)
    assert rows == [[bool(dark) for dark in row] for row in made.matrix]
