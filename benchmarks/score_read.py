"""`score-read` and `score-read-cold`: `GET /v1/me/score` against the same bytes from a bare route.

The running product: PostgreSQL, Redis, signed tokens verified, revocation honored, every request
measured, logged and entered in the access log. Cold: Redis is emptied again and again while the
load runs, so that nearly every request is one read of the database.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count, islice
from pathlib import Path
from urllib.error import HTTPError

import redis

from benchmarks.rows import Row, row
from benchmarks.serving import call, drive, serving, serving_bare
from points_api.generate import person

RESIDENTS = 200
NOTICE = "/v1/notices/current"


def run(small: bool) -> list[Row]:
    """Both rows, each round walking product, product without Redis, and the bare route once."""
    rounds, seconds = (2, 2) if small else (6, 4)
    with tempfile.TemporaryDirectory(prefix="points-bench-") as name:
        folder = Path(name)
        environment = _environment()
        subprocess.run(
            [sys.executable, "-m", "points_api", "migrate"],
            env=os.environ | environment, check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        with serving(environment, folder / "product.log") as product:
            tokens = folder / "tokens"
            joined = filter(None, (join(product, n) for n in count(1)))
            tokens.write_text("\n".join(islice(joined, RESIDENTS)))
            body = folder / "body"
            body.write_bytes(_document(product, tokens))
            with serving_bare(body, folder / "bare.log") as bare:
                measured = _measure(product, bare, tokens, rounds, seconds)
    warm, cold, ceiling = (statistics.median(rates) for rates in measured)
    return [
        row("score-read", warm, "requests/s", ceiling, at_least=0.60),
        row("score-read-cold", cold, "requests/s", ceiling, at_least=0.12),
    ]


def _measure(
    product: str, bare: str, tokens: Path, rounds: int, seconds: int
) -> tuple[list[float], list[float], list[float]]:
    path = "/v1/me/score"
    drive(product + path, tokens, 1)
    drive(bare + path, tokens, 1)
    warm, cold, ceiling = [], [], []
    for _ in range(rounds):
        warm.append(drive(product + path, tokens, seconds))
        with _emptied():
            cold.append(drive(product + path, tokens, seconds))
        ceiling.append(drive(bare + path, tokens, seconds))
    return warm, cold, ceiling


@contextmanager
def _emptied() -> Iterator[None]:
    """Empty Redis some hundred times a second for as long as the block runs."""
    stop = threading.Event()
    client = redis.Redis.from_url(os.environ["POINTS_TEST_REDIS"])

    def empty() -> None:
        while not stop.wait(0.003):
            client.flushall()

    thread = threading.Thread(target=empty)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        client.close()


def _environment() -> dict[str, str]:
    return {
        "POINTS_DATABASE_URL": os.environ["POINTS_TEST_POSTGRES"],
        "POINTS_REDIS_URL": os.environ["POINTS_TEST_REDIS"],
    }


def join(address: str, n: int) -> str | None:
    """Sign in and join as a made-up person; return the access token, None for the under-age."""
    token: str = call(f"{address}/v1/auth/wechat", {"code": f"demo:{n}"})["access_token"]
    name, id_number = person(1, n)
    notice = call(f"{address}{NOTICE}")
    form = {
        "name": name,
        "id_number": id_number,
        "notice_version": notice["version"],
        "consents": {purpose["id"]: purpose["id"] == "scoring" for purpose in notice["purposes"]},
    }
    try:
        call(f"{address}/v1/me/enrollment", form, token)
    except HTTPError as refused:
        if refused.code != 403:
            raise
        return None
    return token


def _document(address: str, tokens: Path) -> bytes:
    token = tokens.read_text().splitlines()[0]
    document = call(f"{address}/v1/me/score", token=token)
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
