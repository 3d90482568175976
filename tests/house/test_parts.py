"""The module folder: what a part may import and how its tables are named."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from node.core.database import Base
from tests.house import arrows

ROOT = Path(__file__).resolve().parents[2]


def test_the_parts_keep_to_their_doors() -> None:
    assert list(arrows.breaches(ROOT)) == []


@pytest.fixture
def small_node(tmp_path: Path) -> Path:
    for part in ("core", "ledger", "modules", "modules/missions", "modules/wallet"):
        folder = tmp_path / "node" / part
        folder.mkdir(parents=True)
        (folder / "__init__.py").touch()
    return tmp_path


ALLOWED = (
    ("modules/missions/service.py", "from node.core.unit import Unit"),
    ("modules/missions/service.py", "from node.ledger import public"),
    ("modules/missions/service.py", "from node.ledger.public import award"),
    ("modules/missions/service.py", "from node.modules.wallet.events import Charged"),
    ("modules/missions/service.py", "from . import rules"),
    ("modules/missions/service.py", "from node.modules.missions import rules"),
    ("modules/missions/views.py", "from aiohttp import web as aio"),
    ("modules/missions/views.py", "from web.render import render"),
    ("modules/missions/models.py", "from node.ledger.models import Account"),
    ("app.py", "from node.ledger.models import Transfer"),
)
FORBIDDEN = (
    ("modules/missions/service.py", "from aiohttp import web as aio"),
    ("modules/missions/models.py", "import web.render"),
    ("modules/missions/public.py", "from web import flash"),
    ("ledger/rules.py", "import aiohttp"),
    ("modules/missions/views.py", "from node.modules.wallet import service"),
    ("modules/missions/views.py", "from node.modules.wallet.models import Card"),
    ("modules/missions/models.py", "from node.modules.wallet.models import Card"),
    ("modules/missions/views.py", "from ..wallet import service"),
    ("modules/missions/views.py", "import node.ledger.models"),
    ("ledger/views.py", "from node.modules.missions.service import certify"),
    ("core/node.py", "from node.ledger.public import award"),
)


@pytest.mark.parametrize(("file", "statement"), ALLOWED)
def test_allowed_imports(small_node: Path, file: str, statement: str) -> None:
    (small_node / "node" / file).write_text(f"{statement}\n")
    assert list(arrows.breaches(small_node)) == []


@pytest.mark.parametrize(("file", "statement"), FORBIDDEN)
def test_forbidden_imports(small_node: Path, file: str, statement: str) -> None:
    (small_node / "node" / file).write_text(f"def late() -> None:\n    {statement}\n")
    [found] = arrows.breaches(small_node)
    assert found.startswith(f"node/{file}:2: ")


def test_tables_bear_the_name_of_their_part() -> None:
    for path in sorted((ROOT / "node").rglob("models.py")):
        importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    owners = {mapper.class_.__tablename__: mapper.class_.__module__ for mapper in Base.registry.mappers}
    assert owners
    for table, module in owners.items():
        if module.startswith("node."):
            part = module.removeprefix("node.modules.").removeprefix("node.").split(".")[0]
            assert table.startswith(f"{part}_"), f"{table} of {module}"
