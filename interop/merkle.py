"""Hash trees (RFC 6962, section 2.1; verifying as RFC 9162, sections 2.1.3.2 and 2.1.4.2).

A log of any length has one root of 32 bytes. That an entry is in it, or that a longer log continues
a shorter one, is shown by some twenty hashes. Whoever once keeps a root can no longer be shown a
log in which something was left out, changed or put elsewhere.
"""

from collections.abc import Sequence
from hashlib import sha256

from interop.refusals import NotInLog


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of an entry; its prefix keeps entries and nodes apart."""
    return sha256(b"\0" + entry).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Return the root over hashes of entries.

    >>> root_of([]).hex()[:16]
    'e3b0c44298fc1c14'
    """
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    half = _half(len(leaves))
    return _node(root_of(leaves[:half]), root_of(leaves[half:]))


def inclusion_path(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """Return the hashes that lead from the entry at this place to the root."""
    if not 0 <= index < len(leaves):
        raise ValueError("the log has no such entry")
    if len(leaves) == 1:
        return []
    half = _half(len(leaves))
    if index < half:
        return [*inclusion_path(index, leaves[:half]), root_of(leaves[half:])]
    return [*inclusion_path(index - half, leaves[half:]), root_of(leaves[:half])]


def check_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """Raise `NotInLog` unless the path leads from the leaf at this place to the root."""
    if not 0 <= index < size or len(leaf) != sha256().digest_size:
        raise NotInLog
    at, last, found = index, size - 1, leaf
    for beside in path:
        if last == 0:
            raise NotInLog
        if at & 1 or at == last:
            found = _node(beside, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = _node(found, beside)
        at, last = at >> 1, last >> 1
    if last or found != root:
        raise NotInLog


def check_consistency(
    size: int, root: bytes, later_size: int, later_root: bytes, path: Sequence[bytes]
) -> None:
    """Raise `NotInLog` unless the later log begins with all entries of the earlier one."""
    if size == later_size and root == later_root and not path and (size or root == root_of([])):
        return
    if not 0 < size < later_size or not path:  # that an empty log goes on shows nothing
        raise NotInLog
    hashes = list(path) if size & (size - 1) else [root, *path]
    _climb(size - 1, later_size - 1, hashes, (root, later_root))


def _climb(at: int, last: int, hashes: list[bytes], roots: tuple[bytes, bytes]) -> None:
    while at & 1:
        at, last = at >> 1, last >> 1
    old = new = hashes[0]
    for beside in hashes[1:]:
        if last == 0:
            raise NotInLog
        if at & 1 or at == last:
            old, new = _node(beside, old), _node(beside, new)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            new = _node(new, beside)
        at, last = at >> 1, last >> 1
    if last or (old, new) != roots:
        raise NotInLog


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\1" + left + right).digest()


def _half(size: int) -> int:
    """Return the largest power of two below the size."""
    return 1 << (size - 1).bit_length() - 1
