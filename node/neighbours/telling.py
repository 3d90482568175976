"""What machines noted, in the reader's language, for templates; and the page that asks once more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web as aio

from node.neighbours import words
from node.neighbours.health import Verdict
from web.i18n import gettext
from web.render import render


def words_of(request: aio.Request) -> dict[str, Any]:
    """Functions for templates."""

    def problem(text: str) -> str:
        sentence, values = words.problem(text)
        return gettext(request, sentence, **values)

    def title_of(verdict: Verdict) -> str:
        return gettext(request, verdict.title, **verdict.values)

    return {
        "problem": problem,
        "title_of": title_of,
        "advice_of": lambda verdict: gettext(request, verdict.advice, **verdict.values),
        "outcome": lambda text: gettext(request, words.outcome(text)),
        "type_word": lambda text: gettext(request, words.TYPES[text]) if text in words.TYPES else text,
    }


def ask_again(
    request: aio.Request,
    *,
    title: str,
    said: Sequence[str],
    button: str,
    fields: Mapping[str, str],
    back: str,
    listed: Sequence[str] = (),
) -> aio.Response:
    """The same address once more, with `sure=yes`: what cannot be taken back is confirmed, with or without JavaScript.
    All texts are translated."""
    values = {
        "title": title,
        "said": said,
        "button": button,
        "fields": {**fields, "sure": "yes"},
        "back": back,
        "listed": listed,
        "action": request.path,
    }
    return render(request, "neighbours/confirm.html", values)
