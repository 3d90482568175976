"""Static files: small, known at start, kept in memory with their gzip and their content hash.

``/static/<path>`` comes from web/static, ``/static/<part>/<path>`` from a part's own folder, and ``/static/ygor.css``
is the style sheet's layers one after the other. An address with ``?v=<hash>`` may be cached for a year.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from aiohttp import web as aio

CSS_LAYERS = ("tokens", "base", "layout", "components", "civic")
GZIPPED_TYPES = ("text/", "application/javascript", "application/json", "image/svg+xml", "application/manifest+json")
LARGEST_BYTES = 2 * 1024 * 1024
ROOT = Path(__file__).parent / "static"
_OWN_ADDRESS = re.compile(r'url\("/static/([^"]+)"\)')  # the sheet's own files get their version too

mimetypes.add_type("font/woff2", ".woff2")
mimetypes.add_type("text/javascript", ".js")
mimetypes.add_type("text/javascript", ".mjs")


@dataclass(frozen=True)
class StaticFile:
    """One file as it is sent."""

    body: bytes
    content_type: str

    @cached_property
    def version(self) -> str:
        """Twelve hex digits of the content's SHA-256."""
        return hashlib.sha256(self.body).hexdigest()[:12]

    @cached_property
    def gzipped(self) -> bytes | None:
        """The body compressed, when that helps."""
        if len(self.body) < 512 or not self.content_type.startswith(GZIPPED_TYPES):
            return None
        packed = gzip.compress(self.body, 9, mtime=0)
        return packed if len(packed) < len(self.body) else None


def file_of(path: Path) -> StaticFile:
    """Read one file; unknown endings are sent as plain bytes."""
    content_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    if content_type.startswith("text/"):
        content_type += "; charset=utf-8"
    return StaticFile(path.read_bytes(), content_type)


def _files_under(root: Path) -> Iterable[tuple[str, Path]]:
    for path in sorted(root.rglob("*")):
        if path.is_file() and not path.name.startswith("."):
            yield path.relative_to(root).as_posix(), path


class StaticFiles:
    """All static files of the process, by their path under /static/."""

    def __init__(self, part_roots: Mapping[str, Path]) -> None:
        self._paths: dict[str, Path] = dict(_files_under(ROOT))
        for part, root in part_roots.items():
            self._paths.update({f"{part}/{name}": path for name, path in _files_under(root)})
        self._loaded: dict[str, StaticFile] = {}
        layers = "".join((ROOT / "css" / f"{layer}.css").read_text("utf-8") for layer in CSS_LAYERS)
        sheet = _OWN_ADDRESS.sub(lambda found: f'url("{self.url(found[1])}")', layers)
        self._loaded["ygor.css"] = StaticFile(sheet.encode(), "text/css; charset=utf-8")

    def find(self, name: str) -> StaticFile | None:
        """The file, read on first use; None when there is none of that name."""
        known = self._loaded.get(name)
        if known is not None:
            return known
        path = self._paths.get(name)
        if path is None or path.stat().st_size > LARGEST_BYTES:
            return None
        loaded = self._loaded[name] = file_of(path)
        return loaded

    def url(self, name: str) -> str:
        """``/static/<name>?v=<hash>``; a missing file gets no version, so that pages still render."""
        file = self.find(name)
        return f"/static/{name}" + (f"?v={file.version}" if file is not None else "")


def answer(request: aio.Request, file: StaticFile, *, max_age_s: int, immutable: bool) -> aio.Response:
    """Send a file with caching headers; 304 when the browser already has it."""
    headers = {
        "ETag": f'"{file.version}"',
        "Cache-Control": f"public, max-age={max_age_s}" + (", immutable" if immutable else ""),
        "Vary": "Accept-Encoding",
    }
    if request.headers.get("If-None-Match", "").strip() == headers["ETag"]:
        return aio.Response(status=304, headers=headers)
    body = file.body
    if file.gzipped is not None and "gzip" in request.headers.get("Accept-Encoding", ""):
        body = file.gzipped
        headers["Content-Encoding"] = "gzip"
    headers["Content-Type"] = file.content_type
    return aio.Response(body=body, headers=headers)
