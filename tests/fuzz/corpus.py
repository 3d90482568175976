"""The committed corpus of nasty inputs: bodies, JSON values, and texts as headers and addresses bring them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "corpus"

BODIES: dict[str, bytes] = {path.stem: path.read_bytes() for path in sorted((FOLDER / "bodies").glob("*.bin"))}
VALUES: list[Any] = [json.loads(line) for line in (FOLDER / "values.jsonl").read_text().splitlines()]
TEXTS: list[str] = [json.loads(line) for line in (FOLDER / "texts.jsonl").read_text().splitlines()]
