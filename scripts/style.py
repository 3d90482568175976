"""Checks the style that no linter knows: sizes, names, marks of unfinished work, paths of one machine, hosts in locks.

Run by `make check`: prints one line per finding and exits 1 if there is any. Standard library only.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CHECKED = (".ci", "benchmarks", "deploy", "federation", "node", "protocols", "scripts", "specs", "tests", "web")
MADE = frozenset(("__pycache__", "node_modules", "vendor"))
CODE = frozenset((".css", ".html", ".js", ".mjs", ".py", ".sh"))
PROSE = frozenset((".md", ".toml", ".yaml", ".service", ""))

FILE_LINES = 400
FUNCTION_LINES = 69
EMPTY_NAMES = frozenset(("common", "helpers", "manager", "managers", "misc", "utils"))
# Written in two halves so that this file does not find itself.
MARKS = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "HA" + "CK")) + r")\b")
MOCKS = re.compile(r"\b(mock\." + r"patch|Magic" + r"Mock|unittest\." + r"mock|mark\." + r"skip)\b")
MACHINE_PATHS = re.compile(r"(?<![\w.~)}>-])/(?:home|root|Users|work|workspace|mnt|tmp)/\w")
BARE_SILENCERS = re.compile(r"#\s*(?:type:\s*ignore(?!\[[\w-]+\]\s+#)|noqa(?!:\s*\w+\s+\S))")


def findings(root: Path = ROOT) -> Iterator[str]:
    """One line per breach, "path:line: what", over the whole checkout at `root`."""
    for path in files(root):
        where = path.relative_to(root).as_posix()
        yield from of_name(where)
        text = path.read_text(encoding="utf-8")
        yield from of_text(where, text)
        if path.suffix == ".py" and "migrations" not in path.parts:  # those are written by a tool, one call per table
            yield from of_functions(where, text)
    yield from of_locks(root)


def files(root: Path) -> Iterator[Path]:
    for top in CHECKED:
        for path in sorted((root / top).rglob("*")):
            if path.is_file() and path.suffix in CODE | PROSE and not MADE.intersection(path.relative_to(root).parts):
                yield path
    yield from (path for path in sorted(root.iterdir()) if path.is_file() and path.suffix in CODE | {".md", ".toml"})


def of_name(where: str) -> Iterator[str]:
    for part in Path(where).parts:
        if part.partition(".")[0] in EMPTY_NAMES:
            yield f"{where}:1: the name {part!r} says nothing: name the role or the noun"


def of_text(where: str, text: str) -> Iterator[str]:
    lines = text.splitlines()
    if Path(where).suffix in CODE and len(lines) > FILE_LINES:
        yield f"{where}:{len(lines)}: {len(lines)} lines, at most {FILE_LINES}"
    for number, line in enumerate(lines, 1):
        if MARKS.search(line):
            yield f"{where}:{number}: mark of unfinished work"
        if MACHINE_PATHS.search(line):
            yield f"{where}:{number}: path of one machine"
        if where.endswith(".py"):
            if MOCKS.search(line):
                yield f"{where}:{number}: write a fake class, skip nothing"
            if BARE_SILENCERS.search(line):
                yield f"{where}:{number}: a silenced check names its code and its reason"


def of_functions(where: str, text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES:
                yield f"{where}:{node.lineno}: {node.name} has {length} lines, at most {FUNCTION_LINES}"


def of_locks(root: Path) -> Iterator[str]:
    npm = (root / folder / "package-lock.json" for folder in ("", "tests/interop/fedify"))
    for path in (*sorted((root / "requirements").glob("*")), *npm):
        if not path.is_file():
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if "://" in line:
                yield f"{path.relative_to(root).as_posix()}:{number}: a lock file names no host"


def main() -> int:
    found = list(findings())
    sys.stdout.writelines(f"{line}\n" for line in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
