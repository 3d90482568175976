"""A question to a neighbour that wants its answer at once, and needs no memory if there is none."""

from __future__ import annotations

from dataclasses import dataclass

from federation.remote_actor import RemoteActor
from node.core.errors import Conflict, DomainError
from node.core.ids import new_id
from node.core.node import Node
from node.core.unit import Unit
from node.honour import choosing, consents, honouring, parties, showing
from node.honour.values import Quote
from node.neighbours.services import federation_of
from protocols.errors import RemoteProtocolError
from protocols.honour import messages as m
from protocols.honour import wire
from protocols.honour.terms import terms_hash
from protocols.types import JsonObject


@dataclass(frozen=True, slots=True)
class _Question:
    actor: RemoteActor
    url: str
    payment: str
    body: JsonObject


async def quote(node: Node, peer_host: str, shown: str, price: int, service: str, *, till_id: str) -> Quote:
    """Whom a till greets and whether the price is covered; changes nothing anywhere.

    `shown`: the scanned or typed card or pass. Raises Conflict `honour.no-terms`, Invalid `cards.malformed` or
    `honour.pass`, `honour.price`, `honour.service`, DomainError `honour.unreachable` (503) if there is no answer now.
    """
    question = await node.write(_ask, peer_host, shown, price, service, till_id)
    try:
        answer = await federation_of(node).caller.call(question.actor, question.url, question.body)
        said = wire.from_json(answer)
    except RemoteProtocolError as error:
        raise DomainError("honour.unreachable", status=503) from error
    if not isinstance(said, m.PaymentMessage) or said.payment != question.payment:
        raise DomainError("honour.unreachable", status=503)
    if isinstance(said, m.Seen):
        words = "" if said.covered else showing.words_of("not-covered")
        return Quote(said.first_name, said.covered, None, words)
    code = said.code if isinstance(said, m.Refused) else "other"
    return Quote("", False, code, showing.words_of(code))


def _ask(unit: Unit, peer_host: str, shown: str, price: int, service: str, till_id: str) -> _Question:
    terms = choosing.live_at_host(unit, peer_host, service)
    honouring.check_request(terms, price, service)
    own = parties.ours_in(unit, terms)
    issuer = terms.other(own.actor)
    actor = parties.remote_actor(unit, issuer.actor)
    if actor is None:
        raise Conflict("honour.no-terms")
    look = m.Look(
        terms=terms_hash(terms),
        sender=own.actor,
        recipient=issuer.actor,
        created=unit.now.replace(microsecond=0),
        payment=new_id(),
        price=price,
        service=service,
        consent=consents.for_look(unit, shown, issuer, till_id),
    )
    return _Question(actor, parties.endpoint_of(actor), look.payment, parties.signed(unit, look))
