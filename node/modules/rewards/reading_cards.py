"""What pages and the API share about a card that was read: whose it is, how often one may read, words for answers."""

from __future__ import annotations

from aiohttp import web as aio

from node.core import throttle
from node.core.errors import DomainError
from node.core.node import Node
from node.core.unit import Unit
from node.core.viewer import Viewer
from node.honour import public as honour
from node.modules.rewards import rules
from node.modules.rewards.payments import PaymentShown, was_refused_here
from node.modules.rewards.settings import Settings
from web.errors import described
from web.i18n import gettext

HOUR_S = 3600


def count_reading(unit: Unit, viewer: Viewer) -> None:
    """Codes are short: nobody tries them all. Raises DomainError `core.too-many`."""
    limit = unit.settings("rewards", Settings).reads_per_hour
    throttle.count(unit, f"till {viewer.account_id}", limit=limit, window_s=HOUR_S)


def card_host(node: Node, card: str, chosen: str) -> str:
    """The commune a card belongs to: what its QR code says, else what the cashier chose; empty for our own, and for the
    code of a booking, which is always one of here."""
    if rules.booking_code(card) is not None:
        return ""
    host = honour.host_of(card) or chosen.strip().lower()
    if host in node.facts.hosts and honour.is_pass(card):
        raise DomainError("rewards.pass-home", field="card", status=422)
    return "" if host in node.facts.hosts else host


def words_of(request: aio.Request, paid: PaymentShown) -> str:
    """Why a payment failed or what it waits for, in the reader's language; empty when there is nothing to say."""
    if was_refused_here(paid.reason):
        said = described(request, DomainError(paid.reason))
        return gettext(request, said.text)
    return gettext(request, paid.words) if paid.words else ""
