"""Files on the disk: written whole or not at all, named by their content, swept away when nobody uses them.

The row of a file is written before the file itself, and each time it is sent in: a sweep that goes on at the same time
looks at the row, so it never takes what somebody has just brought.
"""

from __future__ import annotations

import asyncio
import os
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from sqlalchemy import delete, select

from node.core.node import Node
from node.core.unit import Unit
from node.media import films, pictures
from node.media.models import File, Use

T = TypeVar("T")
NAME = re.compile(r"[0-9a-f]{64}\.(webp|mp4|webm|vtt|pdf)")
UNUSED_KEPT = timedelta(days=1)
SWEPT_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Picture:
    """A stored picture and its small copy; sides of the large one in pixels."""

    name: str
    small_name: str
    width: int
    height: int


async def store_picture(node: Node, body: bytes) -> Picture:
    """Draw a picture anew and keep it. Raises Invalid with field `picture`."""
    full, small = await _apart(node, pictures.redrawn, body)
    return Picture(
        await _store(node, full.body, "webp"), await _store(node, small.body, "webp"), full.width, full.height
    )


async def store_film(node: Node, body: bytes) -> str:
    """Keep a film; returns its name. Raises Invalid with field `film`."""
    return await _store(node, body, await _apart(node, films.film_ending, body))


async def store_captions(node: Node, body: bytes) -> str:
    """Keep captions; returns their name. Raises Invalid with field `captions`."""
    return await _store(node, await _apart(node, films.captions_text, body), "vtt")


async def store_document(node: Node, body: bytes) -> str:
    """Keep a PDF file; returns its name. Raises Invalid with field `document`."""
    return await _store(node, await _apart(node, films.document_body, body), "pdf")


def path_of(node: Node, name: str) -> Path:
    """Where a file of this name lies, whether it is there or not. ValueError for what is no name of a file."""
    if not NAME.fullmatch(name):
        raise ValueError("not a name of a file")
    return node.folder / "media" / name[:2] / name


async def sweep(node: Node) -> None:
    """Take away files that nobody has used for a day, a few at once."""
    for name in await node.write(_forget_unused):
        path_of(node, name).unlink(missing_ok=True)


async def _store(node: Node, body: bytes, ending: str) -> str:
    name = f"{sha256(body).hexdigest()}.{ending}"
    await node.write(_remember, name, len(body))
    await _apart(node, _write, path_of(node, name), body)
    return name


def _remember(unit: Unit, name: str, size_bytes: int) -> None:
    unit.session.merge(File(name=name, size_bytes=size_bytes, put_at=unit.now))


def _write(path: Path, body: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, unfinished = tempfile.mkstemp(dir=path.parent, prefix=".")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(body)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(unfinished, path)
    except BaseException:
        Path(unfinished).unlink(missing_ok=True)
        raise


def _forget_unused(unit: Unit) -> tuple[str, ...]:
    used = select(Use.name).where(Use.name == File.name).exists()
    query = select(File.name).where(File.put_at < unit.now - UNUSED_KEPT, ~used).order_by(File.put_at, File.name)
    names = tuple(unit.session.scalars(query.limit(SWEPT_AT_ONCE)))
    unit.session.execute(delete(File).where(File.name.in_(names)))
    return names


async def _apart(node: Node, work: Callable[..., T], *args: object) -> T:
    """Work that takes long or waits for the disk, on a thread of the pool."""
    return await asyncio.get_running_loop().run_in_executor(node.runtime.pool, work, *args)
