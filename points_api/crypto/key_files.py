"""A fresh pair of keys as two JWK files, of which nobody else may read the private one."""

import base64
import json
import os
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

PRIVATE: Final = "private.jwk.json"


class KeyFileError(Exception):
    """A key file stands in the way. The message names it, in both languages."""


def write_pair(folder: Path) -> tuple[Path, Path]:
    """Make an Ed25519 pair (RFC 8037); return the private and the public file.

    Raises `KeyFileError` rather than overwrite one.
    """
    key = Ed25519PrivateKey.generate()
    public_jwk = {"kty": "OKP", "crv": "Ed25519", "x": _text(key.public_key().public_bytes_raw())}
    private_jwk = {**public_jwk, "d": _text(key.private_bytes_raw())}
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    private, public = folder / PRIVATE, folder / "public.jwk.json"
    for path in (private, public):
        if path.exists():
            raise KeyFileError(
                f"{path}: 已有钥匙，没有改动，接着用即可；"
                "要换钥匙，在另一个文件夹里造，登记新的，再停用旧的 "
                "(holds a key already, which is unchanged: go on with it; to rotate, make one in "
                "another folder, register it, then revoke this one)"
            )
    _write(private, private_jwk, 0o600)
    _write(public, public_jwk, 0o644)
    return private, public


def _write(path: Path, jwk: dict[str, str], mode: int) -> None:
    """Write a new file that has never, not for a moment, been open to others."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(file, "w", encoding="utf-8") as stream:
        stream.write(json.dumps(jwk) + "\n")


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
