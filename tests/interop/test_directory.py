import pytest
from hypothesis import given
from hypothesis import strategies as st

from interop import base64url, refusals
from interop.canonical import canonical, parse
from interop.directory import begin, follow, sign
from interop.directory_changes import changes
from interop.keys import Signer
from tests.interop.cities import HUANGSHI, NOW, SANYA, TIANJIN, later, private, signer
from tests.interop.editions import ROOTS, at, digest, edition, key, member, root, started

FIRST = started()


def next_one(roots=tuple(ROOTS), **changed):
    return sign(edition(**{"version": 2, "issued": 1, **changed}), roots)


def raw(directory, roots=tuple(ROOTS)):
    """Sign whatever it is, also what `sign` would not."""
    signed = canonical(directory)
    return canonical(
        {
            "signed": directory,
            "signatures": [
                {"root": one.keyid, "signature": base64url.encode(one.private.sign(signed))}
                for one in roots
            ],
        }
    )


def test_a_first_edition_is_trusted_by_its_digest_and_answers_by_name():
    members = FIRST.at(NOW)
    assert (members.version, members.stale) == (1, False)
    assert members.member(HUANGSHI).address == "https://points.huangshi.example"
    public = members.key("420200/2026-1", at())
    assert public == signer(HUANGSHI).private.public_key()
    assert members.speaks_for(HUANGSHI, "420281")
    assert not members.speaks_for(SANYA, "420281")
    assert [one.city for one in members] == [HUANGSHI, SANYA, TIANJIN]


def test_an_edition_follows_and_the_same_one_again_changes_nothing():
    document = next_one()
    second = follow(FIRST, [document], later(days=1))
    assert second.directory.version == 2
    assert follow(second, [document], later(days=1)) == second


def test_who_was_away_goes_through_what_has_expired_meanwhile():
    documents = [next_one(version=2 + n, issued=40 * n + 1) for n in range(4)]
    now = later(days=125)
    assert follow(FIRST, documents, now).directory.version == 5
    with pytest.raises(refusals.DirectoryExpired):
        follow(FIRST, documents[:2], now)


def test_the_last_good_edition_is_stale_after_a_week_and_dead_after_thirty_days():
    assert not FIRST.at(later(days=6.99)).stale
    assert FIRST.at(later(days=7)).stale
    assert FIRST.at(later(days=29.99)).stale
    with pytest.raises(refusals.DirectoryExpired):
        FIRST.at(later(days=30))


def test_the_roots_change_edition_by_edition():
    fresh = [signer(city, "root-2") for city in (HUANGSHI, SANYA)]
    roots = [root(one) for one in [*fresh, ROOTS[2]]]
    changed = sign(edition(version=2, issued=1, roots=roots), [*ROOTS[:2], *fresh])
    second = follow(FIRST, [changed], later(days=1))
    third = sign(edition(version=3, issued=2, roots=roots), fresh)
    assert follow(second, [third], later(days=2)).directory.version == 3
    old = sign(edition(version=3, issued=2, roots=roots), ROOTS[:2])
    with pytest.raises(refusals.UnknownSigner):
        follow(second, [old], later(days=2))


def test_new_roots_cannot_make_themselves():
    fresh = [signer(city, "root-2") for city in (HUANGSHI, SANYA)]
    alone = sign(edition(version=2, issued=1, roots=[root(one) for one in fresh]), fresh)
    with pytest.raises(refusals.ThresholdNotMet):
        follow(FIRST, [alone], later(days=1))


def test_a_key_rolls_over_with_an_overlap():
    both = [key(HUANGSHI, end=5), key(HUANGSHI, "2026-2", start=3)]
    listed = [member(HUANGSHI, keys=both), member(SANYA), member(TIANJIN)]
    members = follow(FIRST, [next_one(members=listed)], later(days=1)).at(later(days=1))
    old, new = signer(HUANGSHI), signer(HUANGSHI, "2026-2")
    assert members.key(old.keyid, at(4.9)) == old.private.public_key()
    assert members.key(new.keyid, at(3)) == new.private.public_key()
    for keyid, day in [(old.keyid, 5), (new.keyid, 2.9), ("420200/2026-3", 1)]:
        with pytest.raises(refusals.UnknownKey):
            members.key(keyid, at(day))
    with pytest.raises(refusals.UnlistedPeer):
        members.key("110000/2026-1", at())


def test_what_a_later_version_adds_is_signed_and_passed_over():
    later_version = {**edition(version=2, issued=1), "motto": "守信"}
    second = follow(FIRST, [sign(later_version, ROOTS)], later(days=1))
    assert parse(second.document)["signed"]["motto"] == "守信"
    tampered = second.document.replace("守信".encode(), "失信".encode())
    with pytest.raises(refusals.BadSignature):
        follow(FIRST, [tampered], later(days=1))


def listed(**changed):
    return [member(HUANGSHI, **changed), member(SANYA), member(TIANJIN)]


