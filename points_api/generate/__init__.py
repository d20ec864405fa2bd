"""A synthetic city: made-up people and their records as the files that agencies would send.

For demonstrations, tests and measurements. Nobody real is in it (`people.py`), everything follows
the catalog (`plan.py`), and the files have the bad habits of real ones (`habits.py`).
"""

from points_api.generate.city import Format, generate
from points_api.generate.manifest import FileEntry, Summary
from points_api.generate.people import person

__all__ = ["FileEntry", "Format", "Summary", "generate", "person"]
