"""Below the verdict: JSON, base64url, keys, published examples, and the request as a code."""

import json
from hashlib import sha256
from random import Random

import numpy as np
import pytest
import segno
import zxingcpp

from interop import base64url, canonical, key_set, proof, refusals
from interop.proof import disclosures, status_list
from tests.interop.cities import HUANGSHI, signer
from tests.interop.published import vectors

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
        const { decode, encode } = await import("/verify/base64url.js");
        const { inflate } = await import("/verify/status-list.js");
        const answers = {};
        for (const [name, one] of Object.entries(given)) {
          const packed = await inflate(decode(one.lst));
          answers[name] = encode(new Uint8Array(await crypto.subtle.digest("SHA-256", packed)));
        }
        return answers;
    """
    assert await modules(body, lists) == {
        name: base64url.encode(sha256(status_list.decode(one["lst"])).digest())
        for name, one in lists.items()
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
