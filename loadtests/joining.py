"""The exchange that the server under load belongs to: its directory, and a partner with a key.

The federation's own commands make the directory; in it stands, in Tianjin's place, the key that the
partner of `loadtests/partners.py` signs with.
"""

import json
import shlex
import subprocess
import sys
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

HOME, HOST = "420200", "120000"
_NAME = "load-1"
_DAY = 24 * 3600
_YEAR = 366 * _DAY  # a key has to last for longer than the directory


def join(folder: Path, port: int, environment: Mapping[str, str]) -> tuple[dict[str, str], Path]:
    """Return the settings of the city at this port, and the file that the partner reads.

    Raises `SystemExit` with what a command has said that failed.
    """
    cities = folder / "federation"
    made = ["up", "--no-serve", "--cities", "2", "--people", "1", "--json"]
    _points(environment, [*made, "--base-port", str(port), "--folder", str(cities)])
    private = Ed25519PrivateKey.generate()
    listed = folder / "member.json"
    directory = json.loads((cities / "directory.json").read_text("utf-8"))["signed"]
    member = _member(private, port, directory["issued"])
    listed.write_text(json.dumps(member), encoding="utf-8")
    _points(environment, ["admit", str(listed), "--folder", str(cities)])
    partner = folder / "partner.json"
    partner.touch(mode=0o600)
    partner.write_text(json.dumps(_partner(private, directory)), encoding="utf-8")
    lines = shlex.split((cities / "huangshi/city.env").read_text("utf-8"), comments=True)
    told = dict(line.split("=", 1) for line in lines)
    kept = ("POINTS_CITY", "POINTS_SECRET_KEYS", "POINTS_PARTNERS_DIRECTORY")
    return {name: told[name] for name in kept}, partner


def _points(environment: Mapping[str, str], words: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "points_api", "federation", *words],
        env=dict(environment), check=False, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"points federation {' '.join(words)}: {done.stderr}")


def _member(private: Ed25519PrivateKey, port: int, now: int) -> dict[str, Any]:
    return {
        "city": HOST, "name": "负载测试", "name_en": "Load test",
        "address": f"http://127.0.0.1:{port + 1}",  # where nobody listens
        "keys": [{
            "name": _NAME, "x": _text(private.public_key().public_bytes_raw()),
            "not_before": now - _DAY, "not_after": now + _YEAR,
        }],
        "areas": [], "purposes": ["eligibility", "redemption", "usage_report"],
    }  # fmt: skip


def _partner(private: Ed25519PrivateKey, directory: Mapping[str, Any]) -> dict[str, Any]:
    """The partner's key, and those of home as the directory lists them."""
    home = next(one for one in directory["members"] if one["city"] == HOME)
    return {
        "home": HOME, "division": HOST, "keyid": f"{HOST}/{_NAME}",
        "private": private.private_bytes_raw().hex(),
        "keys": {f"{HOME}/{key['name']}": _bytes(key["x"]).hex() for key in home["keys"]},
    }  # fmt: skip


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
