"""Periodic work of this part."""

from __future__ import annotations

from node.accounts import links, session_rows, takeover
from node.core import mail
from node.core.unit import Unit


def tidy(unit: Unit) -> None:
    """Drop links and sessions that are over, and mail that is done with."""
    links.forget_old(unit)
    takeover.forget_old(unit)
    session_rows.forget_old(unit)
    mail.forget_old(unit)
