"""What one person can hand to another to prove what two cities have said, checked without a server.

A package holds the request, the answer, the editions of the directory from one that both know, and
where the exchange stands in the log of each city that has shown it. `check` goes in this order, as
of the time that the request itself names:

1. directory   the editions follow from the one whose digest the reader knows; the newest of that
               time counts
2. request     signed by a listed city for this address
3. answer      signed by the city at that address, for this request, within its time
4. statement   signed by home, and it answers just the question in the request
5. log         each checkpoint shown is signed by one of the two, by a key of the edition of its own
               time, and has the exchange in it

One question of a batch is packed with the whole request, over which the asking city has signed, and
with its place there. No signature is over its answer but that of the statement, so 3 and 4 are

3. question    it stands at this place of the batch
4. statement   signed by the city at that address, within the time that a batch has, as above

Both cities log the same digest for an exchange, that of `entry`, which anybody can make again from
the two messages; for a question of a batch it is that of `item_entry`. So a city cannot show one
exchange and have logged another.
"""

from interop.evidence.checking import Step, Verdict, check
from interop.evidence.packing import (
    CHECKPOINT,
    Logged,
    checkpoint,
    entry,
    item_entry,
    logged,
    logged_item,
    package,
    package_item,
)

__all__ = [
    "CHECKPOINT",
    "Logged",
    "Step",
    "Verdict",
    "check",
    "checkpoint",
    "entry",
    "item_entry",
    "logged",
    "logged_item",
    "package",
    "package_item",
]
