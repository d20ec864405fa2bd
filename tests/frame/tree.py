"""The checkout itself, as these tests look at it."""

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("scoring", "scenarios", "interop", "points_api")


@cache
def tracked() -> tuple[Path, ...]:
    """Every file that a clone would get, and new ones that are not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    paths = (ROOT / name for name in listed.stdout.split("\0") if name)
    return tuple(path for path in paths if path.is_file())


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")
