"""The honouring side and the pair's logs and statements (specs/honour.md §7 to §9)."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.interop.reference import proofs
from tests.interop.reference.agreeing import Agreeing, convert
from tests.interop.reference.books import BadChain, Log
from tests.interop.reference.issuing import Issuing, card_digest
from tests.interop.reference.network import Network, Peer
from tests.interop.reference.octets import Object, fresh_id, hash_without, instant

PAGE = 200


class Honouring:
    """`mirrors`: peer's actor → our copy of its log. `statements`: id → document with the proofs made so far."""

    def __init__(self, network: Network, agreeing: Agreeing, issuing: Issuing) -> None:
        self.network, self.me = network, network.me
        self.agreeing, self.issuing = agreeing, issuing
        self.mirrors: dict[str, Log] = {}
        self.statements: dict[str, Object] = {}
        self.signed: set[str] = set()
        self.till, self.counter = fresh_id(), 0

    def mirror_of(self, peer: str) -> Log:
        return self.mirrors.setdefault(peer, Log(f"{peer} {self.me.actor}"))

    def message(self, kind: str, to: str, terms: str, **fields: object) -> Object:
        """honour.md 5.1, signed."""
        head: Object = {"type": f"ygor:{kind}", "protocol": "ygor-honour/1", "terms": terms}
        bare = {**head, "from": self.me.actor, "to": to, "created": instant(), **fields}
        return proofs.prove(bare, self.me.proof_key, self.me.proof_id, instant())

    def card(self, code: str) -> Object:
        """honour-objects.md 3.5"""
        self.counter += 1
        return {"kind": "card", "digest": card_digest(code), "till": self.till, "counter": self.counter}

    async def ask(self, peer: Peer, kind: str, payment: str, **fields: object) -> Object:
        """One message about a payment and its answer; a `Committed` goes to the mirror (8.3, 8.6)."""
        asked = self.message(kind, peer.actor, self.agreeing.hash_with(peer.actor), payment=payment, **fields)
        said = await self.network.call(peer, asked)
        if (said.get("payment"), said["terms"]) != (payment, asked["terms"]):
            raise BadChain("an answer about something else")
        if said["type"] == "ygor:Committed":
            way = self.agreeing.way(self.agreeing.live[peer.actor], peer.actor)
            entry = said["entry"]
            if entry["kind"] != "charge" or entry["amount"] != convert(entry["price"], way):
                raise BadChain("not this charge at these terms")
        if "entry" in said and not self.mirror_of(peer.actor).mirror(said["entry"]):
            await self.pull(peer)
        return said

    async def pull(self, peer: Peer) -> None:
        """7.4: take in what the mirror lacks."""
        mirror, terms = self.mirror_of(peer.actor), self.agreeing.hash_with(peer.actor)
        while True:
            question = self.message("Pull", peer.actor, terms, log=mirror.name, fromSeq=len(mirror.entries) + 1)
            page = await self.network.call(peer, question)
            for entry in page["entries"]:
                mirror.mirror(entry)
            if len(mirror.entries) >= page["head"]["seq"]:
                assert mirror.head == page["head"]
                return

    async def acknowledge(self, peer: Peer) -> Object:
        """7.6"""
        mirror = self.mirror_of(peer.actor)
        head = mirror.head
        fields = {"log": mirror.name, "seq": head["seq"], "hash": head["hash"], "root": mirror.root(head["seq"])}
        terms = self.agreeing.hash_with(peer.actor)
        return await self.network.call(peer, self.message("AckHead", peer.actor, terms, **fields))

    async def cut(self, peer: Peer, settlement: str = "tokens") -> str:
        """9.1, 9.2: propose the next statement; its id."""
        made = self._expected(peer.actor)
        document = self.message(
            "Statement", peer.actor, self.agreeing.hash_with(peer.actor), statement=fresh_id(),
            periodEnd=str(datetime.now(UTC).date()), settlement=settlement, **made,
        )  # fmt: skip
        self.statements[document["statement"]] = document
        await self.network.call(peer, document)
        return str(document["statement"])

    async def countersign(self, peer: Peer, statement: str) -> None:
        """9.3: check, add our proof, send it back, settle."""
        document = self.statements[statement]
        await self.pull(peer)
        expected = self._expected(peer.actor)
        assert {name: document[name] for name in expected} == expected
        signed = proofs.prove(document, self.me.proof_key, self.me.proof_id, instant())
        self._settle(peer.actor, signed)
        fields = {"statement": statement, "number": document["number"], "document": signed}
        await self.network.call(peer, self.message("StatementAck", peer.actor, document["terms"], **fields))

    def heard(self, said: Object, sender: Peer) -> tuple[str, Object]:
        """A call that is not about a payment (§5): the answer's type and fields."""
        own = self.issuing.log_with(sender.actor)
        match said["type"]:
            case "ygor:Pull" if said["log"] == own.name:
                found = own.entries[said["fromSeq"] - 1 :][:PAGE]
                return "Entries", {"log": own.name, "entries": found, "head": own.head}
            case "ygor:AckHead":
                seq = said["seq"]
                if (said["log"], said["hash"], said["root"]) != (own.name, own.head_at(seq)["hash"], own.root(seq)):
                    raise BadChain("the mirror is not our log")
                own.acknowledged = max(own.acknowledged, seq)
            case "ygor:Statement":
                self.statements.setdefault(said["statement"], said)
            case "ygor:StatementAck":
                self._heard_ack(said, sender)
            case _:
                raise BadChain(f"nobody asked for {said['type']}")
        return "Entries", {"log": own.name, "entries": [], "head": own.head}

    def _heard_ack(self, said: Object, sender: Peer) -> None:
        document = said["document"]
        sent = self.statements[said["statement"]]
        if hash_without(document, "proof") != hash_without(sent, "proof"):
            raise BadChain("not the statement that we sent")
        sender.check_proof(document)
        proofs.check(document, self.me.proof_id, bytes(self.me.proof_key.verify_key))
        if said["statement"] not in self.signed:
            self._settle(sender.actor, document)

    def _settle(self, peer: str, document: Object) -> None:
        """9.5, honour-objects.md 6.4"""
        log = self.issuing.log_with(peer)
        cut = next(document[side] for side in ("aAtB", "bAtA") if document[side]["log"] == log.name)
        carried = document["settlement"] == "carried"
        mark = hash_without(document, "proof", "@context", "created")
        log.write(
            "settle", payment=document["statement"], amount=0 if carried else cut["owed"],
            price=0 if carried else cut["owedPrice"], day=str(datetime.now(UTC).date()), reference=mark,
            subject=mark, through=cut["seq"],
        )  # fmt: skip
        self.statements[document["statement"]] = document
        self.signed.add(document["statement"])

    def _expected(self, peer: str) -> Object:
        """What a statement over both logs must say now."""
        own, mirror = self.issuing.log_with(peer), self.mirror_of(peer)
        ours = self.agreeing.live[peer]["a"]["actor"] == self.me.actor
        a_at_b, b_at_a = (own.cut(), mirror.cut()) if ours else (mirror.cut(), own.cut())
        assert own.head["sums"]["settlements"] == mirror.head["sums"]["settlements"]
        return {
            "number": own.head["sums"]["settlements"] + 1, "aAtB": a_at_b, "bAtA": b_at_a,
            "netA": a_at_b["owed"] - b_at_a["owedPrice"], "netB": a_at_b["owedPrice"] - b_at_a["owed"],
        }  # fmt: skip
