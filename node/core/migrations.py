"""Alembic without its environment file: one branch of revisions per part, in `<part>/migrations/`.

`python -m node.core.migrations make PART [-m MESSAGE]` compares the part's tables with what its revisions build and
writes the next revision; `--again` writes the part's first revision anew (only before the first release).
"""

from __future__ import annotations

import argparse
import atexit
import re
import shutil
import tempfile
import threading
from functools import cache
from pathlib import Path
from typing import Any

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect, text

from node.core.database import Base, sqlite_engine
from node.core.registry import Registry, installed

CORE = "core"
_alembic = threading.Lock()
"""Alembic's `op` is one object of the whole process: one migration at a time."""
TEMPLATE = '''"""{message}"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import node.core.database

revision = "{revision}"
down_revision = {down!r}
branch_labels = {labels!r}
depends_on = {depends!r}


def upgrade() -> None:
    {up}


def downgrade() -> None:
    {down_code}
'''


def folders(registry: Registry) -> dict[str, Path]:
    """Part name → its folder of revisions, the core first."""
    found = {CORE: Path(__file__).parent / "migrations"}
    for part in registry.parts:
        if part.module.models:
            found[part.name] = part.folder / "migrations"
    return found


@cache
def script(registry: Registry) -> ScriptDirectory:
    """All revisions of this installation; read once, a territory asks for every node."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "newline")
    places = [str(path) for path in folders(registry).values() if path.is_dir()]
    config.set_main_option("version_locations", "\n".join(places))
    return ScriptDirectory.from_config(config)


def upgrade(connection: Connection, registry: Registry, target: str = "heads") -> None:
    """Bring a database to `target`, inside the caller's transaction."""
    scripts = script(registry)
    config = Config()

    def steps(revision: Any, _context: Any) -> Any:
        return scripts._upgrade_revs(target, revision)

    with _alembic, EnvironmentContext(config, scripts, fn=steps) as environment:
        environment.configure(connection=connection, target_metadata=Base.metadata, transactional_ddl=True)
        environment.run_migrations()


_current: dict[frozenset[str], bool] = {}


def is_current(connection: Connection, registry: Registry) -> bool:
    """Whether every revision of every part has been applied. Answered once for equal databases: a territory is many."""
    if not inspect(connection).has_table("alembic_version"):
        return False
    applied = frozenset(connection.execute(text("SELECT version_num FROM alembic_version")).scalars())
    if applied not in _current:
        scripts: Any = script(registry)  # what it calls one revision may be the heads of all branches
        _current[applied] = not scripts._upgrade_revs("heads", tuple(applied))
    return _current[applied]


def migrate_engine(engine: Engine, registry: Registry) -> None:
    with engine.begin() as connection:
        upgrade(connection, registry)


_templates: dict[tuple[str, ...], Path] = {}
_making_template = threading.Lock()


def new_sqlite(path: Path, registry: Registry) -> None:
    """Make a migrated, empty database file: a copy of one that was migrated once in this process."""
    names = tuple(part.name for part in registry.parts)
    with _making_template:
        _make_template(names, registry)
    shutil.copyfile(_templates[names], path)


def _make_template(names: tuple[str, ...], registry: Registry) -> None:
    if names not in _templates:
        folder = Path(tempfile.mkdtemp(prefix="ygor-template-"))
        template = folder / "node.db"
        engine = sqlite_engine(template, writer=True)
        migrate_engine(engine, registry)
        with engine.connect() as connection:
            raw = connection.connection.dbapi_connection
            assert raw is not None
            connection.rollback()
            raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        engine.dispose()
        _templates[names] = template


@atexit.register
def forget_templates() -> None:
    """Remove the template databases of this process."""
    for path in _templates.values():
        shutil.rmtree(path.parent, ignore_errors=True)
    _templates.clear()


def new_schema(engine: Engine, schema: str, registry: Registry) -> None:
    """Make a PostgreSQL schema for one node, migrated. The engine's search path names that schema."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,62}", schema):
        raise ValueError(f"not a schema name: {schema}")
    with engine.begin() as connection:
        connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{schema}"'))
        upgrade(connection, registry)


def make(part: str, message: str, *, again: bool) -> Path | None:
    """Write the next revision of a part; None if its tables are as its revisions build them."""
    registry = installed()
    registry.import_models()
    folder = folders(registry)[part]
    folder.mkdir(exist_ok=True)
    if again:
        for old in folder.glob("*.py"):
            old.unlink()
    own = sorted(path.stem for path in folder.glob(f"{part}_*.py"))
    with tempfile.TemporaryDirectory() as place:
        engine = sqlite_engine(Path(place) / "node.db", writer=True)
        with engine.connect() as connection:
            if own:
                upgrade(connection, registry, own[-1])
            options = {"include_object": lambda *seen: _belongs(part, *seen), "compare_type": True}
            context = MigrationContext.configure(connection, opts=options)
            operations = produce_migrations(context, Base.metadata)
        engine.dispose()
    up, down = operations.upgrade_ops, operations.downgrade_ops
    assert up is not None
    assert down is not None
    if up.is_empty():
        return None
    number = len(own) + 1
    revision = f"{part}_{number:04}"
    depends = _depends(part, registry) if not own else None
    content = TEMPLATE.format(
        message=message,
        revision=revision,
        down=own[-1] if own else None,
        labels=(part,) if not own else None,
        depends=depends,
        up=_code(up),
        down_code=_code(down),
    )
    path = folder / f"{revision}.py"
    path.write_text(content, encoding="utf-8")
    return path


def _code(operations: Any) -> str:
    code = render_python_code(operations, alembic_module_prefix="op.", user_module_prefix=None)
    return re.sub(r"^# .*\n\s*", "", code).replace("    # ### end Alembic commands ###", "").rstrip()


def _depends(part: str, registry: Registry) -> tuple[str, ...] | None:
    """What a part's first revision stands on: the modules it needs, or else the core part before it.

    Only the nearest: Alembic loses track of heads when a revision names an ancestor of another one it depends on.
    """
    if part == CORE:
        return None
    before = CORE
    for other in registry.parts:
        if other.name == part:
            break
        if other.module.core and other.module.models:
            before = other.name
    needs = [name for name in registry.by_name[part].module.needs if registry.by_name[name].module.models]
    return tuple(f"{name}_0001" for name in needs or [before])


def _belongs(part: str, item: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
    table = name if kind == "table" else getattr(getattr(item, "table", None), "name", "")
    return (table or "").startswith(part + "_")


def main() -> None:
    parser = argparse.ArgumentParser(description="write a revision for one part's tables")
    parser.add_argument("command", choices=["make"])
    parser.add_argument("part")
    parser.add_argument("-m", "--message", default="First tables.")
    parser.add_argument("--again", action="store_true")
    options = parser.parse_args()
    path = make(options.part, options.message, again=options.again)
    print(path.name if path else "nothing to do")  # noqa: T201 - a command line


if __name__ == "__main__":
    main()
