"""Make a node: a folder with `node.toml`, keys, a database and a place for media."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from node.core.config import FILE, ConfigError, ProcessSettings, load_config, write_config
from node.core.keys import make_keys
from node.core.node import prepare_database
from node.core.registry import Registry


def init_node(
    folder: Path,
    section: dict[str, Any],
    *,
    parts: dict[str, dict[str, Any]] | None = None,
    settings: ProcessSettings | None = None,
    registry: Registry | None = None,
    keys: Callable[[Path], None] = make_keys,
) -> None:
    """Make a new node in `folder`, which must be absent or empty. `section` is the `[node]` table.

    Raises ConfigError; what fails leaves the folder empty.
    """
    if (folder / FILE).exists():
        raise ConfigError(f"{folder} already holds a node")
    if folder.exists() and any(folder.iterdir()):
        raise ConfigError(f"{folder} is not empty")
    settings = settings or ProcessSettings.from_environment()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        write_config(folder, section, parts)
        load_config(folder)
        keys(folder / "keys")
        (folder / "media").mkdir(exist_ok=True)
        prepare_database(folder, settings, registry)
    except BaseException:
        for made in folder.iterdir():
            shutil.rmtree(made) if made.is_dir() else made.unlink()
        raise


def _is_node(folder: Path) -> bool:
    """Hidden folders are unfinished: a territory being made, an archive being restored."""
    return not folder.name.startswith(".") and (folder / FILE).is_file()


def node_folders(paths: list[Path]) -> list[Path]:
    """The node folders among `paths`: each is a node itself or a territory (a folder of nodes).

    Raises ConfigError if a path holds neither.
    """
    found: list[Path] = []
    for path in paths:
        if (path / FILE).is_file():
            found.append(path)
            continue
        inside = sorted(child for child in path.iterdir() if _is_node(child)) if path.is_dir() else []
        if not inside:
            raise ConfigError(f"{path} is neither a node (no {FILE}) nor a folder of nodes")
        found += inside
    return found
