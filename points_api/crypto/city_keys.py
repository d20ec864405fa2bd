"""The keys by which a city speaks to others, derived from its master keys like all the rest.

Named after the use and the master key, `460200/message-2026-1`: a new master key brings new names,
so that a name is never given to another key.
"""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from interop.cities import KeyUse
from interop.keys import Signer
from points_api.crypto.keyring import Keyring


def signers(keyring: Keyring, division: str, use: KeyUse) -> tuple[Signer, ...]:
    """The keys of one use, newest first: the first signs, the others may still stand in lists."""
    return tuple(
        Signer(
            f"{division}/{use}-{key.kid}",
            Ed25519PrivateKey.from_private_bytes(
                keyring.derive(f"interop/{use}/ed25519", 32, key.kid)
            ),
        )
        for key in keyring.signing_keys()
    )
