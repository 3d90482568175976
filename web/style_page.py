"""The living style page /style: every macro once, with a form that really validates."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

from aiohttp import web as aio
from pydantic import BaseModel, Field

from web.form_words import REQUIRED, WORDS
from web.forms import Form, bind, blank
from web.i18n import gettext
from web.render import render

MONDAY = date(2026, 11, 30)
WEEKS = tuple(tuple(MONDAY + timedelta(days=7 * week + day) for day in range(7)) for week in range(5))
DAYS = (date(2026, 12, 15), date(2027, 1, 31), date(2027, 4, 30))


class StyleInput(BaseModel):
    """One field of each kind."""

    title: str = Field(min_length=3, max_length=80)
    email: str | None = Field(default=None, max_length=120)
    day: date | None = None
    places: int = Field(default=8, ge=1, le=500)
    theme: Literal["nature", "culture", "solidarity"]
    skills: list[str] = []
    presence: Literal["here", "remote"] = "here"
    agreed: bool = False
    about: str = Field(default="", max_length=2000)


class WrongInput(BaseModel):
    """A form shown with its errors."""

    wrong_title: str = Field(max_length=80)
    wrong_places: int = Field(le=500)


class TillInput(BaseModel):
    """A code and an amount."""

    code: str = Field(max_length=20)
    amount: int = Field(ge=1, le=500)


def _page(request: aio.Request, form: Form[StyleInput]) -> aio.Response:
    wrong = blank(request, WrongInput, {"wrong_places": 900})
    wrong.add_error("wrong_title", gettext(request, REQUIRED))
    wrong.add_error("wrong_places", gettext(request, WORDS["less_than_equal"], le=500))
    till = blank(request, TillInput)
    context = {"form": form, "wrong": wrong, "till": till, "days": DAYS, "weeks": WEEKS}
    return render(request, "web/style.html", context, status=form.status)


async def style(request: aio.Request) -> aio.Response:
    """The page."""
    return _page(request, blank(request, StyleInput, {"title": "Planter la haie"}))


async def style_post(request: aio.Request) -> aio.Response:
    """The form sent: its errors, or what was typed."""
    return _page(request, await bind(request, StyleInput))
