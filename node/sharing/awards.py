"""What an action certified elsewhere is worth at home (specs/decisions/0020): our commune's own tokens, if it said so.

The promise is made before somebody signs up and kept whatever becomes of rates and settings since; it is paid when the
neighbour's signed word arrives, once, from our treasury. A treasury that is empty that day pays later.
"""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import func, select

from federation.remote_actor import read_actor
from node.core.errors import DomainError
from node.core.unit import Unit
from node.emission import public as emission
from node.honour import public as honour
from node.ledger import public as ledger
from node.neighbours.public import Incoming
from node.sharing.events import CertifiedElsewhere
from node.sharing.models import Request
from node.sharing.settings import Settings
from node.sharing.values import Promise
from protocols.attendance import Attendance, parse, verify
from protocols.errors import RemoteProtocolError
from protocols.proofs import proofs_of
from protocols.types import JsonObject

PROMISED = ("asked", "registered", "waiting", "attended")
MOST_TOKENS = 100
SETTLED_AT_ONCE = 100
log = structlog.get_logger("node.sharing")


def promise(unit: Unit, peer_actor: str, tokens: int) -> Promise:
    """What our commune would give for an action that earns `tokens` of the neighbour's."""
    if tokens <= 0:
        return Promise(0, "")
    settings = unit.settings("sharing", Settings)
    if not settings.neighbour_awards:
        return Promise(0, "off")
    worth = honour.worth_here(unit, peer_actor, min(tokens, MOST_TOKENS))
    if worth is None:
        return Promise(0, "no-terms")
    worth = min(worth, MOST_TOKENS)
    if worth + _promised_this_month(unit, peer_actor) > settings.awards_per_month:
        return Promise(0, "spent")
    return Promise(worth, "terms")


def _promised_this_month(unit: Unit, peer_actor: str) -> int:
    begins = datetime.combine(unit.today.replace(day=1), time(), tzinfo=ZoneInfo(unit.node.timezone))
    query = select(func.coalesce(func.sum(Request.tokens), 0)).where(
        Request.peer_actor == peer_actor, Request.state.in_(PROMISED), Request.asked_at >= begins
    )
    return int(unit.session.execute(query).scalar_one())


def check_evidence(unit: Unit, incoming: Incoming, row: Request, evidence: JsonObject | None) -> Attendance:
    """The neighbour's signed word must be about this very participation, proved by a key its own actor lists.

    Raises RemoteProtocolError.
    """
    if evidence is None or incoming.peer is None:
        raise RemoteProtocolError("A certification without evidence", code="no-evidence")
    methods = {proof.get("verificationMethod") for proof in proofs_of(evidence)}
    keys = read_actor(incoming.peer.document).profile.proof_keys
    key = next((key for key in keys if key.id in methods), None)
    if key is None:
        raise RemoteProtocolError("No proof by a key of this node", status=401, code="bad-signature")
    said = verify(evidence, public_key=key.public_key, verification_method=key.id, now=unit.now)
    about = (said.issuer, said.participant, said.object_id, said.slot)
    if about != (row.peer_actor, row.participant, row.object_uri, row.slot_uri):
        raise RemoteProtocolError("The evidence is about something else", status=403, code="foreign-object")
    return said


def settle(unit: Unit, row: Request) -> bool:
    """Award what was promised and write the action into the register; False when the treasury is empty today."""
    if row.settled_at is not None:
        return True
    said = parse(row.evidence)
    try:
        expiry_day = _award(unit, row)
    except DomainError as error:
        log.warning("award waits", request=row.id, reason=error.key)
        return False
    row.settled_at = unit.now
    unit.session.flush()
    unit.emit(
        CertifiedElsewhere(
            request_id=row.id, account_id=row.account_id, kind=row.kind, local_id=row.local_id,
            title=said.title[:140], organisation=said.organisation[:160], commune=row.peer_name,
            commune_actor=row.peer_actor, minutes=said.minutes, skills=said.skills, theme=said.theme,
            tokens=row.tokens, transfer_id=row.transfer_id, expiry_day=expiry_day, done_on=said.done_on,
            certified_at=said.certified_at, evidence=row.evidence,
        )
    )  # fmt: skip
    return True


def _award(unit: Unit, row: Request) -> date | None:
    """One transfer whose id is made from the request: paid once. Raises DomainError."""
    if not row.tokens:
        return None
    memo = {"kind": "mission", "mission_id": row.local_id, "title": row.title, "commune": row.peer_name}
    with unit.session.begin_nested():
        wallet_id = ledger.open_wallet(unit, row.account_id)
        months = emission.validity_months(unit)  # of caps and budgets: specs/emission.md §3.5
        posted = ledger.award(unit, f"sharing:{row.id}", wallet_id, row.tokens, memo, validity_months=months)
    row.transfer_id = posted.transfer_id
    return max((day for day, _amount in posted.lots), default=None)


def settle_waiting(unit: Unit) -> int:
    """Pay what an empty treasury owes since; returns how many were paid."""
    query = select(Request).where(Request.state == "attended", Request.settled_at.is_(None))
    rows = unit.session.scalars(query.order_by(Request.changed_at, Request.id).limit(SETTLED_AT_ONCE)).all()
    return sum(settle(unit, row) for row in rows)
