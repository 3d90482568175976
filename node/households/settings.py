"""What an administrator may set."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Settings(BaseModel):
    """From which age a person has an account of their own (in France fifteen: loi n° 78-17 art. 45), and what a child
    may spend unless a guardian says otherwise."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    own_account_age: int = Field(15, ge=13, le=18, title="Âge à partir duquel on a son propre compte")
    child_day_tokens: int = Field(10, ge=0, le=10_000, title="Dépense d’un enfant par jour, sauf autre choix (jetons)")
    child_week_tokens: int = Field(
        30, ge=0, le=10_000, title="Dépense d’un enfant par semaine, sauf autre choix (jetons)"
    )
    purse_week_tokens: int = Field(
        20, ge=0, le=10_000, title="Ce qu’un membre prend par semaine dans la bourse, sauf autre choix (jetons)"
    )