REFUSED = {
    "older number": (raw(edition(version=0, issued=1)), refusals.Malformed),
    "same number, other content": (next_one(version=1), refusals.Equivocated),
    "a number left out": (next_one(version=3), refusals.Gap),
    "issued before the trusted one": (next_one(issued=-1), refusals.RolledBack),
    "one signature of three": (next_one(ROOTS[:1]), refusals.ThresholdNotMet),
    "no signature": (next_one([]), refusals.ThresholdNotMet),
    "a signer nobody knows": (
        next_one([*ROOTS, signer(TIANJIN, "root-9")]),
        refusals.UnknownSigner,
    ),
    "a member's key for a root": (next_one([signer(SANYA)]), refusals.UnknownSigner),
    "one root twice": (raw(edition(2, 1), [ROOTS[0], ROOTS[0]]), refusals.DuplicateKey),
    "one forged signature": (
        next_one([*ROOTS[:2], Signer(ROOTS[2].keyid, private("mallory"))]),
        refusals.BadSignature,
    ),
    "over already": (next_one(issued=1, expires=at(1.5), refresh_by=at(1.2)),
                     refusals.DirectoryExpired),
    "of tomorrow": (next_one(issued=3), refusals.FromTheFuture),
    "a member twice": (
        raw(edition(2, 1, members=[member(SANYA), member(SANYA)])),
        refusals.DuplicateMember,
    ),
    "a key under two names": (
        raw(edition(2, 1, members=listed(keys=[key(HUANGSHI), {**key(HUANGSHI), "name": "b"}]))),
        refusals.DuplicateKey,
    ),
    "a key of two members": (
        raw(edition(2, 1, members=listed(keys=[key(SANYA)]))),
        refusals.DuplicateKey,
    ),
    "a root's key for a member": (
        raw(edition(2, 1, members=listed(keys=[key(HUANGSHI, "root-1")]))),
        refusals.DuplicateKey,
    ),
    "an old name for a new key": (
        raw(edition(2, 1, members=listed(keys=[{**key(HUANGSHI, "x"), "name": "2026-1"}]))),
        refusals.DuplicateKey,
    ),
    "a key that ends too early": (
        raw(edition(2, 1, members=listed(keys=[key(HUANGSHI, end=20)]))),
        refusals.KeyGap,
    ),
    "a key that begins too late": (
        raw(edition(2, 1, members=listed(keys=[key(HUANGSHI, start=2)]))),
        refusals.KeyGap,
    ),
    "too short an overlap": (
        raw(edition(2, 1, members=listed(keys=[
            key(HUANGSHI, end=5), key(HUANGSHI, "b", start=4.5)
        ]))),
        refusals.KeyGap,
    ),
    "more signers demanded than there are": (raw(edition(2, 1, threshold=4)), refusals.Malformed),
    "nobody demanded": (raw(edition(2, 1, threshold=0)), refusals.Malformed),
    "no end": (raw(edition(2, 1, expires=at(500))), refusals.Malformed),
    "another kind of document": (raw(edition(2, 1, kind="something")), refusals.Malformed),
    "a number as a text": (raw({**edition(2, 1), "version": "2"}), refusals.Malformed),
    "a truth for a number": (raw({**edition(2, 1), "version": True}), refusals.Malformed),
    "an address with a path": (
        raw(edition(2, 1, members=listed(address="https://a.example/b"))), refusals.Malformed,
    ),
    "no json": (b"{", refusals.Malformed),
    "no envelope": (b"[]", refusals.Malformed),
    "no signatures": (canonical({"signed": edition(2, 1)}), refusals.Malformed),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_follow_is_refused_by_its_name(name):
    document, refusal = REFUSED[name]
    now = later(days=2) if name == "over already" else later(days=1)
    with pytest.raises(refusal) as told:
        follow(FIRST, [document], now)
    assert type(told.value) is refusal


def test_an_older_edition_is_a_roll_back():
    second = follow(FIRST, [next_one()], later(days=1))
    with pytest.raises(refusals.RolledBack):
        follow(second, [FIRST.document], later(days=1))


def test_another_first_edition_than_the_agreed_one_is_refused():
    other = sign(edition(threshold=1), ROOTS)
    with pytest.raises(refusals.UnknownSigner):
        begin(other, FIRST.digest)
    with pytest.raises(refusals.ThresholdNotMet):
        begin(sign(edition(), ROOTS[:1]), digest(sign(edition(), ROOTS[:1])))


SECOND = next_one()


@given(st.integers(0, 8 * len(SECOND) - 1))
def test_any_flipped_bit_of_an_edition_is_refused(bit):
    document = bytearray(SECOND)
    document[bit // 8] ^= 1 << bit % 8
    with pytest.raises(refusals.Refused):
        follow(FIRST, [bytes(document)], later(days=1))


def test_an_officer_sees_what_changes():
    assert changes(FIRST.directory, follow(FIRST, [SECOND], later(days=1)).directory) == []
    after = next_one(
        members=[member(HUANGSHI, address="https://b.example", areas=["420281"]),
                 member(SANYA, purposes=["recognition", "usage"]), member("110000")],
        threshold=3,
    )  # fmt: skip
    told = changes(FIRST.directory, follow(FIRST, [after], later(days=1)).directory)
    assert [(one.city, one.kind, one.what) for one in told] == [
        ("", "threshold", "3"),
        ("110000", "joined", "某市"),
        (TIANJIN, "left", "天津"),
        (HUANGSHI, "address", "https://b.example"),
        (HUANGSHI, "area-left", "420222"),
        (SANYA, "purpose", "usage"),
    ]
