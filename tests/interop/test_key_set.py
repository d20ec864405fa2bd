import json

import pytest

from interop import key_set, refusals
from tests.interop.cities import HUANGSHI, SANYA, signer

OURS = [signer(HUANGSHI), signer(HUANGSHI, "2026-2")]
PUBLISHED = key_set.publish(OURS)


def read(document=PUBLISHED):
    return key_set.read(json.dumps(document).encode())


def test_what_is_published_is_read_back_by_name_and_holds_no_secret():
    keys = read()
    for one in OURS:
        assert keys.key(one.keyid, 0) == one.private.public_key()
    assert all(one.keys() == {"kty", "crv", "x", "kid", "use"} for one in PUBLISHED["keys"])


def test_another_city_and_another_key_are_told_apart():
    with pytest.raises(refusals.UnlistedPeer):
        read().key(signer(SANYA).keyid, 0)
    with pytest.raises(refusals.UnknownKey):
        read().key(f"{HUANGSHI}/2026-3", 0)


def changed(**parts):
    return {"keys": [{**PUBLISHED["keys"][0], **parts}]}


REFUSED = {
    "no keys": ({"keys": []}, refusals.Malformed),
    "no set": ([], refusals.Malformed),
    "a key twice": ({"keys": PUBLISHED["keys"][:1] * 2}, refusals.DuplicateKey),
    "a private key": (changed(d="AAAA"), refusals.Malformed),
    "a key of another kind": (changed(crv="X25519"), refusals.Malformed),
    "a name that is none of a city": (changed(kid="2026-1"), refusals.Malformed),
    "a name that is no text": (changed(kid=1), refusals.Malformed),
    "very much": ({**PUBLISHED, "note": "a" * key_set.LONGEST}, refusals.Malformed),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_key_set_is_refused(name):
    document, refusal = REFUSED[name]
    with pytest.raises(refusal):
        read(document)
