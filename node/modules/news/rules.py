"""What may happen to an article, and what it may hold. Pure: tables, limits."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from node.civic import themes
from node.core.errors import Conflict, Invalid
from protocols.errors import RemoteProtocolError
from protocols.origins import parse_url

ArticleState = Literal["draft", "scheduled", "published", "withdrawn"]
FARTHEST = timedelta(days=365)
LONGEST_LINK = 500
TEXT_LIMITS = {"title": 140, "summary": 400, "text": 50_000, "picture_alt": 300, "transcript": 50_000}
# Control characters no text means (PostgreSQL refuses some of them); tab and line ends stay.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")

# (state, action) → state. What is not here is refused.
STEPS: dict[tuple[str, str], ArticleState] = {
    ("draft", "edit"): "draft",
    ("draft", "publish"): "published",
    ("draft", "schedule"): "scheduled",
    ("scheduled", "edit"): "scheduled",
    ("scheduled", "publish"): "published",
    ("scheduled", "schedule"): "scheduled",
    ("scheduled", "withdraw"): "draft",
    ("published", "edit"): "published",
    ("published", "withdraw"): "withdrawn",
    ("withdrawn", "edit"): "withdrawn",
    ("withdrawn", "publish"): "published",
    ("withdrawn", "schedule"): "scheduled",
}


@dataclass(frozen=True, slots=True)
class PictureDraft:
    """A stored picture (names of `node.media`) and what it shows, in words."""

    name: str
    small_name: str
    width: int
    height: int
    alt: str


@dataclass(frozen=True, slots=True)
class FilmDraft:
    """A film: a stored file with its captions, or a link to where it lies; and always its transcript."""

    name: str = ""
    link: str = ""
    captions: str = ""
    transcript: str = ""


@dataclass(frozen=True, slots=True)
class ArticleDraft:
    """All of an article that the town hall writes. `text` is Markdown."""

    title: str
    summary: str
    text: str
    theme: str
    picture: PictureDraft | None = None
    film: FilmDraft | None = None


def next_state(state: str, action: str) -> ArticleState:
    """Raises Conflict `news.state` for a step the table does not have."""
    try:
        return STEPS[state, action]
    except KeyError:
        raise Conflict("news.state") from None


def check_draft(draft: ArticleDraft) -> None:
    """Raises Invalid naming the field: bounds hold here too, whatever door the draft came through."""
    picture_alt = draft.picture.alt if draft.picture else ""
    transcript = draft.film.transcript if draft.film else ""
    texts = {"title": draft.title, "summary": draft.summary, "text": draft.text}
    texts |= {"picture_alt": picture_alt, "transcript": transcript}
    for name, text in texts.items():
        if len(text) > TEXT_LIMITS[name]:
            raise Invalid("news.too-long", field=name, limit=TEXT_LIMITS[name])
        if _CONTROL.search(text):
            raise Invalid("news.control-character", field=name)
    for name in ("title", "summary"):
        if not texts[name].strip():
            raise Invalid("news.required", field=name)
    if draft.theme not in themes.BY_KEY:
        raise Invalid("news.theme-unknown", field="theme")
    if draft.picture and not picture_alt.strip():
        raise Invalid("news.picture-alt", field="picture_alt")
    if draft.film:
        check_film(draft.film)


def check_film(film: FilmDraft) -> None:
    """Raises Invalid naming the field: what is heard and seen must be there to read too."""
    if film.name and film.link:
        raise Invalid("news.film-two", field="film_link")
    if film.link and not is_link(film.link):
        raise Invalid("news.film-link", field="film_link")
    if film.captions and not film.name:
        raise Invalid("news.captions-alone", field="captions")
    if film.name and not film.captions:
        raise Invalid("news.film-captions", field="captions")
    if not film.transcript.strip():
        raise Invalid("news.film-transcript", field="transcript")


def is_link(address: str) -> bool:
    """Whether people may be led there: https, a host, no credentials, no space."""
    if len(address) > LONGEST_LINK or not address.startswith("https://") or re.search(r"[\s<>\"\\]", address):
        return False
    try:
        return bool(parse_url(address).origin.host)
    except RemoteProtocolError:
        return False


def check_publish_at(publish_at: datetime, now: datetime) -> None:
    if publish_at > now + FARTHEST:
        raise Invalid("news.too-far", field="publish_at")
