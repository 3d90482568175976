"""What the forms of this part take; the settings of a part are a form of their own model."""

from __future__ import annotations

from typing import Any, Literal, get_args

from pydantic import BaseModel, Field
from pydantic.fields import FieldInfo

from web.form_values import kinds


class CommuneInput(BaseModel):
    """The words and the colour of every page."""

    tagline: str = Field("", max_length=80)
    accent: str = Field(pattern=r"^#[0-9a-fA-F]{6}$")
    contact: str = Field("", max_length=200)


class ModulesInput(BaseModel):
    """The modules that are on."""

    modules: list[str] = Field(default_factory=list, max_length=100)


class LogFilter(BaseModel):
    """Which lines of the log."""

    part: str = Field("", max_length=40)
    page: int = Field(1, ge=1, le=100_000)


def input_type(info: FieldInfo) -> str:
    """The kind of field that a setting is typed into."""
    inner, is_list, _ = kinds(info.annotation)
    if is_list:
        raise TypeError("a setting is one value")
    if choices(info):
        return "select"
    if inner is bool:
        return "checkbox"
    return "number" if isinstance(inner, type) and issubclass(inner, int) else "text"


def choices(info: FieldInfo) -> list[str]:
    """The values of a setting that has a few, as a `Literal`."""
    literal: Any = Literal
    found = info.annotation
    return [str(value) for value in get_args(found)] if getattr(found, "__origin__", None) is literal else []
