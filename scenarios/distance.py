"""How far two points on the globe lie apart."""

from math import asin, cos, radians, sin, sqrt
from typing import Final

EARTH_METERS: Final = 6_371_009  # mean radius (IUGG)


def meters(latitude: float, longitude: float, to_latitude: float, to_longitude: float) -> int:
    """The great-circle distance in whole meters, by the haversine formula.

    >>> meters(30.20, 115.04, 30.20, 115.04)
    0
    >>> meters(0.0, 0.0, 0.0, 180.0)
    20015115
    """
    north, east = radians(to_latitude - latitude), radians(to_longitude - longitude)
    across = cos(radians(latitude)) * cos(radians(to_latitude)) * sin(east / 2) ** 2
    return round(2 * EARTH_METERS * asin(min(1.0, sqrt(sin(north / 2) ** 2 + across))))
