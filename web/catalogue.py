"""The catalogues in memory: .po files read with Babel when the server starts, all packages merged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from babel.messages.pofile import read_po

PO_PATH = "en/LC_MESSAGES/messages.po"


@dataclass(frozen=True, slots=True)
class Catalogues:
    """English by French msgid. French itself needs no catalogue."""

    english: dict[str, str] = field(default_factory=dict)
    english_plural: dict[str, tuple[str, str]] = field(default_factory=dict)

    def gettext(self, locale: str, text: str) -> str:
        """The translation, or the French text when there is none."""
        return self.english.get(text, text) if locale == "en" and text else text

    def ngettext(self, locale: str, singular: str, plural: str, num: int) -> str:
        """French counts 0 and 1 as singular, English only 1."""
        if locale != "en":
            return plural if abs(num) >= 2 else singular
        one, many = self.english_plural.get(singular, (singular, plural))
        return one if abs(num) == 1 else many


def read_catalogues(locale_roots: Iterable[Path]) -> Catalogues:
    """Merge ``<root>/en/LC_MESSAGES/messages.po`` of every root; a missing file is an empty catalogue."""
    catalogues = Catalogues()
    for root in locale_roots:
        path = root / PO_PATH
        if not path.is_file():
            continue
        with path.open("rb") as file:
            for message in read_po(file, locale="en"):
                if not message.id or message.fuzzy:
                    continue
                if isinstance(message.id, tuple | list):
                    forms = message.string
                    if isinstance(forms, tuple | list) and len(forms) == 2 and all(forms):
                        catalogues.english_plural[message.id[0]] = (forms[0], forms[1])
                elif isinstance(message.string, str) and message.string:
                    catalogues.english[message.id] = message.string
    return catalogues
