"""Operations on terms, consents and messages (specs/honour.md §3 to §6, §8)."""

from __future__ import annotations

from protocols.conformance.given import Given, MalformedCase
from protocols.honour import messages as m
from protocols.honour import terms as agreement
from protocols.honour import wire
from protocols.honour.consent import card_digest, verify_pass
from protocols.honour.tables import HONOURING, ISSUER
from protocols.types import Json, JsonObject

_SIDES = {"issuer": ISSUER, "honouring": HONOURING}


def _terms(given: Given) -> JsonObject:
    """document, keys of both parties or of one (`keys`: actor → key), now → termsHash, countersigned"""
    document, now, keys = given.object("document"), given.moment("now"), given.party_keys("keys")
    if len(keys) == 1:
        terms = agreement.verify_proposal(document, key=next(iter(keys.values())), now=now)
    else:
        terms = agreement.verify_countersigned(document, keys=keys, now=now)
    return {"termsHash": agreement.terms_hash(terms), "countersigned": len(keys) > 1}


def _countersign(given: Given) -> JsonObject:
    """document, seed, verificationMethod, created → document"""
    signed = agreement.countersign(
        given.object("document"),
        seed=given.seed("seed"),
        verification_method=given.text("verificationMethod"),
        created=given.moment("created"),
    )
    return {"document": signed}


def _live(given: Given) -> JsonObject:
    """document, day, service → live, accepts"""
    terms = agreement.from_json(given.object("document"))
    return {"live": terms.is_valid_on(given.day("day")), "accepts": terms.accepts(given.text("service"))}


def _succeeds(given: Given) -> JsonObject:
    """new, old → next"""
    new, old = (agreement.from_json(given.object(name)) for name in ("new", "old"))
    return {"next": agreement.succeeds(new, old)}


def _convert(given: Given) -> JsonObject:
    """price, rateNum, rateDen → amount"""
    way = agreement.Way(given.whole("rateNum"), given.whole("rateDen"), limit=1, day_cap=1, card_day_cap=1)
    return {"amount": way.cost(given.whole("price"))}


def _card(given: Given) -> JsonObject:
    """code → digest"""
    return {"digest": card_digest(given.text("code"))}


def _pass(given: Given) -> JsonObject:
    """document, issuer → holder, nonce"""
    shown = verify_pass(given.object("document"), issuer=given.text("issuer"))
    return {"holder": shown.holder, "nonce": shown.nonce}


def _message(given: Given) -> JsonObject:
    """document, key of its sender, recipient → type, bodyHash, openingHash of a Reserve or Charge"""
    message = wire.read(given.object("document"), key=given.party_key("key"), recipient=given.text("recipient"))
    found: JsonObject = {"type": type(message).__name__, "bodyHash": wire.body_hash(message)}
    if isinstance(message, m.Reserve | m.Charge):
        found["openingHash"] = wire.opening_hash(message)
    return found


def _transition(given: Given) -> JsonObject:
    """side (issuer, honouring), state, event → states that may follow; none: nothing changes"""
    table = _SIDES.get(given.text("side"))
    if table is None:
        raise MalformedCase("given.side is neither issuer nor honouring")
    targets = sorted(str(state) for state in table.targets(given.text("state"), given.text("event")))
    return {"states": list[Json](targets)}


OPERATIONS = {
    "terms": _terms,
    "countersign-terms": _countersign,
    "terms-live": _live,
    "terms-succeed": _succeeds,
    "convert": _convert,
    "card": _card,
    "pass": _pass,
    "message": _message,
    "transition": _transition,
}
