"""Settings of sharing."""

from __future__ import annotations

from pydantic import BaseModel, Field, field_validator

from node.civic import themes
from node.civic.search import folded
from node.civic.words import N_

_KEYS = {folded(word): theme.key for theme in themes.THEMES for word in (theme.key, theme.label)}


def _words(typed: str) -> list[str]:
    return [word for part in typed.split(",") if (word := folded(part))]


class Settings(BaseModel):
    """The `[sharing]` table of `node.toml`."""

    latitude: float | None = Field(None, ge=-90, le=90, title="Latitude de la commune, en degrés")
    longitude: float | None = Field(None, ge=-180, le=180, title="Longitude de la commune, en degrés")
    most_km: int = Field(0, ge=0, le=500, title="Montrer ce qui se passe à moins de … km (0 : sans limite)")
    themes: str = Field("", max_length=400, title="Thèmes repris des voisins, séparés par des virgules (vide : tous)")
    welcome_guests: bool = Field(True, title="Accueillir les habitants des communes voisines")
    neighbour_awards: bool = Field(True, title="Donner nos jetons pour une action certifiée chez une voisine")
    awards_per_month: int = Field(
        500, ge=0, le=100_000, title="Jetons au plus, par commune voisine et par mois, pour ces actions"
    )

    @field_validator("themes")
    @classmethod
    def _known(cls, typed: str) -> str:
        """By label or key, in any spelling; kept as typed."""
        unknown = [word for word in _words(typed) if word not in _KEYS]
        if unknown:
            raise ValueError(N_("Un de ces thèmes n’existe pas : reprenez les noms de la liste des missions."))
        return typed

    @property
    def theme_keys(self) -> tuple[str, ...]:
        """The keys of the themes chosen; empty for all."""
        return tuple(dict.fromkeys(_KEYS[word] for word in _words(self.themes)))

    @property
    def position(self) -> tuple[float, float] | None:
        """Where the commune is, if the node was told."""
        if self.latitude is None or self.longitude is None:
            return None
        return self.latitude, self.longitude
