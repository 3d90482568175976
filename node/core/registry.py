"""Which parts there are. Core parts are always on; modules are found in `node/modules` and through the entry-point
group `ygor.modules`, and a node switches them on in its `node.toml`."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from node.core.errors import CORE_ERRORS
from node.core.module import Module

CORE_PARTS = (
    "node.accounts",
    "node.organisations",
    "node.ledger",
    "node.cards",
    "node.households",
    "node.desk",
    "node.media",
    "node.emission",
    "node.neighbours",
    "node.honour",
    "node.administration",
    "node.groupings",
    "node.sharing",
    "node.api",
    "node.demo",
)
ENTRY_POINTS = "ygor.modules"


@dataclass(frozen=True)
class Part:
    """A manifest and the package it stands in."""

    package: str
    module: Module

    @property
    def name(self) -> str:
        return self.module.name

    @cached_property
    def folder(self) -> Path:
        file = importlib.import_module(self.package).__file__
        assert file, "a part is a regular package"
        return Path(file).parent

    def load(self, reference: str) -> Any:
        """Resolve `"views:routes"` (an attribute) or `"models"` (a file of the part)."""
        name, _, attribute = reference.partition(":")
        module = importlib.import_module(f"{self.package}.{name}")
        return getattr(module, attribute) if attribute else module

    def settings_model(self) -> type[BaseModel] | None:
        if not self.module.settings:
            return None
        model: type[BaseModel] = self.load(self.module.settings)
        return model


class Registry:
    """All parts of this installation, in a fixed order: core first, then modules by name."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self.parts = tuple(parts)
        self.by_name = {part.name: part for part in self.parts}
        if len(self.by_name) != len(self.parts):
            raise ValueError("two parts have the same name")

    def enabled(self, modules: frozenset[str]) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if part.module.core or part.name in modules)

    def unknown(self, modules: frozenset[str]) -> list[str]:
        return sorted(modules - set(self.by_name))

    def subscribers(self, modules: frozenset[str]) -> Mapping[type, tuple[Callable[..., None], ...]]:
        """Event type → subscribers of the parts that are on."""
        found: dict[type, list[Callable[..., None]]] = {}
        for part in self.enabled(modules):
            if part.module.subscriptions:
                for event, call in part.load(part.module.subscriptions):
                    found.setdefault(event, []).append(call)
        return {event: tuple(calls) for event, calls in found.items()}

    @cached_property
    def errors(self) -> dict[str, str]:
        """Key → French sentence, of all parts."""
        texts = dict(CORE_ERRORS)
        for part in self.parts:
            texts.update(part.module.errors)
        return texts

    def import_models(self) -> None:
        """Import every part's tables, so that `Base.metadata` is complete."""
        importlib.import_module("node.core.models")
        for part in self.parts:
            if part.module.models:
                part.load(part.module.models)


def _module_packages() -> list[str]:
    import node.modules

    return [f"node.modules.{info.name}" for info in pkgutil.iter_modules(node.modules.__path__) if info.ispkg]


@cache
def installed() -> Registry:
    """The registry of this installation, read once."""
    packages = [*CORE_PARTS, *sorted(_module_packages()), *sorted(e.value for e in entry_points(group=ENTRY_POINTS))]
    return Registry([Part(name, importlib.import_module(name).MODULE) for name in packages])
