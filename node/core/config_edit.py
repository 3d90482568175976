"""Changing single keys of `node.toml` while a node lives; what else stands in the file, comments included, stays."""

from __future__ import annotations

import os
import re
import tempfile
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from node.core.config import FILE, ConfigError, NodeSection, describe, toml_value

TABLE = "node"


def change_section(folder: Path, changes: Mapping[str, Any]) -> None:
    """Set keys of the `[node]` table, all or none: the new file replaces the old one in one step.

    Raises ConfigError for a value the section does not take, for a file that cannot be read or written, and for a key
    written in a way that cannot be replaced safely (over several lines).
    """
    path = folder / FILE
    try:
        text = path.read_text(encoding="utf-8")
        section = {**tomllib.loads(text).get(TABLE, {}), **changes}
        NodeSection(**section)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: {error}") from error
    except ValidationError as error:
        raise ConfigError("; ".join(describe(path, text, TABLE, each) for each in error.errors())) from error
    for key, value in changes.items():
        text = _with_key(text, key, f"{key} = {toml_value(value)}")
    if _section(text) != {**section, **{key: _plain(value) for key, value in changes.items()}}:
        raise ConfigError(f"{path}: [{TABLE}] is written in a way that only a person can change")
    _replace(path, text)


def _section(text: str) -> Any:
    try:
        return tomllib.loads(text).get(TABLE)
    except tomllib.TOMLDecodeError:
        return None


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _with_key(text: str, key: str, line: str) -> str:
    """The text with `line` in place of the key's line in `[node]`, or after the table's header if it had none."""
    lines = text.splitlines()
    header = next(n for n, each in enumerate(lines) if re.match(rf"\s*\[\s*{TABLE}\s*\]", each))
    end = next((n for n in range(header + 1, len(lines)) if re.match(r"\s*\[", lines[n])), len(lines))
    for number in range(header + 1, end):
        if re.match(rf'\s*"?{re.escape(key)}"?\s*=', lines[number]):
            lines[number] = line
            break
    else:
        lines.insert(header + 1, line)
    return "\n".join(lines) + "\n"


def _replace(path: Path, text: str) -> None:
    try:
        mode = path.stat().st_mode & 0o777
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{FILE}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(name, mode)
            os.replace(name, path)
        except BaseException:
            os.unlink(name)
            raise
    except OSError as error:
        raise ConfigError(f"{path}: {error}") from error
