"""The mark of a demonstration: only `ygor demo` can make it, because it is made with the node's own secret."""

from __future__ import annotations

import hmac
from hashlib import sha256
from pathlib import Path

from node.core.keys import load_secret

FILE = ".ygor-demo"
PURPOSE = b"ygor demonstration"


def put(folder: Path) -> None:
    """Mark a node that was just made for a demonstration."""
    (folder / FILE).write_text(_tag(folder), encoding="ascii")


def is_marked(folder: Path, secret: bytes) -> bool:
    """Whether this very node was made as a demonstration; a mark copied from another node does not count."""
    try:
        found = (folder / FILE).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return False
    return hmac.compare_digest(found, hmac.new(secret, PURPOSE, sha256).hexdigest())


def _tag(folder: Path) -> str:
    return hmac.new(load_secret(folder / "keys"), PURPOSE, sha256).hexdigest()
