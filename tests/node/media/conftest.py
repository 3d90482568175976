"""Files lie in the folder of a node, whichever database it has: SQLite is enough."""

from __future__ import annotations

import pytest

from node.core.config import ProcessSettings


@pytest.fixture
def settings() -> ProcessSettings:
    return ProcessSettings(mail_from="ygor@castanet.localhost")
