"""The files of the pages, as they are served: bytes, kind and validator.

The worker that keeps the check offline carries the digest of all its files, so that any change is
a new one.
"""

import json
from hashlib import blake2b
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final, NamedTuple

from points_api.conditional import etag_of

_STATIC: Final = files("points_api.web") / "static"
FOLDER: Final = _STATIC / "verify"
PAGE: Final = "index.html"
_WORKER: Final = "sw.js"
_KINDS: Final = {
    "css": "text/css; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "webmanifest": "application/manifest+json",
}


class Served(NamedTuple):
    body: bytes
    kind: str
    etag: str


def start() -> Served:
    """The page at which the addresses begin."""
    return _served("start.html", (_STATIC / "start.html").read_bytes())


def load(prefix: str, folder: Traversable = FOLDER) -> dict[str, Served]:
    """Every file by its name; `prefix` is the address under which they stand."""
    bodies = {one.name: one.read_bytes() for one in folder.iterdir()}
    kept = [prefix, *(f"{prefix}/{name}" for name in sorted(bodies) if name not in (PAGE, _WORKER))]
    digest = blake2b(b"".join(bodies[name] for name in sorted(bodies)), digest_size=12).hexdigest()
    worker = bodies[_WORKER].decode().replace("__DIGEST__", digest)
    bodies[_WORKER] = worker.replace("__FILES__", json.dumps(kept)).encode()
    return {name: _served(name, body) for name, body in bodies.items()}


def _served(name: str, body: bytes) -> Served:
    return Served(body, _KINDS[name.rpartition(".")[2]], etag_of(body))
