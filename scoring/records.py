"""Record: one countable fact about a person, as the calculator sees it.

A record carries no name, no ID number and no database key. Whoever stores records turns a row
into a `Record`; whoever scores needs nothing else.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

Status = Literal["active", "disputed", "repaired", "withdrawn", "expired"]
STATUSES: tuple[Status, ...] = ("active", "disputed", "repaired", "withdrawn", "expired")


@dataclass(frozen=True, slots=True)
class Record:
    """One fact.

    `key` names the fact and stays the same however often it is delivered.
    `quantity` counts in the catalog item's smallest unit (hundredths of an hour, fen, months).
    `ended_on` is None while a continuing act goes on; for an act of one day it is that day.
    `valid_until` is the first day on which the record no longer holds; None: until
    retention by law ends it. `act_key` is shared by all reports of one act; empty: it stands alone.
    """

    key: str
    item: str
    occurred_on: date
    ended_on: date | None
    level: str | None = None
    quantity: int | None = None
    act_key: str = ""
    valid_until: date | None = None
    status: Status = "active"
    document_no: str = ""
    agency: str = ""
