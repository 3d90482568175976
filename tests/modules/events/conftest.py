"""Browsers of the people of the town. Nodes are on SQLite, but where the database itself is put to the test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from node.core.config import ProcessSettings
from tests.fixtures.nodes import fresh_database
from tests.modules.missions.conftest import People, browser, server

__all__ = ["People", "browser", "server"]
COMMON = {"federation_allow_private": True, "mail_from": "ygor@castanet.localhost"}


@pytest.fixture
def settings(request: pytest.FixtureRequest) -> Iterator[ProcessSettings]:
    """On both databases in the tests marked so (`both`), else on SQLite."""
    if getattr(request, "param", "sqlite") == "sqlite":
        yield ProcessSettings.model_validate(COMMON)
        return
    with fresh_database(request.getfixturevalue("postgres_url")) as url:
        yield ProcessSettings.model_validate({**COMMON, "database_url": url, "database_connections": 8})
