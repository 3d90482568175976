"""What can go wrong between nodes, beyond what is malformed: no answer, an answer of refusal, an address not allowed.

All are RemoteProtocolErrors, so a handler that knows only those still answers with a status and never with a 500.
"""

from __future__ import annotations

from datetime import timedelta

from protocols.errors import RemoteProtocolError


class PeerUnreachable(RemoteProtocolError):
    """No usable answer: name not found, connection refused, too slow, too long. Trying again later is sensible."""

    def __init__(self, message: str, *, code: str = "unreachable") -> None:
        super().__init__(message, status=503, code=code)


class PeerRefused(RemoteProtocolError):
    """The peer answered with something other than 2xx.

    `answer_status` is its status, `answer` the first bytes of its body (at most 2,048), `retry_after` what it asked
    us to wait, if it did.
    """

    def __init__(
        self, message: str, *, answer_status: int, answer: bytes = b"", retry_after: timedelta | None = None
    ) -> None:
        super().__init__(message, status=502, code="peer-refused")
        self.answer_status = answer_status
        self.answer = answer[:2048]
        self.retry_after = retry_after

    @property
    def gone(self) -> bool:
        """The address is no more (404, 410)."""
        return self.answer_status in (404, 410)


class AddressRefused(RemoteProtocolError):
    """We do not talk to this address: a private network, a blocked host, a scheme or redirect that is not allowed."""

    def __init__(self, message: str, *, code: str = "address-refused") -> None:
        super().__init__(message, status=400, code=code)


class BudgetSpent(RemoteProtocolError):
    """Verifying one activity would have needed more fetches than one activity may cause."""

    def __init__(self) -> None:
        super().__init__("This activity needs too many fetches", status=400, code="fetch-budget")
