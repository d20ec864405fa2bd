"""The ceiling of read and verification: bare Starlette routes that return the same bytes."""

import os
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

BODY = Path(os.environ["BENCH_BODY"]).read_bytes()


async def constant(_request: Request) -> Response:
    """The bytes, whoever asks."""
    return Response(BODY, media_type="application/json")


app = Starlette(
    routes=[
        Route("/v1/me/score", constant),
        Route("/v1/merchant/verifications", constant, methods=["POST"]),
    ]
)
