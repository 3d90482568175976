"""What people and machines send about missions, and what machines read."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, create_model

from node.civic import skills, themes
from node.modules.missions.rules import MOST_PLACES, MOST_SHIFTS, MissionDraft, ShiftDraft
from web.forms import Form
from web.i18n import N_, gettext
from web.scope import current

LONGEST_NIGHT = timedelta(hours=12)
# A day that somebody looks for: far from the ends of the calendar, where adding a day or a time zone fails.
EARLIEST_DAY, LATEST_DAY = date(2000, 1, 1), date(2199, 12, 31)
Id = Field("", pattern=r"^([0-9A-HJKMNP-TV-Z]{26})?$")


class ForInput(BaseModel):
    """For whom somebody signs up or gives a place back."""

    account: str = Field(max_length=26)


class FilterInput(BaseModel):
    """What somebody looks for, from the address."""

    text: str = Field("", max_length=100)
    theme: str = Field("", max_length=40)
    origin: Literal["all", "here", "neighbours"] = "all"
    day: date | None = Field(None, ge=EARLIEST_DAY, le=LATEST_DAY)
    km: Literal["5", "10", "20", "50"] | None = None
    page: int = Field(1, ge=1, le=100)


class MissionInput(BaseModel):
    """A mission as its organisation writes it, without its slots."""

    title: str = Field(min_length=3, max_length=140)
    summary: str = Field(min_length=1, max_length=300)
    description: str = Field("", max_length=20_000)
    learning: str = Field("", max_length=300)
    theme: str = Field(max_length=40)
    skills: list[str] = Field(default_factory=list, max_length=skills.MOST_SKILLS)
    place_name: str = Field(min_length=1, max_length=160)
    lat: float | None = Field(None, ge=-90, le=90)
    lon: float | None = Field(None, ge=-180, le=180)
    access: str = Field("", max_length=300)
    minimum_age: int = Field(0, ge=0, le=99)
    tokens: int = Field(ge=0, le=100)
    version: int = Field(0, ge=0)

    def draft(self, shifts: tuple[ShiftDraft, ...]) -> MissionDraft:
        return MissionDraft(
            title=self.title,
            summary=self.summary,
            description=self.description,
            theme=self.theme,
            place_name=self.place_name,
            tokens=self.tokens,
            shifts=shifts,
            skills=skills.known(self.skills) if len(set(self.skills)) == len(self.skills) else tuple(self.skills),
            learning=self.learning,
            lat=self.lat,
            lon=self.lon,
            access=self.access,
            minimum_age=self.minimum_age,
        )


def _row_fields() -> dict[str, Any]:
    """The fields of each row of slots: `day_1`, `from_1`, `to_1`, `places_1`, `shift_1`, `drop_1`, …"""
    fields: dict[str, Any] = {}
    for number in range(1, MOST_SHIFTS + 1):
        fields[f"day_{number}"] = (date | None, None)
        fields[f"from_{number}"] = (time | None, None)
        fields[f"to_{number}"] = (time | None, None)
        fields[f"places_{number}"] = (int | None, Field(None, ge=1, le=MOST_PLACES))
        fields[f"shift_{number}"] = (str, Id)
        fields[f"drop_{number}"] = (bool, False)
    return fields


MissionForm: Final[type[MissionInput]] = create_model("MissionForm", __base__=MissionInput, **_row_fields())


def shifts_of(request: Any, form: Form[MissionInput]) -> tuple[ShiftDraft, ...]:
    """The slots of a valid form, read on the commune's clock; what is missing is objected to beside its field."""
    found = []
    for number in range(1, MOST_SHIFTS + 1):
        value = form.value
        row = {name: getattr(value, f"{name}_{number}") for name in ("day", "from", "to", "places")}
        if getattr(value, f"drop_{number}") or all(part is None for part in row.values()):
            continue
        missing = [name for name, part in row.items() if part is None]
        for name in missing:
            form.add_error(f"{name}_{number}", gettext(request, N_("Ce champ est obligatoire.")))
        if missing:
            return ()
        shift_id = getattr(value, f"shift_{number}")
        shift = shift_from(row["day"], row["from"], row["to"], row["places"], shift_id, current().timezone)
        if shift is None:
            form.add_error(f"to_{number}", gettext(request, N_("La fin doit venir après le début.")))
            return ()
        found.append(shift)
    return tuple(found)


