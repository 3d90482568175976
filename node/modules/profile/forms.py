"""What people send about their profile, and what machines read of it."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import BaseModel, Field


class InterestsInput(BaseModel):
    """Themes and skills somebody would like."""

    themes: list[str] = Field(default=[], max_length=50)
    skills: list[str] = Field(default=[], max_length=50)


class InterestsOut(BaseModel):
    """Keys of themes and skills somebody chose."""

    themes: list[str]
    skills: list[str]


class CountOut(BaseModel):
    """A skill or a theme, in how many actions it was practised and for how many minutes."""

    key: str
    actions: int
    minutes: int


class ActionOut(BaseModel):
    """One certified action. `digest`: hex SHA-256 of the statement the node signed."""

    id: str
    kind: str
    title: str
    organisation: str
    mission_id: str
    minutes: int
    skills: list[str]
    theme: str
    tokens: int
    expiry_day: date | None
    done_on: date
    certified_at: datetime
    digest: str


class ProfileOut(BaseModel):
    """Somebody's own profile, the latest action first."""

    minutes: int
    tokens_earned: int
    interests: InterestsOut
    skills: list[CountOut]
    themes: list[CountOut]
    actions: list[ActionOut]
