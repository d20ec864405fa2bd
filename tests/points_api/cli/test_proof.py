"""`points proof-request`, `points verify-proof`: a merchant without a network."""

import json

import pytest

from interop.directory import sign
from interop.keys import Signer
from interop.refusals import Refused
from points_api.cli import refusal_words
from tests.interop.cities import HUANGSHI, NOW, SANYA, private
from tests.interop.editions import ROOTS, edition, member, started
from tests.interop.proof import shown
from tests.points_api.proofs.till import Till, points
from tests.points_api.proofs.wallet import MERCHANT
from tests.points_api.verifications.shop import SHOWN


@pytest.fixture
def till(tmp_path, frozen_clock):
    return Till(tmp_path)


def test_a_good_proof_is_a_yes_and_nothing_else(till):
    answer = till.verify(shown.SHOWN)
    assert answer.exit_code == 0, answer.output
    assert answer.stdout.startswith("是 (yes)")
    said = json.loads(till.verify(shown.SHOWN + "\n", "--json", stdin=True).stdout)
    assert said.pop("expires_at").endswith("+00:00")
    assert said == {
        "proven": True, "city": HUANGSHI, "scenario": shown.SCENARIO, "status_checked": True,
    }  # fmt: skip


def test_the_directory_serves_in_place_of_the_issuers_keys(till):
    first = started(issued=-2, members=[member(SANYA)])
    (till.folder / "directory.json").write_bytes(first.document)
    listed = ("--directory", "directory.json", "--digest", first.digest)
    assert "unlisted-peer" in till.verify(shown.SHOWN, keys=listed).stdout
    (till.folder / "directory-2.json").write_bytes(sign(edition(2, issued=-1), ROOTS))
    assert till.verify(shown.SHOWN, keys=listed).exit_code == 0
    other = ("--directory", "directory.json", "--digest", "A" * 43)
    assert "unknown-signer" in till.verify(shown.SHOWN, keys=other).stdout


ONE, _ = shown.disclosed((shown.SCENARIO, True))
OTHER, _ = shown.disclosed(("metro-fare", True))
DOTS, DIGESTS = shown.disclosed(("...", True))
AT = int(NOW.timestamp())
REFUSED = {
    "a disclosure nobody signed": (
        shown.made(disclosures=[*ONE, *OTHER]), "unreferenced-disclosure",
    ),
    "a claim named ...": (
        shown.made({"_sd": DIGESTS}, [*ONE, *DOTS]), "forbidden-claim",
    ),
    "a forged key": (
        shown.made(by=Signer(f"{HUANGSHI}/2026-1", private("mallory"))),
        "bad-signature",
    ),
    "another type": (shown.made(typ="vc+jwt"), "wrong-type"),
    "expired": (shown.made({"iat": AT - 7200, "exp": AT - 60}), "expired"),
    "not yet valid": (shown.made({"nbf": AT + 61}), "from-the-future"),
    "no key binding": (shown.SHOWN.rpartition("~")[0] + "~", "key-binding-missing"),
    "bound by somebody else": (shown.made(holder=private("thief")), "bad-signature"),
    "to another merchant": (shown.made(binding={"aud": "merchant-18"}), "wrong-audience"),
    "with another nonce": (shown.made(binding={"nonce": "of-yesterday-16"}), "wrong-nonce"),
    "bound two minutes ago": (shown.made(binding={"iat": AT - 120}), "stale"),
    "another scenario": (shown.made(disclosures=[]), "nothing-proven"),
    "garbage": ("not a proof", "malformed"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_the_standard_refuses_is_a_no_with_its_reason_in_both_languages(till, name):
    text, reason = REFUSED[name]
    answer = till.verify(text, "--json")
    assert answer.exit_code == 1
    said = json.loads(answer.stdout)
    assert (said["proven"], said["reason"]) == (False, reason)
    plain = till.verify(text).stdout
    assert said["zh"] in plain
    assert reason in plain


def test_a_revoked_proof_and_a_list_too_old_are_no(till, frozen_clock):
    till.list({shown.INDEX: 1})
    assert "revoked" in till.verify(shown.SHOWN).stdout
    till.list(seconds=-361)
    answer = till.verify(shown.SHOWN)
    assert (answer.exit_code, "status-unknown" in answer.stdout) == (1, True)


def test_without_a_list_the_merchant_is_warned(till):
    till.list({shown.INDEX: 1})
    answer = till.verify(shown.SHOWN, status=("--without-status",))
    assert answer.exit_code == 0
    assert "a proof that was just revoked passes" in answer.stderr
    said = json.loads(till.verify(shown.SHOWN, "--json", status=("--without-status",)).stdout)
    assert said["status_checked"] is False


@pytest.mark.parametrize(("keys", "status"), [
    ((), None), (("--directory", "directory.json"), None),
    (("--keys", "keys.json", "--directory", "directory.json", "--digest", "A"), None),
    (("--keys", "keys.json"), ()),
    (("--keys", "keys.json"), ("--without-status", "--status-list", "list.jwt")),
    (("--keys", "nothing.json"), None),
])  # fmt: skip
def test_what_cannot_be_checked_is_neither_yes_nor_no(till, keys, status):
    assert till.verify(shown.SHOWN, keys=keys, status=status).exit_code == 2


def test_a_request_of_another_kind_is_not_checked_against(till):
    till.keep("request.json", "{}")
    answer = till.verify(shown.SHOWN)
    assert (answer.exit_code, "proof-request" in answer.stderr) == (2, True)


def test_a_merchant_asks_with_a_new_nonce_each_time():
    asked = [
        json.loads(points("proof-request", "--audience", MERCHANT, "--scenario", SHOWN).stdout)
        for _ in range(2)
    ]
    assert asked[0]["nonce"] != asked[1]["nonce"]
    assert (asked[0]["audience"], asked[0]["scenario"]) == (MERCHANT, SHOWN)
    refused = points("proof-request", "--audience", "商户", "--scenario", SHOWN)
    assert (refused.exit_code, "--audience" in refused.stderr) == (2, True)


def test_every_reason_has_chinese_words_and_none_is_left_over():
    known, classes = set(), [Refused]
    while classes:
        below = classes.pop().__subclasses__()
        known |= {one.reason for one in below}
        classes += below
    assert known == refusal_words.WORDS.keys()
