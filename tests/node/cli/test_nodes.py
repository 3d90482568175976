"""`init`, `create-admin`, `migrate`, `check`."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from node.accounts import public as accounts
from node.core.config import ConfigError, ProcessSettings
from node.core.database import is_postgres
from node.core.node import Node
from node.core.unit import Unit
from tests.fixtures.clients import site_of
from tests.fixtures.nodes import NodeFactory
from tests.fixtures.town import settle
from tests.node.cli.commands import ok, program, run


def test_from_nothing_to_an_administrator(tmp_path: Path, settings: ProcessSettings) -> None:
    folder = tmp_path / "castanet"
    words = ("--name", "Castanet-Tolosan", "--address", "http://Castanet.localhost:8000", "--code", "31113")
    assert "create-admin" in ok(settings, "init", folder, *words)
    assert {"node.toml", "keys", "media"} <= {path.name for path in folder.iterdir()}
    assert (folder / "node.db").exists() != is_postgres(settings.database_url)
    assert {path.stat().st_mode & 0o777 for path in (folder / "keys").iterdir()} == {0o600}
    link = ok(settings, "create-admin", folder, "Claire@Castanet.example").strip()
    assert link.startswith("http://castanet.localhost:8000/connexion/l/")
    assert "up to date" in ok(settings, "migrate", folder)
    assert "in order" in ok(settings, "check", folder)
    again = run(settings, "init", folder, *words)
    assert isinstance(again.exception, ConfigError)
    assert "already holds a node" in str(again.exception)


async def test_the_printed_link_opens_the_desk(node: Node, settings: ProcessSettings) -> None:
    link = ok(settings, "create-admin", node.folder, "claire@castanet.example").strip()
    path = link.removeprefix(node.base_url)
    async with site_of(node) as site:
        visitor = await site.visitor()
        await visitor.post(path, page=path)
        await visitor.post("/inscription", {"given_name": "Claire", "family_name": "Fabre"}, page="/moi/compte")
        assert (await visitor.get("/admin/personnes")).status == 200
        assert (await (await site.visitor()).get(path)).status == 404
    claire = await node.read(accounts.find_by_email, "claire@castanet.example")
    assert claire
    assert (await node.read(accounts.viewer, claire.id)).has("administrator")
    refused = run(settings, "create-admin", node.folder, "not an address")
    assert refused.exit_code != 0


def edit_database(node: Node, settings: ProcessSettings, *statements: str) -> None:
    """What somebody with the database in their hands could do."""

    def tamper(unit: Unit) -> None:
        for statement in statements:
            unit.session.execute(text(statement))

    node.border.submit_write(tamper).result()


def test_check_finds_a_tampered_entry(node: Node, settings: ProcessSettings) -> None:
    node.border.submit_write(settle).result()
    assert "in order" in ok(settings, "check", node.folder)
    edit_database(node, settings, "UPDATE ledger_entries SET amount = amount + 1 WHERE amount = 10")
    found = run(settings, "check", node.folder)
    assert found.exit_code == 1
    assert "ledger:" in found.output


def test_check_names_all_that_is_wrong_in_a_territory(node_factory: NodeFactory, settings: ProcessSettings) -> None:
    nodes = [node_factory(name) for name in ("Auzeville", "Castanet", "Ramonville")]
    shutil.rmtree(nodes[0].folder / "media")
    (nodes[1].folder / "keys" / "secret.key").unlink()
    found = run(settings, "check", nodes[0].folder.parent)
    assert found.exit_code == 1
    assert "media/ is missing" in found.output
    assert "secret.key" in found.output
    assert f"{nodes[2].folder}: in order" in found.output


@pytest.fixture
def sqlite_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "alone"
    ok(ProcessSettings(), "init", folder, "--name", "Alone", "--address", "http://alone.localhost:8000")
    return folder


def test_check_finds_a_row_that_points_nowhere(sqlite_folder: Path) -> None:
    with closing(sqlite3.connect(sqlite_folder / "node.db")) as database, database:
        database.execute(
            "INSERT INTO cards_cards (id, account_id, digest, sealed_code, state, issued_at)"
            " VALUES ('c', 'nobody', 'd', x'00', 'lost', '2026-11-23 00:00:00')"
        )
    found = run(ProcessSettings(), "check", sqlite_folder)
    assert found.exit_code == 1
    assert "cards_cards" in found.output
    assert "accounts_accounts" in found.output


def test_check_finds_a_damaged_file(sqlite_folder: Path) -> None:
    path = sqlite_folder / "node.db"
    content = bytearray(path.read_bytes())
    for page in range(20, len(content) // 4096):
        content[page * 4096 : page * 4096 + 200] = b"\xff" * 200
    path.write_bytes(content)
    found = run(ProcessSettings(), "check", sqlite_folder)
    assert found.exit_code != 0
    assert found.exception is None or isinstance(found.exception, SystemExit)


def test_an_old_database_is_named_and_brought_up_to_date(node: Node, settings: ProcessSettings) -> None:
    edit_database(
        node,
        settings,
        "DROP TABLE news_neighbours",
        "DROP TABLE news_articles",
        "DELETE FROM alembic_version WHERE version_num LIKE 'news%'",
    )
    found = run(settings, "check", node.folder)
    assert found.exit_code == 1
    assert "older than this program" in found.output
    served = program("serve", node.folder, "--port", "0", settings=settings)
    assert served.returncode == 2
    assert "ygor migrate" in served.stderr
    assert "Traceback" not in served.stderr
    ok(settings, "migrate", node.folder.parent)
    assert "in order" in ok(settings, "check", node.folder)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("check", "nowhere"), "neither a node"),
        (("serve", "nowhere"), "neither a node"),
        (("init", "x"), "--name"),
        (("restore", "nowhere.tar.gz", "y"), "nowhere.tar.gz"),
        (("new-module", "Not A Name"), "lower-case English word"),
        (("territory", "new", "--siren", "1", "somewhere"), "'1'"),
    ],
)
def test_mistakes_are_one_line_and_no_traceback(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    done = program(*(str(tmp_path / word) if word in {"nowhere", "x", "y", "somewhere"} else word for word in words))
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_unreachable_server_is_one_line(tmp_path: Path) -> None:
    settings = ProcessSettings(database_url="postgresql://nobody@/nothing?host=/nowhere")
    done = program("init", tmp_path / "x", "--name", "X", "--address", "http://x.localhost", settings=settings)
    assert done.returncode == 2
    assert "database:" in done.stderr
    assert "Traceback" not in done.stderr
