"""Which modules there are, and which are on."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from node.core.registry import Registry

NEEDED = frozenset({"home"})
"""Always on: the entrance page."""


@dataclass(frozen=True, slots=True)
class ModuleLine:
    """A module of this installation. `needed`: cannot be switched off."""

    name: str
    title: str
    summary: str
    on: bool
    needed: bool


def lines(registry: Registry, on: Collection[str]) -> tuple[ModuleLine, ...]:
    """All modules by name."""
    return tuple(
        ModuleLine(part.name, part.module.title, part.module.summary, part.name in on, part.name in NEEDED)
        for part in registry.parts
        if not part.module.core
    )


def chosen(registry: Registry, wanted: Collection[str]) -> tuple[str, ...]:
    """The modules to switch on, in the registry's order: those asked for that exist, and those always on."""
    on = NEEDED | set(wanted)
    return tuple(part.name for part in registry.parts if not part.module.core and part.name in on)
