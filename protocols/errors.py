"""The two ways a protocol step fails: by our fault or by theirs."""

from __future__ import annotations


class LocalProtocolError(Exception):
    """We were about to send or sign something that the protocol does not allow."""


class RemoteProtocolError(Exception):
    """A peer sent something malformed, unsigned or out of turn.

    `status` is the HTTP status that answers it, `code` a stable word for logs and tests ("bad-request",
    "bad-signature", "bad-digest", "stale", "too-large", "cross-origin").
    """

    def __init__(self, message: str, *, status: int = 400, code: str = "bad-request") -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code
