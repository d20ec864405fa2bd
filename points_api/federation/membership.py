"""What the cities of a federation agree on: the signed directory, and a table for each direction.

The one root of this directory lies in the federation's folder, which is enough on one machine. In
earnest several cities sign, each with a key that never leaves it.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from interop import base64url, directory, table_signatures
from interop.agreements import Agreement
from interop.canonical import parse
from interop.cities import City, KeyUse
from interop.directory import Trusted
from interop.directory_shapes import KIND
from interop.divisions import covers
from interop.drafting import Order, draft
from interop.instants import seconds
from interop.keys import Signer
from points_api.crypto import city_keys, key_files
from points_api.federation import data
from points_api.federation.places import Place
from points_api.identifiers import divisions
from points_api.partners.directory import edition_file, follow_files

VERSION: Final = "2026.1"
REFRESH: Final = timedelta(days=7)
EXPIRES: Final = timedelta(days=30)
# Longer than the directory may be used, so that keys never end under it.
_KEYS: Final = timedelta(days=365)
# A member whose clock is behind signs before now, and has to have had its key by then.
_BEFORE: Final = timedelta(days=1)
_TABLES: Final = timedelta(days=365)
_USES: Final[tuple[KeyUse, ...]] = ("message", "statement")


def write_directory(folder: Path, members: Sequence[Place], now: datetime) -> Trusted:
    """Sign the first edition with a new root and write it: `directory.json`, `directory.digest`.

    The digest is what everybody begins with; on paper it would stand in the agreement.
    """
    private, _ = key_files.write_pair(folder / "root")
    root = Signer(f"{members[0].city.division}/root-1", _private_key(private))
    document = directory.sign(edition(1, members, root, now), [root])
    digest = directory.digest_of(document)
    trusted = directory.begin(document, digest)
    (folder / "directory.json").write_bytes(document)
    (folder / "directory.digest").write_text(f"{digest}\n", "ascii")
    return trusted


def admit(folder: Path, member: Mapping[str, Any], now: datetime) -> Trusted:
    """Sign the next edition, in which this member stands, in place of what stood under its code.

    The keys that stood there stay beside the new ones, since tables are signed with them. The
    cities of the federation find the edition beside those before within half a minute. Raises
    `Refused` for a member that no directory may list.
    """
    first = folder / "directory.json"
    trusted = follow_files(first, "", now)
    number = trusted.directory.version + 1
    signed = parse(trusted.document)["signed"]
    others = [one for one in signed["members"] if one["city"] != member["city"]]
    before = [one for one in signed["members"] if one["city"] == member["city"]]
    named = {key["name"] for key in member["keys"]}
    kept = [key for one in before for key in one["keys"] if key["name"] not in named]
    new = {**member, "keys": [*member["keys"], *kept]}
    root = Signer(signed["roots"][0]["name"], _private_key(folder / "root" / key_files.PRIVATE))
    issued = {
        "version": number, "issued": seconds(now), "refresh_by": seconds(now + REFRESH),
        "expires": seconds(now + EXPIRES), "members": [*others, new],
    }  # fmt: skip
    document = directory.sign(signed | issued, [root])
    followed = directory.follow(trusted, [document], now)
    file = edition_file(first, number)
    fresh = file.with_name(f"{file.name}.new")
    fresh.write_bytes(document)
    fresh.replace(file)  # a city that looks at this instant sees no edition, or a whole one
    return followed


def edition(number: int, members: Iterable[Place], root: Signer, now: datetime) -> dict[str, Any]:
    """One numbered edition, not signed yet."""
    return {
        "kind": KIND,
        "version": number,
        "issued": seconds(now),
        "refresh_by": seconds(now + REFRESH),
        "expires": seconds(now + EXPIRES),
        "threshold": 1,
        "roots": [{"name": root.keyid, "x": _public(root)}],
        "members": [_member(one, now) for one in members],
    }


def write_tables(folder: Path, members: Sequence[Place], on: date) -> int:
    """Write the agreed band table of each direction, signed by both: `tables/<from>-<to>.json`.

    Counties of a pilot compare no bands, so there is none for them.
    """
    folder.mkdir()
    made = 0
    for source in members:
        for target in members:
            agreement = data.cities().between(source.city, target.city)
            if source is not target and agreement is not None:
                told = _table(source, target, agreement, on)
                path = folder / f"{source.city.id}-{target.city.id}.json"
                path.write_text(json.dumps(told, ensure_ascii=False), "utf-8")
                made += 1
    return made


def _table(source: Place, target: Place, agreement: Agreement, on: date) -> dict[str, Any]:
    until = min(on + _TABLES, agreement.term.until)
    order = Order("bands", VERSION, made_on=on, since=on, until=until)
    table = draft(source.city, target.city, agreement, order).table
    for one in (source, target):
        (signer, *_) = city_keys.signers(one.keyring, one.city.division, "statement")
        table = table_signatures.sign(table, one.city, signer, on)
    return table_signatures.signed_document(table)


def _member(place: Place, now: datetime) -> dict[str, Any]:
    city = place.city
    keys = [
        signer for use in _USES for signer in city_keys.signers(place.keyring, city.division, use)
    ]
    return {
        "city": city.division,
        "name": city.name.zh,  # with the mark where nobody says that the city signed
        "name_en": city.name.en,
        "address": place.listed_address,
        "keys": [
            {
                "name": key.keyid.partition("/")[2],
                "x": _public(key),
                "not_before": seconds(now - _BEFORE),
                "not_after": seconds(now + _KEYS),
            }
            for key in keys
        ],
        "areas": [
            one.code
            for one in divisions.inside(city.division, now.year)
            if covers(city.division, one.code) and one.code != city.division
        ],
        "purposes": _purposes(city),
    }


def _purposes(city: City) -> list[str]:
    agreements = data.cities().agreements.values()
    mine = [one for one in agreements if any(covers(city.division, code) for code in one.codes)]
    return sorted({purpose for one in mine for purpose in one.purposes})


def _public(signer: Signer) -> str:
    return base64url.encode(signer.private.public_key().public_bytes_raw())


def _private_key(file: Path) -> Ed25519PrivateKey:
    jwk = json.loads(file.read_text("utf-8"))
    return Ed25519PrivateKey.from_private_bytes(base64url.decode(jwk["d"]))
