"""Prometheus metrics. Labels are route templates and closed sets, never ids.

With several worker processes set `PROMETHEUS_MULTIPROC_DIR` to an empty folder before the start;
`/metrics` of any worker then adds up all of them. Else the process beside a server that answers
visitors tells its own as `/metrics/visitors`.
"""

import os

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    multiprocess,
)
from prometheus_client import generate_latest as _text_of
from starlette.responses import Response

_REQUESTS = Counter("points_http_requests", "Requests answered.", ("method", "route", "status"))
_SECONDS = Histogram(
    "points_http_request_seconds",
    "From the request's head to the last byte of the answer.",
    ("method", "route"),
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0),
)
CACHE_READS = Counter(
    "points_cache_keys_read", "Keys asked of the cache.", ("result",)
)  # hit, miss, unavailable
CACHE_DROPPED = Counter(
    "points_cache_writes_dropped", "Writes that did not reach the cache.", ("operation",)
)
PARTNER_QUESTIONS = Counter(
    "points_partner_questions", "Questions to other cities.", ("city", "outcome")
)  # answered, failed, not_asked
CACHE_OUTAGES = Counter("points_cache_outages", "Times that the cache was lost.")

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_children: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}


def observe(method: str, route: str, status: int, seconds: float) -> None:
    """Count one answered request. `route` is a template such as `/v1/me/score`."""
    mark = (method, route, status)
    if (children := _children.get(mark)) is None:
        known = method if method in _METHODS else "other"
        children = _REQUESTS.labels(known, route, str(status)), _SECONDS.labels(known, route)
        if known == method:  # made-up methods must not fill the memory
            _children[mark] = children
    children[0].inc()
    children[1].observe(seconds)


def exposition() -> bytes:
    """Return all metrics in Prometheus' text format."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return _text_of(registry)
    return _text_of(REGISTRY)


async def endpoint() -> Response:
    """Answer `GET /metrics`."""
    return Response(exposition(), media_type=CONTENT_TYPE_LATEST)


async def not_here() -> Response:
    """Answer where there is nothing to tell."""
    return Response(status_code=404)
