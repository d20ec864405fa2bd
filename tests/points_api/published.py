"""Test vectors of published standards, kept beside the checkout and never inside it.

`POINTS_VECTORS` names their folder; else a folder `vectors` is looked for beside the checkout.
"""

import csv
import json
import os
from pathlib import Path
from typing import Any

import pytest

BESIDE = sorted(Path(__file__).parents[3].glob("*/vectors"))
FOLDER = Path(os.environ.get("POINTS_VECTORS") or next(iter(BESIDE), Path("vectors")))


def vectors(name: str) -> Any:
    """Read a JSON file, or the rows of a CSV file; the test is skipped where it is absent."""
    path = FOLDER / name
    if not path.is_file():
        pytest.skip(f"the published vectors {name} are not beside this checkout")
    with path.open(encoding="utf-8") as file:
        return json.load(file) if path.suffix == ".json" else list(csv.DictReader(file))


def wycheproof(name: str, **group: int) -> list[dict[str, Any]]:
    """Return the cases of the Wycheproof groups that have the given properties."""
    return [
        case
        for candidate in vectors(f"wycheproof/{name}_test.json")["testGroups"]
        if group.items() <= candidate.items()
        for case in candidate["tests"]
    ]
