"""Films, their captions, documents: judged by their bytes, kept as they are."""

from __future__ import annotations

import re

from node.core.errors import Invalid
from node.media.pictures import sniffed

LARGEST_BYTES = 40 * 2**20
LARGEST_CAPTIONS_BYTES = 500 * 2**10
LARGEST_DOCUMENT_BYTES = 10 * 2**20
ENDINGS = {"video/mp4": "mp4", "video/webm": "webm"}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def film_ending(body: bytes) -> str:
    """`mp4` or `webm`. Raises Invalid with field `film`."""
    if len(body) > LARGEST_BYTES:
        raise Invalid("media.film-large", field="film", limit=LARGEST_BYTES // 2**20)
    ending = ENDINGS.get(sniffed(body), "")
    if not ending or (ending == "mp4" and body[4:8] != b"ftyp") or (ending == "webm" and b"webm" not in body[:64]):
        raise Invalid("media.film-kind", field="film")
    return ending


def document_body(body: bytes) -> bytes:
    """A whole PDF file. Raises Invalid with field `document`."""
    if len(body) > LARGEST_DOCUMENT_BYTES:
        raise Invalid("media.document-large", field="document", limit=LARGEST_DOCUMENT_BYTES // 2**20)
    if not body.startswith(b"%PDF-") or b"%%EOF" not in body[-1024:]:
        raise Invalid("media.document-kind", field="document")
    return body


def captions_text(body: bytes) -> bytes:
    """WebVTT with one kind of line end. Raises Invalid with field `captions`."""
    if len(body) > LARGEST_CAPTIONS_BYTES:
        raise Invalid("media.captions-large", field="captions", limit=LARGEST_CAPTIONS_BYTES // 2**10)
    try:
        text = body.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise Invalid("media.captions-kind", field="captions") from error
    if not re.match(r"WEBVTT([ \t\n]|$)", text) or "-->" not in text or _CONTROL.search(text):
        raise Invalid("media.captions-kind", field="captions")
    return text.encode()
