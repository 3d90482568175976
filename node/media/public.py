"""What modules call: keep what was sent (`store_…`, awaited by a view), then say in the transaction who uses it."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete, select

from node.core.errors import NotFound
from node.core.unit import Unit
from node.media.models import File, Use
from node.media.storing import Picture, store_captions, store_document, store_film, store_picture

__all__ = [
    "LARGEST_UPLOAD_BYTES", "TYPES", "Picture", "path", "store_captions", "store_document", "store_film",
    "store_picture", "use",
]  # fmt: skip

LARGEST_UPLOAD_BYTES = 52 * 2**20
"""What a form with a film, a picture and captions may weigh: more than each may, so that the page can say which."""
TYPES = {"webp": "image/webp", "mp4": "video/mp4", "webm": "video/webm", "vtt": "text/vtt", "pdf": "application/pdf"}


def use(unit: Unit, used_by: str, names: Collection[str]) -> None:
    """From now on `used_by` (`part:id`) shows exactly these files. Raises NotFound `media.unknown`."""
    wanted = {name for name in names if name}
    known = set(unit.session.scalars(select(File.name).where(File.name.in_(wanted))))
    if wanted - known:
        raise NotFound("media.unknown")
    unit.session.execute(delete(Use).where(Use.used_by == used_by, Use.name.not_in(wanted)))
    has = set(unit.session.scalars(select(Use.name).where(Use.used_by == used_by)))
    for name in sorted(wanted - has):
        unit.session.add(Use(name=name, used_by=used_by))
    unit.session.flush()


def path(name: str) -> str:
    """The path of a file on this site."""
    return f"/media/{name}"
