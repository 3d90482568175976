"""A place: a name people know, and coordinates when somebody gave them (WGS 84, degrees)."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, isfinite, radians
from typing import Any

from sqlalchemy import ColumnElement

EARTH_RADIUS_M = 6_371_008.8


@dataclass(frozen=True, slots=True)
class Place:
    """`lat` and `lon` are both given or both absent."""

    name: str
    lat: float | None = None
    lon: float | None = None


def point(lat: float | None, lon: float | None) -> tuple[float, float] | None:
    """Coordinates as a pair when both are there, finite and on the globe; otherwise None."""
    if lat is None or lon is None or not (isfinite(lat) and isfinite(lon)):
        return None
    return (lat, lon) if abs(lat) <= 90 and abs(lon) <= 180 else None


KM_OF_A_DEGREE = 111.195
"""Of latitude, on the sphere of `EARTH_RADIUS_M`."""


def near(lat: Any, lon: Any, centre: tuple[float, float], most_km: float) -> ColumnElement[bool]:
    """For a query, given its columns: within `most_km` of a point. On a plane that touches the globe there, which is
    good to a few per thousand up to 100 km; what has no coordinates is not near."""
    north = (lat - centre[0]) * KM_OF_A_DEGREE
    east = (lon - centre[1]) * (KM_OF_A_DEGREE * cos(radians(centre[0])))
    inside: ColumnElement[bool] = north * north + east * east <= float(most_km) ** 2
    return inside
