from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interop import jws, refusals
from interop.proof import status_list
from tests.interop.cities import HUANGSHI, NOW, SANYA, later, signer
from tests.interop.editions import members
from tests.interop.proof.shown import ENTRIES, URI

MEMBERS = members()
PACKED = status_list.pack({5: 1, 6: 2}, ENTRIES, 2)
TOKEN = status_list.issue(PACKED, 2, URI, signer(HUANGSHI), NOW)
CLAIMS = jws.read(TOKEN, status_list.TYPE).claims


def made(by=HUANGSHI, typ=status_list.TYPE, **changed):
    return jws.sign({**CLAIMS, **changed}, typ, signer(by))


def test_a_list_is_issued_and_read():
    known = status_list.read(TOKEN, URI, MEMBERS, NOW)
    at = int(NOW.timestamp())
    assert [known.status(index, at) for index in range(4, 8)] == [0, 1, 2, 0]
    assert known.city == HUANGSHI
    assert known.fresh_until == at + 300 + 60


@given(
    st.sampled_from([1, 2, 4, 8]),
    st.dictionaries(st.integers(0, 999), st.integers(0, 255), max_size=50),
)
def test_what_is_packed_is_found_again(bits, statuses):
    statuses = {index: status % (1 << bits) for index, status in statuses.items()}
    packed = status_list.decode(status_list.encode(status_list.pack(statuses, 1000, bits)))
    known = status_list.StatusList("", "", bits, packed, 1)
    assert all(known.status(index, 0) == statuses.get(index, 0) for index in range(1000))


def test_a_million_places_with_one_in_a_hundred_taken_back_stay_below_twenty_kilobytes():
    taken_back = Random(1).sample(range(2**20), 2**20 // 100)
    packed = status_list.pack(dict.fromkeys(taken_back, 1), 2**20, 1)
    assert len(status_list.encode(packed)) < 20 * 1024


REFUSED = {
    "of another address": (made(sub=URI + "2"), refusals.StatusUnknown),
    "by another city": (made(by=SANYA), refusals.WrongHome),
    "of another type": (made(typ="JWT"), refusals.WrongType),
    "expired": (made(iat=CLAIMS["iat"] - 7200, exp=CLAIMS["iat"] - 60), refusals.Expired),
    "of the future": (made(iat=CLAIMS["iat"] + 61), refusals.FromTheFuture),
    "for too long": (made(exp=CLAIMS["iat"] + 10**6), refusals.LivesTooLong),
    "kept for a day": (made(ttl=86400), refusals.Malformed),
    "kept for ever": (made(ttl=0), refusals.Malformed),
    "three bits": (made(status_list={"bits": 3, "lst": "eNrbuRgAAhcBXQ"}), refusals.Malformed),
    "no list": (made(status_list={"bits": 1}), refusals.Malformed),
    "no zlib": (made(status_list={"bits": 1, "lst": "AAAA"}), refusals.Malformed),
    "cut off": (
        made(status_list={"bits": 1, "lst": CLAIMS["status_list"]["lst"][:-4]}),
        refusals.Malformed,
    ),
    "larger than memory": (
        made(status_list={"bits": 1, "lst": status_list.encode(bytes(2**25))}),
        refusals.Malformed,
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_list_that_does_not_hold_is_refused_by_its_name(name):
    token, refusal = REFUSED[name]
    with pytest.raises(refusal) as told:
        status_list.read(token, URI, MEMBERS, NOW)
    assert type(told.value) is refusal


@pytest.mark.parametrize("index", [-1, ENTRIES, 10**9])
def test_a_place_outside_tells_nothing(index):
    with pytest.raises(refusals.StatusUnknown):
        status_list.read(TOKEN, URI, MEMBERS, NOW).status(index, int(NOW.timestamp()))


def test_an_old_copy_is_not_fresh_again_because_it_was_fetched_now():
    known = status_list.read(TOKEN, URI, MEMBERS, later(seconds=1000))
    with pytest.raises(refusals.StatusUnknown):
        known.status(5, int(later(seconds=1000).timestamp()))


def test_a_short_list_is_a_mistake_of_ours():
    with pytest.raises(ValueError, match="131072"):
        status_list.issue(bytes(100), 1, URI, signer(HUANGSHI), NOW)
    for statuses in ({8: 1}, {0: 2}, {-1: 1}):
        with pytest.raises(ValueError, match="fit"):
            status_list.pack(statuses, 8, 1)
