"""The rooms: each contract of import-linter refuses the import it exists for, planted in a copy of the tree."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("federation", "node", "protocols", "web")
CONTRACTS = tuple(
    contract["name"]
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
)
ARROWS, PURE = "Arrows only go down", "protocols: no I/O"

# (contract it must break, file to plant in, forbidden statement)
PLANTED = (
    (ARROWS, "protocols/planted.py", "import web"),
    (ARROWS, "protocols/planted.py", "import federation"),
    (ARROWS, "web/planted.py", "import federation"),
    (ARROWS, "federation/planted.py", "import web"),
    (ARROWS, "web/planted.py", "from node import core"),
    (ARROWS, "federation/planted.py", "import node"),
    (PURE, "protocols/planted.py", "import aiohttp"),
    (PURE, "protocols/planted.py", "from sqlalchemy import orm"),
    (PURE, "protocols/planted.py", "import secrets"),
    (PURE, "protocols/planted.py", "import time"),
)


@pytest.fixture(scope="module")
def copied_tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python files of the four rooms and the configuration, nothing else."""
    folder = tmp_path_factory.mktemp("copy")
    shutil.copy(ROOT / "pyproject.toml", folder)
    for room in ROOMS:
        for source in (ROOT / room).rglob("*.py"):
            target = folder / source.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
    return folder


def lint_imports(folder: Path) -> tuple[int, str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)
    return done.returncode, done.stdout + done.stderr


def test_every_contract_has_a_planted_breach() -> None:
    assert CONTRACTS
    for name in CONTRACTS:
        assert any(name.startswith(start) for start, _, _ in PLANTED), name


def test_the_tree_as_it_is_keeps_every_contract(copied_tree: Path) -> None:
    code, said = lint_imports(copied_tree)
    assert code == 0, said
    assert f"{len(CONTRACTS)} kept, 0 broken" in said


@pytest.mark.parametrize(("contract", "file", "statement"), PLANTED, ids=[f"{p[1]}: {p[2]}" for p in PLANTED])
def test_a_forbidden_import_is_refused(copied_tree: Path, contract: str, file: str, statement: str) -> None:
    planted = copied_tree / file
    planted.write_text(f"{statement}\n", encoding="utf-8")
    try:
        code, said = lint_imports(copied_tree)
    finally:
        planted.unlink()
    assert code == 1, said
    broken = [line for line in said.splitlines() if line.startswith(contract) and line.endswith("BROKEN")]
    assert broken, said
    assert file.removesuffix(".py").replace("/", ".") in said
