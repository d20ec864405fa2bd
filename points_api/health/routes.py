"""`GET /healthz` answers while the process lives; `GET /readyz` when its database does."""

from typing import Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict

from points_api.cache import Cache
from points_api.db.transaction import connection
from points_api.problem import Busy, problems

router = APIRouter(tags=["anyone"])


class Health(BaseModel):
    model_config = ConfigDict(extra="forbid")

    status: Literal["ok"]


class Readiness(Health):
    """Without Redis the service is slower, not wrong, so it stays ready."""

    database: Literal["ok"]
    cache: Literal["ok", "gone"]


@router.get("/healthz", summary="进程是否在运行 / Is the process running")
async def healthz() -> Health:
    """进程在运行。
    The process is running.
    """
    return Health(status="ok")


@router.get("/readyz", summary="能否接请求 / Can it take requests", responses=problems(Busy))
async def readyz(request: Request) -> Readiness:
    """数据库可用，可以接受请求。
    The database can be reached, so requests can be taken.
    """
    try:
        await connection().execute_query("SELECT 1")
    except Exception as error:
        raise Busy(2) from error
    cache: Cache = request.app.state.cache
    return Readiness(status="ok", database="ok", cache="ok" if await cache.ping() else "gone")
