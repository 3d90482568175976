"""What people may send about acts, scale, awards, alerts and audits."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, Field

from node.emission.acts import ActDraft
from node.emission.scale import Line


class ActInput(BaseModel):
    """A decision of the council. `act_id` was made with the page, so that a second click enters nothing."""

    number: str = Field(min_length=1, max_length=40)
    decided_on: date
    title: str = Field(min_length=5, max_length=200)
    effect: Literal["issue", "withdraw"]
    amount: int = Field(ge=1, le=1_000_000_000)
    cls: Literal["token", "gold"]
    validity_months: int = Field(6, ge=1, le=60)
    year: int = Field(ge=2000, le=2200)
    corrects: str = Field("", max_length=26)
    act_id: str = Field(pattern=r"^[0-9A-Z]{26}$")

    def draft(self, document: str) -> ActDraft:
        return ActDraft(
            self.number, self.decided_on, self.title, self.amount, self.cls, self.validity_months, self.year,
            self.effect, document, self.corrects,
        )  # fmt: skip


class NoteInput(BaseModel):
    """A reason in words."""

    note: str = Field(min_length=5, max_length=500)


class LineInput(BaseModel):
    """A line of the scale; 0 tokens take it out."""

    kind: str = Field(max_length=20)
    theme: str = Field("", max_length=40)
    basis: Literal["action", "hour"]
    tokens: int = Field(ge=0, le=1_000)

    def line(self) -> Line:
        return Line(self.kind, self.theme, self.basis, self.tokens)


class BudgetInput(BaseModel):
    """An organisation's budget; 0 takes it away."""

    organisation_id: str = Field(max_length=26)
    period: Literal["week", "month", "year"]
    budget: int = Field(ge=0, le=1_000_000)


class FindingInput(BaseModel):
    """What an auditor found."""

    finding: Literal["sound", "doubt", "false"]
    note: str = Field(min_length=5, max_length=500)


class DistrictInput(BaseModel):
    """The district somebody lives in, or none."""

    district: str = Field("", max_length=80)


class SearchInput(BaseModel):
    """Which awards."""

    q: str = Field("", max_length=80)
    page: int = Field(1, ge=1, le=100_000)