def shift_from(
    day: date, begins: time, ends: time, places: int, shift_id: str, timezone: ZoneInfo
) -> ShiftDraft | None:
    """A slot from local times. An end before the start is the next morning, if the night is at most 12 hours long."""
    starts_at = datetime.combine(day, begins, tzinfo=timezone)
    ends_at = datetime.combine(day, ends, tzinfo=timezone)
    if ends <= begins:
        ends_at = datetime.combine(day + timedelta(days=1), ends, tzinfo=timezone)
        if ends_at - starts_at > LONGEST_NIGHT:
            return None
    return ShiftDraft(starts_at, ends_at, places, shift_id)


def filled(draft: MissionDraft, version: int, timezone: ZoneInfo) -> dict[str, Any]:
    """The form's values for a mission that exists."""
    values: dict[str, Any] = {name: getattr(draft, name) for name in MissionInput.model_fields if name != "version"}
    values["version"] = version
    for number, shift in enumerate(draft.shifts, 1):
        starts_at, ends_at = shift.starts_at.astimezone(timezone), shift.ends_at.astimezone(timezone)
        values[f"day_{number}"] = starts_at.date()
        values[f"from_{number}"], values[f"to_{number}"] = starts_at.time(), ends_at.time()
        values[f"places_{number}"], values[f"shift_{number}"] = shift.places, shift.id
    return values


def rows_shown(form: Form[MissionInput], *, more: bool) -> int:
    """How many rows of slots to show: those with something in them, and an empty one where asked or where none is."""
    last = max((n for n in range(1, MOST_SHIFTS + 1) if form.text(f"day_{n}") or form.text(f"places_{n}")), default=0)
    return min(MOST_SHIFTS, max(1, last + (1 if more else 0)))


class ReasonInput(BaseModel):
    """Why a mission will not take place."""

    reason: str = Field("", max_length=500)


class CardInput(BaseModel):
    """A card shown on the day: typed, or read by the camera (then it says whose host it is)."""

    code: str = Field(min_length=1, max_length=400)
    shift_id: str = Id


class ListInput(BaseModel):
    """Who is ticked on the list of a slot."""

    signup: list[str] = Field(default_factory=list, max_length=MOST_PLACES)


class ApiFilter(FilterInput):
    """The same filters for machines, with the length of a page."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(20, ge=1, le=100)


class SignupInput(BaseModel):
    """Which slot somebody signs up for."""

    model_config = ConfigDict(extra="forbid")

    shift_id: str = Field(pattern=r"^[0-9A-HJKMNP-TV-Z]{26}$")


class ShiftOut(BaseModel):
    """A slot as machines read it."""

    id: str
    starts_at: datetime
    ends_at: datetime
    places: int
    places_left: int
    waiting: int
    cancelled: bool


class MissionOut(BaseModel):
    """A mission in a list: ours, or a neighbour's with the name of its commune in `peer`."""

    id: str
    uri: str
    url: str
    title: str
    summary: str
    theme: str
    skills: list[str]
    organisation: str
    place: str
    lat: float | None
    lon: float | None
    starts_at: datetime
    ends_at: datetime
    tokens: int
    places_left: int | None
    peer: str


class MissionDetailOut(BaseModel):
    """One of our missions with its slots. `description` is Markdown."""

    id: str
    url: str
    state: str
    title: str
    summary: str
    description: str
    learning: str
    theme: str
    skills: list[str]
    organisation: str
    place: str
    lat: float | None
    lon: float | None
    access: str
    minimum_age: int
    tokens: int
    updated_at: datetime
    shifts: list[ShiftOut]


class MissionsOut(BaseModel):
    """A page of missions, and how many there are."""

    total: int
    page: int
    missions: list[MissionOut]


class SignupOut(BaseModel):
    """What became of a sign-up; `position` in the waiting list counts from 1, 0 with a place."""

    signup_id: str
    mission_id: str
    shift_id: str
    state: str
    position: int


def theme_options() -> list[tuple[str, str]]:
    """(key, French label) of all themes."""
    return [(theme.key, theme.label) for theme in themes.THEMES]


def skill_options() -> list[tuple[str, str]]:
    """(key, French label) of all skills."""
    return [(skill.key, skill.label) for skill in skills.SKILLS]
