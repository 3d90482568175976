"""Words in two languages: French in the source, English in each package's ``locale/en/LC_MESSAGES/messages.po``.

In Python: ``gettext(request, "Bonjour")``, ``ngettext(request, "%(num)d place", "%(num)d places", n)``, and ``N_("…")``
to mark a constant (it stays a plain str; it is translated where it is shown). In templates: ``_("…")``,
``ngettext(…)`` and ``{% trans %}``. ``python -m web.i18n extract|check`` keeps the catalogues complete.
"""

from __future__ import annotations

from aiohttp import web as aio

from web.keys import CATALOGUES, LOCALE
from web.scope import DEFAULT_LOCALE
from web.typography import typographic


def N_(text: str) -> str:  # noqa: N802  # the name every gettext user knows
    """Mark a French text for extraction; returns it unchanged."""
    return text


def locale_of(request: aio.Request) -> str:
    """The language this person reads: "fr" or "en"."""
    found: str = request.get(LOCALE, DEFAULT_LOCALE)
    return found


def gettext(request: aio.Request, text: str, **params: object) -> str:
    """The text in the person's language, ``{name}`` placeholders filled, French typography applied."""
    locale = locale_of(request)
    translated = request.config_dict[CATALOGUES].gettext(locale, text)
    return fill(typographic(translated) if locale == "fr" else translated, params)


def ngettext(request: aio.Request, singular: str, plural: str, num: int, **params: object) -> str:
    """Singular or plural by ``num``, which is also available as ``{num}``."""
    locale = locale_of(request)
    translated = request.config_dict[CATALOGUES].ngettext(locale, singular, plural, num)
    return fill(typographic(translated) if locale == "fr" else translated, {"num": num, **params})


def fill(text: str, params: dict[str, object]) -> str:
    """Replace ``{name}`` and ``%(name)s``/``%(name)d``; unknown placeholders stay, so that no page breaks."""
    for name, value in params.items():
        shown = str(value)
        for placeholder in (f"{{{name}}}", f"%({name})s", f"%({name})d"):
            text = text.replace(placeholder, shown)
    return text
