"""How other servers turn an object of ours into the post that their people read: the rules of each, as written in its
source, on plain documents. What comes out is the text that people see, without markup.
"""

from __future__ import annotations

from dataclasses import dataclass
from html.parser import HTMLParser

from protocols.types import JsonObject

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"


@dataclass(frozen=True, slots=True)
class Post:
    """`heading` is what is seen before one opens the post (title or warning), `text` the post, `link` where its date or
    "original page" leads; `visibility` as Mastodon names it."""

    heading: str
    text: str
    link: str
    visibility: str


def mastodon(document: JsonObject) -> Post:
    """Mastodon 4.5 (app/lib/activitypub/parser/status_parser.rb, `processed_text`): Note and Question show `content`;
    Image, Audio, Video, Article, Page and Event become `name` as a heading, `summary` as HTML and the linked `url` (or
    `id`); their `content` is not looked at and the summary is no warning. Anything else is no post."""
    kind = document["type"]
    link = str(document.get("url") or document["id"])
    if kind in ("Note", "Question"):
        return Post(_seen(document.get("summary")), _seen(document.get("content")), link, _visibility(document))
    assert kind in ("Image", "Audio", "Video", "Article", "Page", "Event"), kind
    parts = (_seen(document.get("name")), _seen(document.get("summary")), link)
    return Post("", "\n\n".join(filter(None, parts)), link, _visibility(document))


def gotosocial(document: JsonObject) -> Post:
    """GoToSocial 0.20 (internal/typeutils/astointernal.go, `ASStatusToStatus`): `content` behind a warning that is the
    `summary`, else the `name`; a post that was updated before it was published is refused."""
    assert document["type"] in ("Note", "Article", "Document", "Image", "Video", "Page", "Event", "Place", "Question")
    assert str(document.get("updated") or document["published"]) >= str(document["published"])
    warning = _seen(document.get("summary")) or str(document.get("name") or "")
    link = str(document.get("url") or document["id"])
    return Post(warning, _seen(document.get("content")), link, _visibility(document))


def misskey(document: JsonObject) -> Post:
    """Misskey (packages/backend/src/core/activitypub/models/ApNoteService.ts) and its forks: `content` behind the
    `summary`, which is shown as text whatever it is."""
    assert document["type"] in (
        "Note", "Question", "Article", "Audio", "Document", "Image", "Page", "Video", "Event"
    )  # fmt: skip
    link = str(document.get("url") or document["id"])
    return Post(str(document.get("summary") or ""), _seen(document.get("content")), link, _visibility(document))


def pleroma(document: JsonObject) -> Post:
    """Pleroma and Akkoma (lib/pleroma/web/mastodon_api/views/status_view.ex, `render_content`): the linked `name`, then
    `content`; `name` is left out of an Event by their later versions, so it is here."""
    link = str(document.get("url") or document["id"])
    name = "" if document["type"] == "Event" else str(document.get("name") or "")
    text = "\n".join(filter(None, (name, _seen(document.get("content")))))
    return Post(_seen(document.get("summary")), text, link, _visibility(document))


def _visibility(document: JsonObject) -> str:
    if PUBLIC in _several(document.get("to")):
        return "public"
    return "unlisted" if PUBLIC in _several(document.get("cc")) else "private"


def _several(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


class _Text(HTMLParser):
    """What is seen of HTML: its text, blocks on lines of their own, the addresses of links after what they are on."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._href = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("p", "br", "li", "h2", "h3", "h4"):
            self.found.append("\n")
        self._href = dict(attrs).get("href") or self._href

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self.found.append(f" ({self._href})")

    def handle_data(self, data: str) -> None:
        self.found.append(data)


def _seen(html: object) -> str:
    parser = _Text()
    parser.feed(str(html or ""))
    parser.close()
    return "".join(parser.found).strip()
