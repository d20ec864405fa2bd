"""All keys of the program, derived from the master keys of the settings.

Each purpose has its own key by HKDF-SHA256 (RFC 5869), so no key is used for two things and
an operator keeps one secret. Master keys are ordered newest first: the newest seals, indexes and
signs; all of them open, find and verify. Rotation: put a new key in front on every process,
rewrite what `is_current` denies, then drop the old key. What others were given for good must not
change with it, so it is derived from a secret of its own, `outward`.

A blind index finds a person by ID number without storing it: an HMAC under a key that the
database does not have (SHA-256, or SM3 when the cipher is sm4).
"""

import base64
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from itertools import starmap
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256, SM3
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from points_api.crypto.cipher import KEY_BYTES, CipherError, Header, Sealer, Suite, header_of
from points_api.settings import MasterKey, Settings

_NAMESPACE: Final = b"huangshi-credit-points/v1/"
_SUITES: Final[tuple[Suite, ...]] = ("aes", "sm4")
_Mac = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class SigningKey:
    """An Ed25519 key; `kid` is the id of its master key."""

    kid: str
    private: Ed25519PrivateKey = field(repr=False)
    public: Ed25519PublicKey = field(repr=False)

    def public_jwk(self) -> dict[str, str]:
        """Return the public key as RFC 8037 has it; made from the public half only."""
        x = base64.urlsafe_b64encode(self.public.public_bytes_raw()).rstrip(b"=").decode()
        return {
            "kty": "OKP", "crv": "Ed25519", "x": x, "kid": self.kid, "use": "sig", "alg": "EdDSA",
        }  # fmt: skip


class Keyring:
    """Seals, opens, indexes and signs. Make one per process; safe to share between threads."""

    def __init__(
        self,
        master_keys: Iterable[MasterKey],
        suite: Suite = "aes",
        outward: bytes | None = None,
    ) -> None:
        self._masters = {key.id: key.secret for key in master_keys}
        if not self._masters:
            raise ValueError("a key ring needs at least one master key")
        self._newest = next(iter(self._masters))
        self._outward = outward
        self._suite: Suite = suite
        self._sealers = {
            (own, key_id): Sealer(own, key_id, self.derive(f"field/{own}", KEY_BYTES[own], key_id))
            for own in _SUITES
            for key_id in self._masters
        }
        # The configured suite first: what is looked up was most likely written by it.
        suites = sorted(_SUITES, key=lambda own: own != suite)
        self._macs = [
            message_authenticator(own, self.derive(f"index/{own}", 32, key_id))
            for own in suites
            for key_id in self._masters
        ]

    @classmethod
    def from_settings(cls, settings: Settings) -> "Keyring":
        return cls(settings.master_keys, settings.cipher)

    def derive(self, purpose: str, length: int = 32, key_id: str | None = None) -> bytes:
        """Return the key for a purpose; of the newest master key unless another id is given."""
        try:
            secret = self._masters[key_id or self._newest]
        except KeyError:
            raise CipherError(f"key {key_id!r} is not in POINTS_SECRET_KEYS; add it back") from None
        return _derived(secret, purpose, length)

    def with_outward(self, secret: bytes) -> "Keyring":
        """This ring with the city's outward secret, as `crypto.outward` keeps it."""
        return Keyring(starmap(MasterKey, self._masters.items()), self._suite, secret)

    def outward(self, purpose: str) -> bytes:
        """Return the key (32 bytes) for what others keep; the same whatever the master keys are."""
        if self._outward is None:
            raise CipherError("this key ring was made without the city's outward secret")
        return _derived(self._outward, purpose, 32)

    def sealers(self, purpose: str) -> dict[str, Sealer]:
        """Return a sealer per master key, newest first, under keys of this purpose alone."""
        suite = self._suite
        return {
            key_id: Sealer(
                suite, key_id, self.derive(f"{purpose}/{suite}", KEY_BYTES[suite], key_id)
            )
            for key_id in self._masters
        }

    def encrypt(self, plain: bytes | str, context: str) -> bytes:
        """Seal a value under the newest key; `context` names its place, e.g. `person.name`."""
        return self._sealer().seal(_bytes(plain), context.encode())

    def encrypt_many(self, plains: Iterable[bytes | str], context: str) -> list[bytes]:
        """Seal a column of values of one context."""
        return self._sealer().seal_many(map(_bytes, plains), context.encode())

    def decrypt(self, sealed: bytes, context: str) -> bytes:
        """Open a value sealed by any key of the ring and either suite.

        Raises `CipherError` when the key is missing, the value altered or the context another.
        """
        header = header_of(sealed)
        return self._sealer_of(header).open(sealed, header, context.encode())

    def decrypt_text(self, sealed: bytes, context: str) -> str:
        """Open a value that was sealed from a string."""
        return self.decrypt(sealed, context).decode()

    def is_current(self, sealed: bytes) -> bool:
        """Tell whether the newest key and the configured suite sealed this; else seal it anew."""
        header = header_of(sealed)
        return (header.suite, header.key_id) == (self._suite, self._newest)

    def index(self, kind: str, value: str) -> bytes:
        """Return the blind index (32 bytes) to store; `kind` keeps ID numbers and openids apart."""
        return self._macs[0](_labelled(kind, value))

    def index_many(self, kind: str, values: Iterable[str]) -> list[bytes]:
        """Index a column of values of one kind."""
        mac, label = self._macs[0], _labelled(kind, "")
        return [mac(label + value.encode()) for value in values]

    def indexes(self, kind: str, value: str) -> list[bytes]:
        """Return every index under which the value may be stored, the current one first."""
        message = _labelled(kind, value)
        return [mac(message) for mac in self._macs]

    def signing_keys(self) -> tuple[SigningKey, ...]:
        """Return the Ed25519 keys, newest first: the first signs, all verify."""
        return tuple(self._signing_key(key_id) for key_id in self._masters)

    def _signing_key(self, key_id: str) -> SigningKey:
        private = Ed25519PrivateKey.from_private_bytes(self.derive("sign/ed25519", 32, key_id))
        return SigningKey(key_id, private, private.public_key())

    def _sealer(self) -> Sealer:
        return self._sealers[self._suite, self._newest]

    def _sealer_of(self, header: Header) -> Sealer:
        try:
            return self._sealers[header.suite, header.key_id]
        except KeyError:
            raise CipherError(
                f"sealed under key {header.key_id!r}, which is not in POINTS_SECRET_KEYS"
            ) from None


def _derived(secret: bytes, purpose: str, length: int) -> bytes:
    # Salt stays empty: secrets are random, and every process must derive the same.
    info = _NAMESPACE + purpose.encode()
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=info).derive(secret)


def message_authenticator(suite: Suite, key: bytes) -> _Mac:
    """Return HMAC-SHA256 or, with SM4, HMAC-SM3 under a key."""
    return partial(_authenticate, HMAC(key, SHA256() if suite == "aes" else SM3()))


def _authenticate(keyed: HMAC, message: bytes) -> bytes:
    """Finish a copy of the keyed state: 1.7 us, where hashing the key each time costs 2.7."""
    mac = keyed.copy()
    mac.update(message)
    return mac.finalize()


def _labelled(kind: str, value: str) -> bytes:
    """Join the two unambiguously: a kind is a name of ours and holds no zero byte."""
    return kind.encode() + b"\0" + value.encode()


def _bytes(plain: bytes | str) -> bytes:
    return plain.encode() if isinstance(plain, str) else plain
