"""What each operation must reach, and the verdict that becomes the exit code.

The targets are for two cores that the server shares with PostgreSQL, Redis and Locust itself, so
they catch a slide of a whole order, not of a tenth: `make bench` is there for ratios.
"""

from collections.abc import Iterable
from dataclasses import dataclass

FEWEST_REQUESTS = 5  # an operation that hardly happened has not been tested


@dataclass(frozen=True, slots=True)
class Measured:
    """One operation as the run saw it; within `p99_ms` 99 of 100 requests were answered."""

    operation: str
    requests: int
    failures: int
    p99_ms: float


P99_TARGET_MS = {
    "POST /v1/auth/wechat": 600,
    "GET /v1/me/enrollment": 400,
    "GET /v1/me/home": 600,
    "GET /v1/me/score": 250,
    "GET /v1/me/score/reasons": 600,
    "GET /v1/me/score/history": 400,
    "GET /v1/me/score/changes": 700,
    "POST /v1/me/score/what-if": 700,
    "GET /v1/me/records": 400,
    "GET /v1/me/access-log": 400,
    "GET /v1/scorecards/current": 300,
    "GET /v1/me/scenarios": 800,
    "POST /v1/me/consents": 600,
    "POST /v1/me/credit-codes": 500,
    "POST /v1/merchant/verifications": 300,
    "POST /v1/merchant/redemptions": 500,
    "POST /v1/merchant/redemptions/{id}/confirm": 500,
    "POST /v1/merchant/redemptions/{id}/cancel": 500,
    "GET /v1/merchant/redemptions": 400,
    "POST /v1/me/visits/codes": 500,
    "POST /interop/v1/recognitions": 600,
    "POST /interop/v1/usage": 600,
}


def missed(measured: Iterable[Measured]) -> list[str]:
    """Return one sentence for each target that was missed; empty: the run has passed."""
    seen = {entry.operation: entry for entry in measured}
    found = [f"{name}: has no target" for name in seen if name not in P99_TARGET_MS]
    for name, target in P99_TARGET_MS.items():
        entry = seen.get(name)
        if entry is None or entry.requests < FEWEST_REQUESTS:
            found.append(f"{name}: only {entry.requests if entry else 0} requests")
        elif entry.failures:
            found.append(f"{name}: {entry.failures} of {entry.requests} failed")
        elif entry.p99_ms > target:
            found.append(f"{name}: p99 {entry.p99_ms:.0f} ms, target {target} ms")
    return found
