"""`new-module` in a copy of the checkout: its test passes, its words are translated, and nothing else changes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from node.core.config import ProcessSettings
from tests.node.cli.commands import ROOT, ok, run

MADE = {
    "node/modules/surveys/__init__.py",
    "node/modules/surveys/forms.py",
    "node/modules/surveys/locale/en/LC_MESSAGES/messages.po",
    "node/modules/surveys/migrations/surveys_0001.py",
    "node/modules/surveys/models.py",
    "node/modules/surveys/service.py",
    "node/modules/surveys/templates/list.html",
    "node/modules/surveys/views.py",
    "tests/modules/surveys/__init__.py",
    "tests/modules/surveys/test_surveys.py",
}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What the new module's test needs of this checkout."""
    place, left_out = tmp_path / "checkout", shutil.ignore_patterns("__pycache__", "vendor", "*.json", "node_modules")
    for room in ("protocols", "federation", "web", "node"):
        shutil.copytree(ROOT / room, place / room, ignore=left_out)
    shutil.copytree(ROOT / "tests" / "fixtures", place / "tests" / "fixtures", ignore=left_out)
    for name in ("tests/__init__.py", "tests/conftest.py", "pyproject.toml"):
        shutil.copy(ROOT / name, place / name)
    (place / "tests" / "modules").mkdir()
    (place / "tests" / "modules" / "__init__.py").touch()
    return place


def python(checkout: Path, *words: str) -> str:
    """Run Python in the copy, which must come before the installed packages."""
    env = {**os.environ, "PYTHONPATH": str(checkout), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, *words]
    done = subprocess.run(command, cwd=checkout, env=env, capture_output=True, text=True, timeout=150)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def files(place: Path) -> set[str]:
    return {str(path.relative_to(place)) for path in place.rglob("*") if path.is_file()}


def test_a_new_module_passes_its_own_test(checkout: Path) -> None:
    before = files(checkout)
    python(checkout, "-m", "node.cli", "new-module", "surveys", "--title", "Enquêtes d’été")
    python(checkout, "-m", "node.core.migrations", "make", "surveys")
    passed = python(
        checkout, "-m", "pytest", "tests/modules/surveys", "-q", "-p", "no:cacheprovider", "-k", "not postgresql"
    )
    assert "2 passed" in passed or "3 passed" in passed
    assert files(checkout) - before == MADE
    assert before <= files(checkout)
    assert "every text has its English" in python(checkout, "-m", "web.i18n", "check", "node/modules/surveys")
    python(checkout, "-m", "ruff", "format", "--no-cache", "node/modules/surveys/migrations")  # make format
    for tool in (("ruff", "check"), ("ruff", "format", "--check")):
        python(checkout, "-m", *tool, "--no-cache", "node/modules/surveys", "tests/modules/surveys")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("Surveys",), "lower-case"),
        (("import",), "lower-case"),
        (("../evil",), "lower-case"),
        (("ab",), "lower-case"),
        (("missions",), "already a part"),
        (("ledger",), "already a part"),
        (("core",), "already a part"),
        (("surveys", "--title", 'a"b'), "title"),
        (("surveys", "--title", "{{ x }}"), "title"),
    ],
)
def test_names_that_cannot_be_modules(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    (tmp_path / "node" / "modules").mkdir(parents=True)
    refused = run(ProcessSettings(), "new-module", *words, "--root", tmp_path)
    assert said in str(refused.exception)
    assert files(tmp_path) == set()


def test_nothing_is_overwritten_and_only_a_checkout_will_do(tmp_path: Path) -> None:
    assert "not a checkout" in str(run(ProcessSettings(), "new-module", "surveys", "--root", tmp_path).exception)
    (tmp_path / "node" / "modules").mkdir(parents=True)
    assert "surveys/views.py" in ok(ProcessSettings(), "new-module", "surveys", "--root", tmp_path)
    mine = tmp_path / "node" / "modules" / "surveys" / "views.py"
    mine.write_text("mine")
    assert "already" in str(run(ProcessSettings(), "new-module", "surveys", "--root", tmp_path).exception)
    assert mine.read_text() == "mine"
