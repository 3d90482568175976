"""The rules of households and guardians, pure."""

from __future__ import annotations

from datetime import date, timedelta

from node.core.errors import Invalid

MOST_MEMBERS = 12
MOST_GUARDIANS = 2
MOST_CHILDREN = 12
ADULT_AGE = 18
LIMIT = 10_000
LONGEST_NAME = 80
INVITATION_LIFE = timedelta(days=14)
CODE_LENGTH = 12


def monday(day: date) -> date:
    """The first day of a day's week."""
    return day - timedelta(days=day.weekday())


def normal_name(typed: str) -> str:
    """Raises Invalid `households.name`."""
    name = " ".join(typed.split())
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        raise Invalid("households.name", field="name")
    return name


def check_limit(tokens: int, field: str) -> None:
    """Raises Invalid `households.limit`."""
    if not 0 <= tokens <= LIMIT:
        raise Invalid("households.limit", field=field, most=LIMIT)


def left_of(limit: int, used: int) -> int:
    return max(0, limit - used)
