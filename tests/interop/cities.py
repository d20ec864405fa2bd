"""Two cities with keys made for the tests, and a memory of nonces."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from interop.keys import Signer, city_of
from interop.refusals import UnknownKey, UnlistedPeer

NOW = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
HUANGSHI, SANYA, TIANJIN = "420200", "460200", "120000"
ADDRESS = {
    HUANGSHI: "https://points.huangshi.example",
    SANYA: "https://points.sanya.example",
    TIANJIN: "https://points.tianjin.example",
}


def private(seed: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(seed.encode().ljust(32, b"."))


def signer(city: str, name: str = "2026-1") -> Signer:
    return Signer(f"{city}/{name}", private(f"{city}/{name}"))


@dataclass
class KnownKeys:
    """Keys that are simply there, at any time."""

    known: Mapping[str, Ed25519PublicKey] = field(
        default_factory=lambda: {
            one.keyid: one.private.public_key() for one in map(signer, (HUANGSHI, SANYA))
        }
    )

    def key(self, keyid: str, at: int) -> Ed25519PublicKey:
        if city_of(keyid) not in map(city_of, self.known):
            raise UnlistedPeer
        if keyid not in self.known:
            raise UnknownKey
        return self.known[keyid]


@dataclass
class Memory:
    """Nonces in a set, as the application keeps them in one table."""

    seen: dict[tuple[str, str], datetime] = field(default_factory=dict)

    async def first_use(self, keyid: str, nonce: str, until: datetime) -> bool:
        new = (keyid, nonce) not in self.seen
        self.seen.setdefault((keyid, nonce), until)
        return new


def later(**by: float) -> datetime:
    return NOW + timedelta(**by)
