"""What machines send about the agenda, and what they read."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from node.modules.events.forms import FilterInput


class ApiFilter(FilterInput):
    """The filters of the agenda, with the length of a page."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(20, ge=1, le=100)


class EventOut(BaseModel):
    """An event in a list: ours, or a neighbour's with the name of its commune in `peer`. `places_left` is null when
    places are not counted or unknown. `state`: published, or cancelled."""

    id: str
    uri: str
    url: str
    title: str
    summary: str
    theme: str
    organiser: str
    place: str
    lat: float | None
    lon: float | None
    starts_at: datetime
    ends_at: datetime
    registration: bool
    places_left: int | None
    state: str
    peer: str


class EventsOut(BaseModel):
    """A page of events, and how many there are."""

    total: int
    page: int
    events: list[EventOut]


class EventDetailOut(BaseModel):
    """One of our events. `description` is Markdown; `dates` are other dates of its series by id."""

    id: str
    url: str
    state: str
    title: str
    summary: str
    description: str
    theme: str
    organiser: str
    place: str
    lat: float | None
    lon: float | None
    access: str
    starts_at: datetime
    ends_at: datetime
    registration: bool
    places: int | None
    places_left: int | None
    waiting: int
    dates: dict[str, datetime]
    updated_at: datetime


class RegistrationOut(BaseModel):
    """What became of a registration; `position` in the waiting list counts from 1, 0 with a place."""

    registration_id: str
    event_id: str
    state: str
    position: int
