"""Reads the public vectors in specs/vectors."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

VECTORS = Path(__file__).parents[2] / "specs" / "vectors"

ALICE_SEED_TEXT = "z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq"
ALICE_PUBLIC_TEXT = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"


def feature_documents(name: str) -> list[Any]:
    """The JSON documents of a Gherkin file, in order."""
    text = (VECTORS / "fep" / name).read_text()
    return [json.loads(block) for block in re.findall(r'"""\n(.*?)"""', text, re.DOTALL)]
