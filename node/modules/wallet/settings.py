"""What an administrator may set."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Settings(BaseModel):
    """When people are reminded that tokens end."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    first_reminder_days: int = Field(30, ge=0, le=180, title="Premier rappel avant l’échéance, en jours (0 : aucun)")
    last_reminder_days: int = Field(7, ge=0, le=180, title="Dernier rappel avant l’échéance, en jours (0 : aucun)")

    @property
    def days(self) -> tuple[int, ...]:
        """The days before the end on which people are reminded, the fewest first."""
        return tuple(sorted({self.first_reminder_days, self.last_reminder_days} - {0}))
