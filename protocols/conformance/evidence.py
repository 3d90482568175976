"""Operations on logs, heads, statements and settlements (specs/honour.md §7, §9, §12, §13)."""

from __future__ import annotations

from protocols.conformance.given import Given, MalformedCase
from protocols.errors import RemoteProtocolError
from protocols.honour import merkle, mirror, netting, statement, wire
from protocols.honour import messages as m
from protocols.honour import terms as agreement
from protocols.honour.auditing import check_inclusion
from protocols.honour.log import HEAD, Head, check_next, entry_from_json, entry_json, salted_reference, verify_chain
from protocols.honour.netting import Debt
from protocols.types import Json, JsonObject


def _entry(given: Given) -> JsonObject:
    """entry → hash"""
    return {"hash": entry_from_json(given.object("entry")).hash}


def _log(given: Given) -> JsonObject:
    """log, entries from the first on → head, root"""
    entries = [entry_from_json(entry) for entry in given.objects("entries")]
    head = verify_chain(entries, head=Head(given.text("log")))
    return {"head": HEAD.write(head), "root": merkle.frontier(entry.hash for entry in entries).root}


def _next(given: Given) -> JsonObject:
    """head, entry → head"""
    head: Head = HEAD.read(given.object("head"))
    return {"head": HEAD.write(check_next(head, entry_from_json(given.object("entry"))))}


def _fork(given: Given) -> JsonObject:
    """first, second: signed messages of one writer, key → seqs of the two entries that contradict each other"""
    pair = mirror.prove_fork(given.object("first"), given.object("second"), key=given.party_key("key"))
    return {"seqs": [entry.seq for entry in pair]}


def _reference(given: Given) -> JsonObject:
    """salt in hexadecimal, subject → reference"""
    return {"reference": salted_reference(given.octets("salt"), given.text("subject"))}


def _merkle(given: Given) -> JsonObject:
    """leaves, and an index → root, path"""
    leaves = given.hashes("leaves")
    found: JsonObject = {"root": merkle.frontier(leaves).root}
    if given.has("index"):
        found["path"] = list[Json](merkle.inclusion_proof(leaves, given.whole("index")))
    return found


def _inclusion(given: Given) -> JsonObject:
    """leaf, index, size, path, root → nothing more; refused when it does not lead there"""
    place = (given.hash("leaf"), given.whole("index"), given.whole("size"), given.hashes("path"), given.hash("root"))
    if not merkle.is_included(*place):
        raise RemoteProtocolError("the path does not lead to the root", status=422, code="not-included")
    return {}


def _statement(given: Given) -> JsonObject:
    """document, keys of both → bodyHash, net"""
    found = statement.verify_countersigned(given.object("document"), keys=given.party_keys("keys"))
    net: list[Json] = list(statement.net(found.a_at_b, found.b_at_a))
    return {"bodyHash": wire.body_hash(found), "net": net}


def _propose(given: Given) -> JsonObject:
    """terms, own head, mirrored head, and what the proposer chooses → aAtB, bAtA, netA, netB, number"""
    made = statement.propose(
        agreement.from_json(given.object("terms")),
        HEAD.read(given.object("own")),
        HEAD.read(given.object("mirrored")),
        sender=given.text("sender"),
        statement="statement-by-vector",
        period_end=given.day("day"),
        settlement="carried",
        euro_cents=None,
        now=given.moment("now"),
    )
    written = wire.to_json(made)
    return {name: written[name] for name in ("aAtB", "bAtA", "netA", "netB", "number")}


def _settle(given: Given) -> JsonObject:
    """head of one's own log, the statement countersigned, day → entry"""
    found = wire.from_json(given.object("statement"))
    if not isinstance(found, m.Statement):
        raise MalformedCase("given.statement is not a Statement")
    entry = statement.settle(HEAD.read(given.object("head")), found, day=given.day("day"))
    return {"entry": None if entry is None else entry_json(entry)}


def _check_settle(given: Given) -> JsonObject:
    """entry of the other side, the statement → nothing more"""
    found = wire.from_json(given.object("statement"))
    if not isinstance(found, m.Statement):
        raise MalformedCase("given.statement is not a Statement")
    statement.check_settle(entry_from_json(given.object("entry")), found)
    return {}


def _own_entry(given: Given) -> JsonObject:
    """document of type ygor:Inclusion, keys of the mirror (`keys`: actor → key) → entryHash"""
    keys = {actor: (key,) for actor, key in given.party_keys("keys").items()}
    return {"entryHash": check_inclusion(given.object("document"), keys=keys).hash}


def _netting(given: Given) -> JsonObject:
    """debts of {debtor, creditor, amount} → transfers of {payer, payee, amount}, sorted by payer, then payee"""
    debts = [
        Debt(one.text("debtor"), one.text("creditor"), one.whole("amount"))
        for one in (Given(each, "given.debts") for each in given.objects("debts"))
    ]
    transfers: list[Json] = [
        {"payer": one.payer, "payee": one.payee, "amount": one.amount} for one in netting.net(debts)
    ]
    return {"transfers": transfers}


OPERATIONS = {
    "own-entry": _own_entry,
    "netting": _netting,
    "entry": _entry,
    "log": _log,
    "next-entry": _next,
    "fork": _fork,
    "reference": _reference,
    "merkle": _merkle,
    "inclusion": _inclusion,
    "statement": _statement,
    "cut": _propose,
    "settle": _settle,
    "check-settle": _check_settle,
}
