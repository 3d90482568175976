"""Every guard of the wire."""

from __future__ import annotations

from tests.guards.documents import DOCUMENTS
from tests.guards.network import NETWORK
from tests.guards.requests import REQUESTS
from tests.guards.state import STATE

GUARDS = (*REQUESTS, *NETWORK, *DOCUMENTS, *STATE)
