"""What people send about the news."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from node.civic import themes
from node.modules.news.rules import ArticleDraft, FilmDraft, PictureDraft

_PICTURE = re.compile(r"([0-9a-f]{64}\.webp):([0-9a-f]{64}\.webp):(\d{1,5}):(\d{1,5})")
_FILM = re.compile(r"[0-9a-f]{64}\.(mp4|webm)")
_CAPTIONS = re.compile(r"[0-9a-f]{64}\.vtt")


class FilterInput(BaseModel):
    """What somebody looks for, from the address."""

    text: str = Field("", max_length=100)
    theme: str = Field("", max_length=40)
    origin: Literal["here", "neighbours"] = "here"
    page: int = Field(1, ge=1, le=100)


@dataclass(frozen=True, slots=True)
class Files:
    """The files of an article that are stored already: of an article that exists, or sent with a form that came back.
    The picture is still without its words."""

    picture: PictureDraft | None = None
    film: str = ""
    captions: str = ""

    def kept(self) -> dict[str, str]:
        """As the form's hidden fields hold them, so that a file sent once need not be sent again."""
        picture = self.picture
        words = f"{picture.name}:{picture.small_name}:{picture.width}:{picture.height}" if picture else ""
        return {"kept_picture": words, "kept_film": self.film, "kept_captions": self.captions}


class ArticleInput(BaseModel):
    """An article as the town hall writes it; `picture`, `film` and `captions` are the names of its file fields."""

    title: str = Field(min_length=3, max_length=140)
    summary: str = Field(min_length=1, max_length=400)
    text: str = Field("", max_length=50_000)
    theme: str = Field(max_length=40)
    picture: str = ""
    picture_alt: str = Field("", max_length=300)
    film: str = ""
    film_link: str = Field("", max_length=500)
    captions: str = ""
    transcript: str = Field("", max_length=50_000)
    kept_picture: str = Field("", max_length=200)
    kept_film: str = Field("", max_length=80)
    kept_captions: str = Field("", max_length=80)
    drop_picture: bool = False
    drop_film: bool = False
    publish_at: datetime | None = None
    version: int = Field(0, ge=0)

    def draft(self, files: Files) -> ArticleDraft:
        picture, film = files.picture, None
        if picture is not None:
            picture = PictureDraft(picture.name, picture.small_name, picture.width, picture.height, self.picture_alt)
        if files.film or files.captions or self.film_link:
            film = FilmDraft(files.film, self.film_link, files.captions, self.transcript)
        return ArticleDraft(self.title, self.summary, self.text, self.theme, picture, film)


def kept_files(picture: str, film: str, captions: str) -> Files:
    """What the hidden fields name; anything that is no name of a file counts as none."""
    found = _PICTURE.fullmatch(picture)
    shown = PictureDraft(found[1], found[2], int(found[3]), int(found[4]), "") if found else None
    return Files(
        shown,
        film if _FILM.fullmatch(film) else "",
        captions if _CAPTIONS.fullmatch(captions) else "",
    )


def filled(draft: ArticleDraft, version: int, publish_at: datetime | None) -> dict[str, object]:
    """The form's values for an article that exists."""
    film = draft.film or FilmDraft()
    files = Files(draft.picture, film.name, film.captions)
    return {
        "title": draft.title,
        "summary": draft.summary,
        "text": draft.text,
        "theme": draft.theme,
        "picture_alt": draft.picture.alt if draft.picture else "",
        "film_link": film.link,
        "transcript": film.transcript,
        "publish_at": publish_at,
        "version": version,
        **files.kept(),
    }


class StepInput(BaseModel):
    """When an article appears; empty: now."""

    publish_at: datetime | None = None


class ApiFilter(FilterInput):
    """The same filters for machines, with the length of a page."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(20, ge=1, le=100)


class ArticleOut(BaseModel):
    """An article in a list: ours, or a neighbour's with the name of its commune in `peer`."""

    id: str
    uri: str
    url: str
    title: str
    summary: str
    theme: str
    published_at: datetime
    edited_at: datetime | None
    picture: str | None
    picture_alt: str
    peer: str


class ArticlesOut(BaseModel):
    """A page of articles, and how many there are."""

    total: int
    page: int
    articles: list[ArticleOut]


class ArticleDetailOut(BaseModel):
    """One of our articles. `text` is Markdown; `film` is the address of a film here or elsewhere."""

    id: str
    url: str
    title: str
    summary: str
    text: str
    theme: str
    picture: str | None
    picture_alt: str
    film: str | None
    captions: str | None
    transcript: str
    published_at: datetime
    edited_at: datetime | None


def theme_options() -> list[tuple[str, str]]:
    """(key, French label) of all themes."""
    return [(theme.key, theme.label) for theme in themes.THEMES]
