"""What a person who follows a commune from an ordinary fediverse server gets to read (specs/federation.md §11).

Servers show the same Event or Article in three ways: `name`, `summary` and `url` as one post, `content` left out
(Mastodon); `content` behind `summary`, `name` left out (GoToSocial, Misskey, Pleroma); all of them, each in its place
(Mobilizon). So the facts stand in the summary and again in a marked paragraph that opens the content, which a Ygor node
takes out again. Communes speak French, so do these texts; pages translate, posts do not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from re import compile as pattern
from typing import Final

OPENING: Final = '<p class="ygor-facts">'
"""How a content begins that repeats title and facts; nothing else in it carries this class."""
_CLOSING: Final = "</p>"
_ENTITY: Final = pattern(r"&(?=#?\w+;)")
_SPACE: Final = pattern(r"[^\S\u00a0\u202f]+")
_DAYS: Final = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_MONTHS: Final = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
_NBSP: Final = "\u00a0"


@dataclass(frozen=True, slots=True)
class Readable:
    """`title`, `facts` (one short line each: when, where, who) and `teaser` are plain text, `html` is clean HTML.

    `link` is the page for people. Without facts (an article) the summary is the teaser.
    """

    title: str
    link: str
    facts: tuple[str, ...] = ()
    teaser: str = ""
    html: str = ""

    @property
    def summary(self) -> str:
        """The facts as the first line, the teaser as the second: text that is HTML as well."""
        facts = " · ".join(filter(None, map(_one_line, self.facts)))
        if facts and not facts.endswith((".", "!", "?", "…")):
            facts += "."
        return _as_html("\n".join(filter(None, (facts, _one_line(self.teaser)))))

    @property
    def content(self) -> str:
        """The HTML after a paragraph with the title, which links to the page, and the facts."""
        title = f'<strong><a href="{escape(self.link)}">{escape(_one_line(self.title), quote=False)}</a></strong>'
        facts = [escape(fact, quote=False) for fact in map(_one_line, self.facts) if fact]
        return OPENING + "<br>".join((title, *facts)) + _CLOSING + self.html


def html_in(content: str) -> str:
    """The content without the paragraph that repeats title and facts; any other content as it is."""
    return content.partition(_CLOSING)[2] if content.startswith(OPENING) else content


def teaser_in(summary: str, content: str) -> str:
    """The summary without the line of facts, when `content` shows that there is one; any other summary as it is."""
    opening = content.partition(_CLOSING)[0] if content.startswith(OPENING) else ""
    return summary.partition("\n")[2] if "<br>" in opening else summary


def when(start: datetime, end: datetime | None = None, *, whole_days: bool = False) -> str:
    """As "samedi 28 novembre 2026, 14 h – 16 h 30", of times that are already those of the place's own clocks. With
    `whole_days` only the days count: the last is the one before an `end` at midnight."""
    if whole_days:
        last = start if end is None else max(start, end - timedelta(seconds=1))
        return _day(start) if last.date() == start.date() else f"{_day(start)} – {_day(last)}"
    first = f"{_day(start)}, {_clock(start)}"
    if end is None or end == start:
        return first
    return f"{first} – {_clock(end) if end.date() == start.date() else f'{_day(end)}, {_clock(end)}'}"


def _day(moment: datetime) -> str:
    number = "1er" if moment.day == 1 else str(moment.day)
    return f"{_DAYS[moment.weekday()]} {number} {_MONTHS[moment.month - 1]} {moment.year}"


def _clock(moment: datetime) -> str:
    return f"{moment.hour}{_NBSP}h" + (f"{_NBSP}{moment.minute:02d}" if moment.minute else "")


def _one_line(text: str) -> str:
    """Line ends and runs of spaces as one space; no-break spaces stay."""
    return _SPACE.sub(" ", text).strip()


def _as_html(text: str) -> str:
    """Escaped no more than must be: some servers show the summary as plain text."""
    return _ENTITY.sub("&amp;", text).replace("<", "&lt;")
