"""What people send about draws."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field

from node.modules.gold import rules
from node.modules.gold.planning import Plan

EARLIEST_DAY, LATEST_DAY = date(2000, 1, 1), date(2199, 12, 31)
ID = r"[0-9A-HJKMNP-TV-Z]{26}"


class DrawInput(BaseModel):
    """A draw as an agent plans it. Both days count."""

    draw_id: str = Field(pattern=ID, max_length=26)
    name: str = Field(min_length=3, max_length=140)
    from_day: date = Field(ge=EARLIEST_DAY, le=LATEST_DAY)
    until_day: date = Field(ge=EARLIEST_DAY, le=LATEST_DAY)
    draw_at: datetime
    cap: int = Field(3, ge=1, le=100)
    prizes: str = Field(min_length=1, max_length=6_000)
    witnesses: list[str] = Field(default_factory=list, max_length=rules.MOST_WITNESSES)


class InstantInput(BaseModel):
    """Instant wins as an agent announces them."""

    schedule_id: str = Field(pattern=ID, max_length=26)
    from_day: date = Field(ge=EARLIEST_DAY, le=LATEST_DAY)
    until_day: date = Field(ge=EARLIEST_DAY, le=LATEST_DAY)
    chance: str = Field(min_length=3, max_length=40)
    gold: int = Field(1, ge=1, le=1000)
    most: int = Field(100, ge=1, le=100_000)


def plan_of(value: DrawInput, timezone: ZoneInfo) -> Plan:
    """The draw of a valid form, on the commune's clock.

    Raises Invalid `gold.…` with the field.
    """
    midnight = time()
    return Plan(
        name=value.name,
        actions_from=datetime.combine(value.from_day, midnight, timezone),
        actions_until=datetime.combine(value.until_day + timedelta(days=1), midnight, timezone),
        draw_at=value.draw_at,
        cap=value.cap,
        prizes=rules.read_prizes(value.prizes),
        witnesses=tuple(value.witnesses),
    )


def moments(value: InstantInput, timezone: ZoneInfo) -> tuple[datetime, datetime]:
    """From and until, on the commune's clock; the last day counts."""
    after = value.until_day + timedelta(days=1)
    return datetime.combine(value.from_day, time(), timezone), datetime.combine(after, time(), timezone)
