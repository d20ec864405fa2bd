"""Authenticated encryption of one field: AES-256-GCM, or SM4-GCM where commercial cryptography
is required (GB/T 39786-2021).

A sealed field is `format (1) | length of key id (1) | key id | nonce (12) | ciphertext | tag (16)`.
Everything needed to open it is inside, so two suites and several keys live side by side in one
column while keys rotate. The context (table and column, say) is authenticated but not stored:
a value moved to another column does not open.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import SM4

NONCE_BYTES = 12
TAG_BYTES = 16
Suite = Literal["aes", "sm4"]


class CipherError(Exception):
    """A sealed field cannot be opened. Says why in general words, never what is inside."""


class Aead(Protocol):
    """The one thing that the suites have in common. Nonces must never repeat under one key."""

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes: ...
    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes: ...


class Sm4Gcm:
    """SM4 (GB/T 32907) in Galois/counter mode (RFC 8998), in the shape of `AESGCM`."""

    def __init__(self, key: bytes) -> None:
        self._algorithm = SM4(key)

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        encryptor = Cipher(self._algorithm, modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(associated_data)
        return encryptor.update(data) + encryptor.finalize() + encryptor.tag

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        if len(data) < TAG_BYTES:
            raise InvalidTag
        mode = modes.GCM(nonce, data[-TAG_BYTES:])
        decryptor = Cipher(self._algorithm, mode).decryptor()
        decryptor.authenticate_additional_data(associated_data)
        return decryptor.update(data[:-TAG_BYTES]) + decryptor.finalize()


KEY_BYTES: dict[Suite, int] = {"aes": 32, "sm4": 16}
_FORMATS: dict[Suite, int] = {"aes": 1, "sm4": 2}
_SUITES: dict[int, Suite] = {number: suite for suite, number in _FORMATS.items()}


def aead(suite: Suite, key: bytes) -> Aead:
    """Return the cipher of a suite; the key must have `KEY_BYTES[suite]` bytes."""
    return AESGCM(key) if suite == "aes" else Sm4Gcm(key)


@dataclass(frozen=True, slots=True)
class Header:
    """What a sealed field says about itself in the clear."""

    suite: Suite
    key_id: str
    length: int


def header_of(sealed: bytes) -> Header:
    """Read the clear part of a sealed field."""
    suite = _SUITES.get(sealed[0]) if len(sealed) > 2 else None
    length = 2 + sealed[1] if suite else 0
    if suite is None or len(sealed) < length + NONCE_BYTES + TAG_BYTES:
        raise CipherError("not a sealed field")
    try:
        return Header(suite, sealed[2:length].decode("ascii"), length)
    except UnicodeDecodeError:
        raise CipherError("not a sealed field") from None


class Sealer:
    """One key of one suite, ready for use. Safe to share between threads."""

    def __init__(self, suite: Suite, key_id: str, key: bytes) -> None:
        name = key_id.encode("ascii")
        self._prefix = bytes((_FORMATS[suite], len(name))) + name
        self._aead = aead(suite, key)

    def seal(self, plain: bytes, context: bytes) -> bytes:
        # Random nonces: at most 2^32 fields per key (NIST SP 800-38D 8.3), 800 times what one
        # field of 2.4 million people and a rewrite of each needs.
        nonce = os.urandom(NONCE_BYTES)
        return self._prefix + nonce + self._aead.encrypt(nonce, plain, context)

    def seal_many(self, plains: Iterable[bytes], context: bytes) -> list[bytes]:
        """Seal a column: one system call for all nonces, no look-up per value."""
        values = list(plains)
        nonces = os.urandom(NONCE_BYTES * len(values))
        prefix, encrypt = self._prefix, self._aead.encrypt
        sealed = []
        for place, plain in enumerate(values):
            nonce = nonces[place * NONCE_BYTES : (place + 1) * NONCE_BYTES]
            sealed.append(prefix + nonce + encrypt(nonce, plain, context))
        return sealed

    def open(self, sealed: bytes, header: Header, context: bytes) -> bytes:
        start = header.length + NONCE_BYTES
        try:
            return self._aead.decrypt(sealed[header.length : start], sealed[start:], context)
        except InvalidTag:
            raise CipherError(
                "a sealed field was altered, moved to another place, or sealed under another key"
            ) from None
