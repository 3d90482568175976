"""Browsers of the people of the town hall, and nodes on SQLite: what a database does differently is tested apart."""

from __future__ import annotations

import pytest

from node.core.config import ProcessSettings
from tests.modules.missions.conftest import People, browser, server

__all__ = ["People", "browser", "server"]


@pytest.fixture
def settings() -> ProcessSettings:
    return ProcessSettings(federation_allow_private=True, mail_from="ygor@castanet.localhost")
