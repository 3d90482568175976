"""A place: a name people know, and coordinates when somebody gave them (WGS 84, degrees)."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

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
