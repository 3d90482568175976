"""Reads the imports of the parts of a node and tells which ones the module folder forbids.

A part is a folder directly under `node/` (accounts, ledger, …) or under `node/modules/`. Rules:
its domain files (models, rules, service, events, public) import neither aiohttp nor `web`; of another part it
imports only `public` and `events` (its tables may refer to those of a core part, models to models);
`node.core` and `node.civic` import no part at all.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

DOMAIN_FILES = frozenset(("events", "models", "public", "rules", "service"))
DOORS = frozenset(("events", "public"))
# Doors at the edges, which `public` cannot be because it knows neither aiohttp nor asyncio: who holds a token
# (accounts), the running federation and our own addresses on the wire (neighbours), a question to a neighbour (honour).
EDGE_DOORS = frozenset(("addresses", "asking", "bearer", "negotiation", "services"))
SHARED = frozenset(("civic", "core"))
# These put the parts together and so may look into them: the command line, the demo, the composition root.
COMPOSING = frozenset(("cli", "codes", "demo"))


def part_of(module: str) -> str | None:
    """`node.modules.missions.service` → `node.modules.missions`, `node.ledger.rules` → `node.ledger`, else None."""
    names = module.split(".")
    if names[:2] == ["node", "modules"]:
        return ".".join(names[:3]) if len(names) > 2 else None
    if names[0] == "node" and len(names) > 1 and names[1] not in SHARED | COMPOSING:
        return ".".join(names[:2])
    return None


def parts(root: Path) -> frozenset[str]:
    folders = [*(root / "node").iterdir(), *(root / "node" / "modules").iterdir()]
    named = (".".join(path.relative_to(root).parts) for path in folders if (path / "__init__.py").is_file())
    return frozenset(name for name in named if part_of(name) == name)


def imports(source: str, module: str, *, is_package: bool) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of everything imported anywhere in a file; `from a import b` gives `a.b`."""
    package = module if is_package else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                kept = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*kept, *filter(None, [base])])
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)


def breaches(root: Path) -> Iterator[str]:
    """One line per forbidden import under `root/node`, "path:line: what"."""
    known = parts(root)
    for path in sorted((root / "node").rglob("*.py")):
        where = path.relative_to(root).as_posix()
        module = where.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
        if "migrations" in path.parts:
            continue
        found = list(imports(path.read_text(encoding="utf-8"), module, is_package=path.name == "__init__.py"))
        yield from (f"{where}:{line}: {what}" for line, what in of_file(module, found, known))


def of_file(module: str, found: list[tuple[int, str]], known: frozenset[str]) -> Iterator[tuple[int, str]]:
    here = part_of(module) if part_of(module) in known else None
    names = module.split(".")
    for line, name in found:
        top = name.split(".")[0]
        if here and names[-1] in DOMAIN_FILES and top in {"aiohttp", "web"}:
            yield line, f"a domain file imports {name}"
        there = part_of(name)
        if there not in known or there == here:
            continue
        if len(names) > 1 and names[1] in SHARED:
            yield line, f"{module} imports the part {there}"
        elif here and not is_door(there, name.removeprefix(f"{there}.").split(".")[0], of_models=names[-1] == "models"):
            yield line, f"{there} is entered by its public and events only, not {name}"


def is_door(part: str, file: str, *, of_models: bool) -> bool:
    """Whether `file` of `part` may be imported from another part. `of_models`: by that part's own models."""
    return file in DOORS | EDGE_DOORS or (of_models and file == "models" and not part.startswith("node.modules."))
