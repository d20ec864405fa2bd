"""The time of the database, as a column of a query that reads something anyway.

All processes share that clock, so what is bound to a term does not depend on whose clock is off.
SQLite has no clock of its own; its process's is the only one.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from points_api import clock
from points_api.db.transaction import dialect


def column() -> str:
    """The column, for a SELECT; it is the time at which the row was read, not that of BEGIN."""
    return f"{'clock_timestamp()' if dialect() == 'postgres' else 'NULL'} AS told_at"


def told(row: Mapping[str, Any]) -> datetime:
    """The instant that the column of a row says."""
    return clock.as_told(row["told_at"])
