"""Types shared by every wire format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
"""A JSON value as `strict_json.loads` gives it."""

JsonObject: TypeAlias = dict[str, Json]

JsonInput: TypeAlias = "bool | int | float | str | Sequence[JsonInput] | Mapping[str, JsonInput] | None"
"""What may be canonicalised: like `Json`, but read-only and with tuples allowed."""
