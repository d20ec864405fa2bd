"""The shipped scenarios, read once."""

from datetime import date
from functools import cache

from points_api.city import load_city
from scenarios.files import Folder, load

DAY = date(2026, 6, 1)


@cache
def shipped() -> Folder:
    return load(load_city().known(DAY))
