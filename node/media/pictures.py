"""Pictures written anew: only what is seen stays; where it was taken, by which phone, what hid behind it does not."""

from __future__ import annotations

import io
from dataclasses import dataclass

import puremagic
from PIL import Image, ImageOps, UnidentifiedImageError

from node.core.errors import Invalid

LARGEST_BYTES = 10 * 2**20
MOST_PIXELS = 50_000_000
TYPES = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/gif": "GIF"}
FULL, SMALL = 1_600, 640
"""The longest side, in pixels, of what a page shows and of what stands in a list."""
QUALITY = 78


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture as we made it: WebP, without any metadata."""

    body: bytes
    width: int
    height: int


def redrawn(body: bytes) -> tuple[Drawn, Drawn]:
    """The picture twice, full and small, the right way up. Raises Invalid with field `picture`."""
    if len(body) > LARGEST_BYTES:
        raise Invalid("media.picture-large", field="picture", limit=LARGEST_BYTES // 2**20)
    kind = TYPES.get(sniffed(body))
    if kind is None:
        raise Invalid("media.picture-kind", field="picture")
    try:
        with Image.open(io.BytesIO(body), formats=[kind]) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise _too_many_pixels()
            upright = ImageOps.exif_transpose(opened)
            plain = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels() from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, IndexError) as error:
        raise Invalid("media.picture-unreadable", field="picture") from error
    return _shrunk(plain, FULL), _shrunk(plain, SMALL)


def sniffed(body: bytes) -> str:
    """The media type that the bytes themselves speak of, empty for none."""
    try:
        found = puremagic.magic_string(body[:4096] if len(body) > 4096 else body)
    except (puremagic.PureError, ValueError):
        return ""
    return str(found[0].mime_type) if found else ""


def _too_many_pixels() -> Invalid:
    return Invalid("media.picture-pixels", field="picture", limit=MOST_PIXELS // 1_000_000)


def _shrunk(picture: Image.Image, longest: int) -> Drawn:
    small = picture.copy()
    small.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    written = io.BytesIO()
    small.save(written, "WEBP", quality=QUALITY, method=4, exif=b"", icc_profile=None, xmp=b"")
    return Drawn(written.getvalue(), small.width, small.height)
