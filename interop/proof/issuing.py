"""Making proofs, at home: batches to be used once each, that nobody can join to one another.

A proof says "its holder may use these scenarios", by up to eight digests, of which the holder opens
one. There are always eight: what is left over is filled with decoys (RFC 9901, section 4.2.5), and
all stand in the order of their bytes, so neither number nor order tells anything. Each proof of a
batch has a holder's key, a place in the status list and salts of its own. Its times are those of
everybody's proofs of that hour, so a new key signs proofs from its second hour on.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from interop import base64url, jws
from interop.instants import seconds
from interop.keys import Signer
from interop.proof.disclosures import (
    ALGORITHM,
    DIGESTS,
    HASHING,
    SALT_BYTES,
    digest_of,
    disclosure_of,
)
from interop.shape import Closed, Code, shaped

TYPE: Final = "dc+sd-jwt"  # SD-JWT VC, section 3.2.1
CREDENTIAL: Final = "urn:points:credential:eligible:1"
CLAIM: Final = "eligible"
DIGESTS_EACH: Final = 8
LARGEST_BATCH: Final = 50
LONGEST_SECONDS: Final = 8 * 24 * 3600
_HOUR: Final = 3600
_HASH_BYTES: Final = 32

Random = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Place:
    """What one proof of a batch needs of its own: the holder's key, and a place never given before.

    `uri` is the address of the status list, `index` the place in it, drawn at random.
    """

    holder: Ed25519PublicKey
    uri: str
    index: int


class _Scenario(Closed):
    id: Code


def issue_batch(
    scenarios: Collection[str],
    places: Sequence[Place],
    signer: Signer,
    now: datetime,
    random: Random,
    valid_seconds: int = 24 * _HOUR,
) -> list[str]:
    """Return one proof for each place. `random` gives that many unguessable bytes."""
    for one in scenarios:
        shaped(_Scenario, {"id": one})
    if not 1 <= len(set(scenarios)) <= DIGESTS_EACH or not 1 <= len(places) <= LARGEST_BATCH:
        raise ValueError("a batch has 1 to 50 proofs of 1 to 8 scenarios")
    keys = {place.holder.public_bytes_raw() for place in places}
    if len(keys) < len(places) or len({(one.uri, one.index) for one in places}) < len(places):
        raise ValueError("each proof needs a key and a place of its own")
    issued = issued_at(now)
    term = issued, issued + min(valid_seconds + _HOUR, LONGEST_SECONDS)
    return [_issue(sorted(set(scenarios)), place, signer, term, random) for place in places]


def issued_at(now: datetime) -> int:
    """Return when proofs begin that are made now, in seconds: with the hour."""
    return seconds(now) // _HOUR * _HOUR


def _issue(
    scenarios: Sequence[str], place: Place, signer: Signer, term: tuple[int, int], random: Random
) -> str:
    disclosures = [disclosure_of(one, True, random(SALT_BYTES)) for one in scenarios]
    digests = [digest_of(text) for text in disclosures]
    decoys = DIGESTS_EACH - len(digests)
    digests += [base64url.encode(random(_HASH_BYTES)) for _ in range(decoys)]
    claims = {
        "iss": signer.city,
        "vct": CREDENTIAL,
        "iat": term[0],
        "exp": term[1],
        "cnf": {"jwk": jws.public_jwk(place.holder)},
        "status": {"status_list": {"uri": place.uri, "idx": place.index}},
        CLAIM: {DIGESTS: sorted(digests)},
        ALGORITHM: HASHING,
    }
    return "~".join([jws.sign(claims, TYPE, signer), *disclosures, ""])
