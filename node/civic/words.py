"""Labels are written in French where they are defined; marked here, they are translated where they are shown."""

from __future__ import annotations


def N_(text: str) -> str:  # noqa: N802 - the name every gettext user knows
    """Mark a French text for translation; returns it unchanged. The domain cannot take the one of `web`."""
    return text
