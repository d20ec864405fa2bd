"""Which database, with which tables; and opening it.

`open(url)` serves the application's lifespan, workers, commands and tests alike, any number of
times in a process. Tasks that descend from the opener see their own database. All others, such as
the requests of a server, see the one opened last.

The ORM keeps its models' SQL per process, and its statements per name of connection. So a
connection is named after its dialect, and databases of two dialects may be open one inside the
other, but are not to be used at the same time.
"""

import contextvars
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal

from tortoise import context as orm
from tortoise.apps import Apps
from tortoise.backends.base.config_generator import expand_db_url

from points_api.db.postgres import UNREACHABLE
from points_api.problem import Busy

Dialect = Literal["sqlite", "postgres"]

FEATURES = (
    "residents",
    "consents",
    "auth",
    "officers",
    "deliveries",
    "records",
    "scores",
    "access_log",
    "audit",
    "db",
    "jobs",
    "statistics",
    "merchants",
    "scenarios",
    "credit_codes",
    "verifications",
    "redemptions",
    "conduct",
    "entitlements",
    "webhooks",
    "messages",
    "partners",
    "recognitions",
    "proofs",
)
_open: list[orm.TortoiseContext] = []


class DatabaseUnreachableError(Exception):
    """The database does not answer. The message names the place, never the password."""


def dialect_of(url: str) -> Dialect:
    return "sqlite" if url.startswith("sqlite:") else "postgres"


def config_of(url: str, *, pool_min_size: int = 1, pool_max_size: int = 10) -> dict[str, Any]:
    """Return the ORM's configuration for a url: `sqlite://path`, `postgres://user@host:port/name`.

    Each process holds up to `pool_max_size` connections to PostgreSQL; SQLite has one. What the
    url says for itself wins, as in `?maxsize=20` or `?busy_timeout=500` (milliseconds).
    """
    dialect = dialect_of(url)
    options: dict[str, Any]
    if dialect == "sqlite":
        # NORMAL survives a killed process; only a power cut may lose the last commits.
        options = {"foreign_keys": "ON", "busy_timeout": 2000, "synchronous": "NORMAL"}
    else:
        # Whoever waits for a connection keeps others waiting: a server that is well greets at once.
        options = {"minsize": pool_min_size, "maxsize": pool_max_size, "timeout": 10}
        options["server_settings"] = {
            "application_name": "points",
            "default_transaction_isolation": "read committed",
            "timezone": "UTC",
            "jit": "off",  # compiling costs more than any of our short statements
        }
    credentials = options | expand_db_url(url)["credentials"]
    return {
        "connections": {
            dialect: {"engine": f"points_api.db.{dialect}", "credentials": credentials}
        },
        "apps": _apps(dialect),
    }


def _apps(dialect: str) -> dict[str, dict[str, Any]]:
    return {
        "models": {
            "models": [f"points_api.{feature}.models" for feature in FEATURES],
            "default_connection": dialect,
            "migrations": "points_api.db.migrations",
        }
    }


TORTOISE_ORM = config_of("sqlite://:memory:")  # for the ORM's own command, see migrations


@asynccontextmanager
async def open(  # noqa: A001 - read as config.open
    url: str, *, pool_min_size: int = 1, pool_max_size: int = 10
) -> AsyncIterator[None]:
    """Open a database for as long as the block runs, and make sure that it answers."""
    config = config_of(url, pool_min_size=pool_min_size, pool_max_size=pool_max_size)
    _make_folder(config)
    context = orm.TortoiseContext()
    try:
        async with context:
            await context.init(config=config)
            await _answers(context)
            _open.append(context)
            _fall_back_to(context)
            yield
    finally:
        if context in _open:
            _open.remove(context)
        _fall_back_to(_open[-1] if _open else None)
        if _open:
            contextvars.copy_context().run(_bind_models, _open[-1])


async def _answers(context: orm.TortoiseContext) -> None:
    connection = context.db()
    try:
        await connection.execute_query("SELECT 1")
    except (Busy, *UNREACHABLE) as error:
        host, port = getattr(connection, "host", None), getattr(connection, "port", None)
        raise DatabaseUnreachableError(
            f"the database does not answer at {host or 'the local socket'}:{port}; "
            "start it, or set POINTS_DATABASE_URL"
        ) from error


def _fall_back_to(context: orm.TortoiseContext | None) -> None:
    """Let tasks that know of no database see this one."""
    orm._global_context = context  # noqa: SLF001 - the public setter refuses a second one


def _bind_models(context: orm.TortoiseContext) -> None:
    """Give the models the SQL of this database again, after another has given them its own."""
    orm._current_context.set(context)  # noqa: SLF001 - entering it would disturb who has entered it
    [dialect] = context.connections.db_config
    Apps(_apps(dialect), context.connections)  # making it binds


def _make_folder(config: dict[str, Any]) -> None:
    credentials = config["connections"].get("sqlite", {}).get("credentials", {})
    path = credentials.get("file_path", ":memory:")
    if path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
