"""Both cities' signatures under a table of `interop.tables`, and the file that carries them.

What is signed names the table's digest, the city and the day, so that a signature counts for
nothing else. A table of scores is not signed on distributions that nobody published: its gates let
bands pass at most, and what says otherwise was not drafted by this program.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any, Final

from interop import base64url
from interop.canonical import canonical
from interop.cities import City
from interop.keys import Keys, Signer, check_signature, city_of
from interop.refusals import BadSignature, Malformed
from interop.tables import Signature, Table, document, from_document

KIND: Final = "points-mapping-table"


def sign(table: Table, city: City, signer: Signer, on: date) -> Table:
    """The table with this city's signature. ValueError for another city or unpublished scores."""
    if not _passes_gates(table):
        raise ValueError("scores of assumed distributions may not be mapped: bands at most")
    if signer.city != city.division:
        raise ValueError(f"{signer.keyid} is no key of {city.id}")
    said = _said(table, city.id, on)
    value = base64url.encode(signer.private.sign(said))
    return table.signed(Signature(city.id, signer.keyid, on, value))


def check(table: Table, source: City, target: City, keys: Keys) -> None:
    """Raise unless both cities have signed this table: `BadSignature`, `UnknownKey` and the like.

    Keys are those of the day of signing, at its end.
    """
    if not _passes_gates(table):
        raise Malformed("use")
    for city, signature in zip((source, target), table.signatures, strict=True):
        check_one(table, city, signature, keys)


def check_one(table: Table, city: City, signature: Signature | None, keys: Keys) -> None:
    """Raise unless this signature is that city's under this table."""
    if signature is None or (signature.city, city_of(signature.key)) != (city.id, city.division):
        raise BadSignature(city.id)
    key = keys.key(signature.key, _end_of(signature.signed_on))
    said = _said(table, city.id, signature.signed_on)
    check_signature(key, base64url.decode(signature.value), said)


def signed_document(table: Table) -> dict[str, Any]:
    """The table and its signatures as one plain JSON object."""
    signatures = [
        one and {**one._asdict(), "signed_on": one.signed_on.isoformat()}
        for one in table.signatures
    ]
    return {"kind": KIND, "table": document(table), "signatures": signatures}


def from_signed_document(said: Mapping[str, Any]) -> Table:
    """The table of such an object, its signatures unchecked. Raises `Malformed`."""
    try:
        if said["kind"] != KIND:
            raise Malformed("kind")
        table = from_document(said["table"])
        for one in said["signatures"]:
            if one is not None:
                on = date.fromisoformat(one["signed_on"])
                table = table.signed(Signature(one["city"], one["key"], on, one["value"]))
    except (KeyError, TypeError, ValueError) as error:
        raise Malformed("table") from error
    return table


def _passes_gates(table: Table) -> bool:
    return table.header.use != "table" or table.header.basis == "published"


def _said(table: Table, city: str, on: date) -> bytes:
    said = {"kind": KIND, "digest": table.digest, "city": city, "signed_on": on.isoformat()}
    return canonical(said)


def _end_of(day: date) -> int:
    return int(datetime.combine(day, time.max, UTC).timestamp())
