"""Where something happened: dotted paths below a country, and a point on the map."""

import math
import re
from collections.abc import Mapping
from typing import Any

PATH = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*", re.ASCII)
COUNTRY = re.compile(r"[A-Z]{3}", re.ASCII)
LONGEST_PATH, LONGEST_NAME = 120, 200
PARTS = ("name", "lat", "lon")


def location_fault(path: str) -> str:
    """Return what is wrong with the path of a location; empty where nothing is."""
    country = path.split(".")[0]
    if len(path) > LONGEST_PATH or not PATH.fullmatch(path):
        return f"“{path[:40]}” is no location: words of letters, digits, - and _, joined by dots, like UKR.Donetsk."
    if len(country) == 2 and country.isupper():
        return f"“{country}” could be a code of two systems: begin with the three letters of ISO 3166-1, like UKR."
    return "" if COUNTRY.fullmatch(country) else f"“{country[:40]}” is no country: three capital letters, like UKR."


def place_fault(place: Mapping[str, Any]) -> str:
    """Return what is wrong with a point on the map; empty where nothing is."""
    if unknown := [name for name in place if name not in PARTS]:
        return f"“{unknown[0][:40]}” is no part of a place. A place has a name, or lat and lon, or all of them."
    name = place.get("name", "")
    if not isinstance(name, str) or len(name) > LONGEST_NAME:
        return f"The name of a place has {LONGEST_NAME} characters at most."
    if ("lat" in place) != ("lon" in place) or not place:
        return "Give lat and lon together."
    for part, limit in (("lat", 90), ("lon", 180)):
        if part in place and not _within(place[part], limit):
            return f"{part} must be degrees from -{limit} to {limit}."
    return ""


def _within(degrees: object, limit: int) -> bool:
    is_number = isinstance(degrees, int | float) and not isinstance(degrees, bool)
    return is_number and math.isfinite(degrees) and abs(degrees) <= limit  # type: ignore[arg-type]  # Seen to be a number.
