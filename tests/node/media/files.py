"""Files as people send them."""

from __future__ import annotations

import io

from PIL import Image

MP4 = b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41" + bytes(64)
WEBM = b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webmB\x87\x81\x02" + bytes(64)
CAPTIONS = "\ufeffWEBVTT\r\n\r\n00:00.000 --> 00:02.000\r\nBonjour à tous.\r\n".encode()
SECRET = b"taken at 43.515 N 1.498 E"


def photo(kind: str = "JPEG", size: tuple[int, int] = (1_200, 800), *, turned: bool = False) -> bytes:
    """A picture with what a phone writes into it: place, comment, and (turned) that it lies on its side."""
    picture = Image.new("RGB", size, "#0b6e5f")
    picture.paste("#f0b429", (0, 0, size[0] // 2, size[1]))
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    if turned:
        exif[0x0112] = 6
    written = io.BytesIO()
    picture.save(written, kind, exif=exif)
    return written.getvalue()
