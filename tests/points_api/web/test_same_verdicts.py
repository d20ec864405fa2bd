"""The page answers as the Python verifier does: the same proofs through both, good and bad."""

import json
from dataclasses import dataclass, field, replace
from random import Random

from interop import base64url, key_set, proof, refusals
from interop.proof import status_list
from tests.interop.cities import HUANGSHI, NOW, SANYA, later, signer
from tests.interop.proof import shown, test_status_list, test_verifying
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
            one = self.asked
            asked = proof.Expected(
                one["audience"], one["nonce"], one["scenario"], status=self.status
            )
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


async def test_there_are_words_for_every_reason_and_none_are_left_over(modules):
    words = 'return (await import("/verify/words.js")).reasons();'
    refused = [*test_verifying.REFUSED.values(), *test_status_list.REFUSED.values()]
    every = {of.reason for _, of in refused}
    assert set(await modules(words)) == every | {"revoked", "used-here"}
