"""What each operation must reach, and the verdict that becomes the exit code.

The targets are for two cores that the server shares with PostgreSQL, Redis and Locust itself, so
they catch a slide of a whole order, not of a tenth: `make bench` is there for ratios.
"""

from collections.abc import Iterable
from dataclasses import dataclass

FEWEST_REQUESTS = 5  # an operation that hardly happened has not been tested


@dataclass(frozen=True, slots=True)
class Measured:
    """One operation as the run saw it; within `p95_ms` 95 of 100 requests were answered."""

    operation: str
    requests: int
    failures: int
    p95_ms: float


P95_TARGET_MS = {
    "POST /v1/auth/wechat": 500,
    "GET /v1/me/enrollment": 300,
    "GET /v1/me/home": 400,
    "GET /v1/me/score": 150,
    "GET /v1/me/score/reasons": 400,
    "GET /v1/me/score/history": 300,
    "GET /v1/me/score/changes": 500,
    "POST /v1/me/score/what-if": 500,
    "GET /v1/me/records": 300,
    "GET /v1/me/access-log": 300,
    "GET /v1/scorecards/current": 200,
}


def missed(measured: Iterable[Measured]) -> list[str]:
    """Return one sentence for each target that was missed; empty: the run has passed."""
    seen = {entry.operation: entry for entry in measured}
    found = [f"{name}: has no target" for name in seen if name not in P95_TARGET_MS]
    for name, target in P95_TARGET_MS.items():
        entry = seen.get(name)
        if entry is None or entry.requests < FEWEST_REQUESTS:
            found.append(f"{name}: only {entry.requests if entry else 0} requests")
        elif entry.failures:
            found.append(f"{name}: {entry.failures} of {entry.requests} failed")
        elif entry.p95_ms > target:
            found.append(f"{name}: p95 {entry.p95_ms:.0f} ms, target {target} ms")
    return found
