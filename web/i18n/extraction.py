"""Finding the texts to translate in Python and Jinja files, package by package."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.extract import extract

MessageId = str | tuple[str, str]

# Which arguments of a Python call are texts. Only literals count: gettext(request, item.label) is marked elsewhere.
PYTHON_CALLS = {"N_": (0,), "gettext": (1,), "ngettext": (1, 2)}
JINJA_KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2)}
JINJA_OPTIONS = {"extensions": "jinja2.ext.i18n,jinja2.ext.do,jinja2.ext.loopcontrols", "newstyle_gettext": "true"}
# What a setting is called on the administration page: `Field(…, title="…")` in a part's settings.py.
SETTING_CALLS = {"Field"}
SETTING_TEXTS = {"title", "description"}
# Texts of a part's manifest need no mark: whoever writes one writes it for people to read.
MANIFEST_CALLS = {"Module", "NavItem"}
MANIFEST_TEXTS = {"title", "summary", "label"}
MANIFEST_TABLES = {"errors", "audit"}


@dataclass(frozen=True, slots=True)
class Found:
    """One text: its id (a pair when it has a plural), and where it stands (path relative to the root, line)."""

    id: MessageId
    path: str
    line: int


def packages(root: Path) -> list[Path]:
    """Folders that own a catalogue: those with templates/, locale/, or a manifest, under web/ and node/."""
    found = {root / "web"}
    for top in ("web", "node"):
        for init in (root / top).rglob("__init__.py"):
            folder = init.parent
            if (folder / "templates").is_dir() or (folder / "locale").is_dir() or "MODULE" in init.read_text("utf-8"):
                found.add(folder)
    if (root / "node").is_dir():
        found.add(root / "node")
    return sorted(found)


def messages_of(package: Path, owners: list[Path], root: Path) -> list[Found]:
    """Every text of a package, in file order; files under a deeper package belong to that one."""
    inner = [p for p in owners if p != package and package in p.parents]
    found: list[Found] = []
    for path in sorted(package.rglob("*")):
        if path.suffix not in (".py", ".html", ".txt", ".xml") or any(p in path.parents for p in inner):
            continue
        parts = path.relative_to(package).parts
        if {"static", "skeleton", "__pycache__"} & set(parts):
            continue
        if path.suffix != ".py" and "templates" not in parts:
            continue
        name = path.relative_to(root).as_posix()
        found.extend(Found(message, name, line) for line, message in _texts(path))
    return found


def _texts(path: Path) -> Iterator[tuple[int, MessageId]]:
    if path.suffix == ".py":
        yield from _python_texts(path.read_text("utf-8"), settings=path.name == "settings.py")
    else:
        with path.open("rb") as file:
            yield from _normalised(
                extract("jinja2.ext:babel_extract", file, keywords=JINJA_KEYWORDS, options=JINJA_OPTIONS)
            )


Extracted = Iterator[tuple[int, str | tuple[str, ...], list[str], str | None]]


def _normalised(entries: Extracted) -> Iterator[tuple[int, MessageId]]:
    for line, message, _comments, _context in entries:
        if isinstance(message, tuple):
            yield line, (message[0], message[1])
        elif message:
            yield line, message


def _python_texts(source: str, *, settings: bool = False) -> Iterator[tuple[int, MessageId]]:
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name in PYTHON_CALLS:
            texts = [text for _, text in _literals([node.args[i] for i in PYTHON_CALLS[name] if i < len(node.args)])]
            if len(texts) == 2 and name == "ngettext":
                yield node.lineno, (str(texts[0]), str(texts[1]))
            elif texts:
                yield node.lineno, texts[0]
        elif name in MANIFEST_CALLS:
            yield from _manifest_texts(node)
        elif settings and name in SETTING_CALLS:
            yield from _literals([keyword.value for keyword in node.keywords if keyword.arg in SETTING_TEXTS])


def _manifest_texts(call: ast.Call) -> Iterator[tuple[int, MessageId]]:
    for keyword in call.keywords:
        if keyword.arg in MANIFEST_TEXTS:
            yield from _literals([keyword.value])
        elif keyword.arg in MANIFEST_TABLES and isinstance(keyword.value, ast.Dict):
            yield from _literals(keyword.value.values)


def _literals(nodes: list[ast.expr]) -> Iterator[tuple[int, MessageId]]:
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
            yield node.lineno, node.value
