"""Test vectors of published standards: beside the checkout or where POINTS_VECTORS says."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


def vectors(name: str) -> Any:
    """Read a JSON file of vectors; the test is skipped where nobody has it."""
    for folder in _folders():
        if (folder / name).is_file():
            return json.loads((folder / name).read_text(encoding="utf-8"))
    return pytest.skip(f"no published vectors {name}: set POINTS_VECTORS to their folder")


def _folders() -> list[Path]:
    said = os.environ.get("POINTS_VECTORS")
    beside = [
        folder
        for parent in ROOT.parents[:2]
        for folder in (parent / "vectors", *sorted(parent.glob("*/vectors")))
    ]
    return [Path(said)] if said else beside
