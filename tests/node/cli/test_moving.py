"""`move-domain`: what must be true first, and what it leaves in the folder."""

from __future__ import annotations

from node.core.config import ProcessSettings, load_config
from node.core.database import is_postgres
from node.core.errors import DomainError
from node.core.node import Node, schema_name
from tests.node.cli.commands import ok, run


def test_a_node_moves_once_its_new_address_leads_here(node: Node, settings: ProcessSettings) -> None:
    before, there = node.config.node.address, "http://participer.localhost:9"
    silent = run(settings, "move-domain", node.folder, there, "--yes")
    assert isinstance(silent.exception, DomainError)
    assert silent.exception.key == "neighbours.not-allowed", "a plain process asks no address of this machine"
    for address, key in (
        (before, "same-address"),
        ("http://participer.fr", "new-address"),
        ("participer", "new-address"),
    ):
        refused = run(settings, "move-domain", node.folder, address, "--yes", "--unchecked")
        assert isinstance(refused.exception, DomainError)
        assert refused.exception.key == f"neighbours.{key}"
    assert load_config(node.folder).node.address == before, "nothing was changed"

    said = ok(settings, "move-domain", node.folder, there, "--yes", "--unchecked")
    assert "Restart" in said
    moved = load_config(node.folder)
    assert (moved.node.address, moved.node.former_addresses) == (there, (before,))
    assert "in order" in ok(settings, "check", node.folder), "its database is found under the first name"
    if is_postgres(settings.database_url):
        assert schema_name(moved.first_host) == schema_name(node.host)
    early = run(settings, "move-domain", node.folder, "http://encore.localhost:9", "--yes", "--unchecked")
    assert isinstance(early.exception, DomainError)
    assert early.exception.key == "neighbours.untold-move"
