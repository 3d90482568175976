"""The glossary knows every name that other teams and readers of the code meet."""

from __future__ import annotations

import re
from pathlib import Path

from node.core.registry import installed
from protocols.activities import RULES
from protocols.honour.wire import SHAPES

GLOSSARY = (Path(__file__).parents[2] / "specs" / "glossary.md").read_text("utf-8")


def test_messages_and_activities_are_explained() -> None:
    words = {kind.removeprefix("ygor:") for kind in SHAPES} | set(RULES)
    missing = {word for word in words if not re.search(rf"\b{word}\b", GLOSSARY)}
    assert missing - {"Refund", "Statement", "Dispute", "Follow"} == set()  # stand there in small letters
    for word in ("refund", "statement", "dispute", "follow"):
        assert f"`{word}`" in GLOSSARY


def test_parts_are_explained() -> None:
    names = {part.name for part in installed().parts}
    missing = {name for name in names if not re.search(rf"`{name}`|`{name.removesuffix('s')}`", GLOSSARY)}
    assert missing == set()
