"""scripts/style.py: the project keeps its own style, and each breach planted in a small tree is seen."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


def load_style() -> ModuleType:
    spec = importlib.util.spec_from_file_location("style", ROOT / "scripts" / "style.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


style = load_style()
LONG_FUNCTION = "def long() -> None:\n" + "    print()\n" * 69


def test_the_project_keeps_its_style() -> None:
    assert list(style.findings(ROOT)) == []


def test_the_whole_project_is_looked_at() -> None:
    seen = {path.relative_to(ROOT).as_posix() for path in style.files(ROOT)}
    assert {"README.md", "pyproject.toml", ".ci/run", "node/__init__.py", "tests/house/test_style.py"} <= seen


@pytest.mark.parametrize(
    ("file", "text", "finding"),
    [
        ("web/long.css", "a {}\n" * 401, "web/long.css:401: 401 lines"),
        ("node/rules.py", LONG_FUNCTION, "node/rules.py:1: long has 70 lines"),
        ("node/utils/__init__.py", "", "node/utils/__init__.py:1: the name 'utils'"),
        ("web/helpers.js", "", "web/helpers.js:1: the name 'helpers.js'"),
        ("node/rules.py", "x = 1  # TO" + "DO later\n", "node/rules.py:1: mark of unfinished work"),
        ("specs/x.md", "FIX" + "ME\n", "specs/x.md:1: mark of unfinished work"),
        ("specs/x.md", "see /ho" + "me/anna/ygor\n", "specs/x.md:1: path of one machine"),
        ("tests/test_x.py", "from unittest" + ".mock import patch\n", "tests/test_x.py:1: write a fake class"),
        (
            "tests/test_x.py",
            "@pytest.mark" + ".skip\n" + "def test() -> None: ...\n",
            "tests/test_x.py:1: write a fake",
        ),
        ("web/x.py", "import x  # no" + "qa\n", "web/x.py:1: a silenced check"),
        ("web/x.py", "import x  # no" + "qa: F401\n", "web/x.py:1: a silenced check"),
        ("web/x.py", "x = y  # type: ig" + "nore[attr-defined]\n", "web/x.py:1: a silenced check"),
        ("package-lock.json", '{"resolved": "https://registry.example"}\n', "package-lock.json:1: a lock file names"),
        (
            "tests/interop/fedify/package-lock.json",
            '"https://x.example"\n',
            "tests/interop/fedify/package-lock.json:1: a",
        ),
        ("requirements/dev.lock", "--index-url https://x.example\n", "requirements/dev.lock:1: a lock file names"),
    ],
)
def test_a_breach_is_seen(tmp_path: Path, file: str, text: str, finding: str) -> None:
    path = tmp_path / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    [found] = style.findings(tmp_path)
    assert found.startswith(finding)


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("web/fits.css", "a {}\n" * 400),
        ("node/rules.py", "def fits() -> None:\n" + "    print()\n" * 68),
        ("node/ledger/migrations/ledger_0001.py", LONG_FUNCTION),
        ("web/x.py", "import x  # no" + "qa: F401  imported for its side effect\n"),
        ("web/x.py", "x = y  # type: ig" + "nore[attr-defined]  # set by the framework\n"),
        ("specs/x.md", "POST /api/v1/home/anna and https://ygor.example/home/anna, node_modules/x/home/y\n"),
        ("web/static/vendor/long.js", "TO" + "DO\n" * 500),
    ],
)
def test_what_is_allowed(tmp_path: Path, file: str, text: str) -> None:
    path = tmp_path / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    assert list(style.findings(tmp_path)) == []
