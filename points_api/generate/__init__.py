"""A synthetic city: made-up people and their records as the files that agencies would send.

For demonstrations, tests and measurements. Nobody real is in it (`people.py`), everything follows
the catalog (`plan.py`), and the files have the bad habits of real ones (`habits.py`).
"""

from points_api.generate.city import USUAL_RECORDS, Format, Order, generate, generate_city
from points_api.generate.manifest import FileEntry, Summary
from points_api.generate.people import person

__all__ = [
    "USUAL_RECORDS", "FileEntry", "Format", "Order", "Summary", "generate", "generate_city",
    "person",
]  # fmt: skip
