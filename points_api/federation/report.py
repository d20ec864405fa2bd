"""What a federation is, as one JSON object: cities with their marks, addresses and logins."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from interop.directory import Trusted
from points_api.city import load_city
from points_api.federation import data
from points_api.federation.places import Place
from points_api.federation.running import made


def report(
    folder: Path, trusted: Trusted, tables: int, places: list[Place], seconds: float
) -> dict[str, Any]:
    """All cities are made when this is asked for."""
    return {
        "folder": str(folder),
        "directory": str(folder / "directory.json"),
        "digest": trusted.digest,
        "edition": trusted.directory.version,
        "expires": trusted.directory.expires,
        "tables": tables,
        "seconds": round(seconds, 1),
        "cities": [_city(place, made(place)) for place in places],
    }


def _city(place: Place, told: Mapping[str, Any]) -> dict[str, Any]:
    city = place.city
    folder = None if city.id == data.HOME else place.folder / "data"
    card = load_city(folder).scorecards[-1]
    return {
        "id": city.id,
        "name": city.name.zh,
        "name_en": city.name.en,
        "division": city.division,
        "signatory": city.signatory,
        "score_name": city.score_name.zh,
        "score_basis": city.score_basis,
        "scale": str(city.scale),
        "scale_basis": city.scale.basis,
        "scorecard": card.version,
        "scorecard_basis": card.basis,
        "address": place.address,
        "environment": str(place.folder / "city.env"),
        "joined": told["joined"],
        "scenarios": told["scenarios"],
        "logins": told["logins"],
        "officer": told["officer"],
        "merchant": told["merchant"],
    }
