"""What `ygor check` verifies of one node, part by part."""

from __future__ import annotations

from sqlalchemy import Connection, text
from sqlalchemy.exc import DatabaseError

from node.core.migrations import is_current
from node.core.node import Node
from node.core.unit import Unit


def check_node(node: Node) -> list[str]:
    """All that is wrong with a node, as sentences; empty when it is in order."""
    try:
        problems = _all_but_files(node)
    except DatabaseError as error:
        problems = [f"database: {error.orig}"]
    if not (node.folder / "media").is_dir():
        problems.append("the folder media/ is missing")
    return problems


def _all_but_files(node: Node) -> list[str]:
    found: list[str] = node.border.submit_read(lambda unit: _database(unit, node)).result()
    if found:
        return found
    problems: list[str] = []
    for part in node.parts:
        if part.module.checks:
            verify = part.load(part.module.checks)
            lines = node.border.submit_read(verify).result()
            problems += [f"{part.name}: {line}" for line in lines]
    return problems


def _database(unit: Unit, node: Node) -> list[str]:
    connection: Connection = unit.session.connection()
    if not is_current(connection, node.runtime.registry):
        return ["the database is older than this program: run `ygor migrate`"]
    if connection.dialect.name != "sqlite":
        return []
    lines = [str(row[0]) for row in connection.execute(text("PRAGMA integrity_check"))]
    broken = [f"node.db: {line}" for line in lines if line != "ok"]
    strays = connection.execute(text("PRAGMA foreign_key_check")).all()
    return broken + [f"node.db: {row[0]} row {row[1]} points to a missing row of {row[2]}" for row in strays]
