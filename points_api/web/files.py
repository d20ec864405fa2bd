"""The files of the page, as they are served: bytes, kind and validator.

The worker that keeps them offline carries the digest of them all, so that any change is a new one.
"""

import json
from hashlib import blake2b
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final, NamedTuple

from points_api.conditional import etag_of

FOLDER: Final = files("points_api.web") / "static" / "verify"
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


def load(prefix: str, folder: Traversable = FOLDER) -> dict[str, Served]:
    """Every file by its name; `prefix` is the address under which they stand."""
    bodies = {one.name: one.read_bytes() for one in folder.iterdir()}
    kept = [prefix, *(f"{prefix}/{name}" for name in sorted(bodies) if name not in (PAGE, _WORKER))]
    digest = blake2b(b"".join(bodies[name] for name in sorted(bodies)), digest_size=12).hexdigest()
    worker = bodies[_WORKER].decode().replace("__DIGEST__", digest)
    bodies[_WORKER] = worker.replace("__FILES__", json.dumps(kept)).encode()
    return {
        name: Served(body, _KINDS[name.rpartition(".")[2]], etag_of(body))
        for name, body in bodies.items()
    }
