"""Terms: proposed, countersigned, ended (specs/honour.md §3, honour-objects.md §2)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from tests.interop.reference import proofs
from tests.interop.reference.network import Network, Peer
from tests.interop.reference.octets import Object, fresh_id, hash_without, instant
from tests.interop.reference.sharing import Sharing


class Agreeing:
    """`live`: peer's actor → terms with both proofs. `offers`: terms hash → (Offer's id, document) of either side."""

    def __init__(self, network: Network, sharing: Sharing) -> None:
        self.network, self.me, self.sharing = network, network.me, sharing
        self.live: dict[str, Object] = {}
        self.offers: dict[str, tuple[str, Object]] = {}
        self.known: dict[str, Object] = {}

    async def propose(self, peer: Peer, ours: Object, theirs: Object, **changes: object) -> str:
        """2.1: `ours` holds for our residents at their tills. Answers the terms hash."""
        today = date.today()  # noqa: DTZ011 - a loopback node without a calendar of its own
        terms: Object = {
            "type": "ygor:Terms", "protocol": "ygor-honour/1", "id": fresh_id(), "version": 1,
            "a": {"actor": self.me.actor, "baseUrl": self.me.base, "name": self.me.name},
            "b": {"actor": peer.actor, "baseUrl": peer.base, "name": peer.name},
            "aAtB": ours, "bAtA": theirs, "services": ["*"], "tillHold": 900, "bookingHold": 259_200,
            "statementPeriod": "month", "disputeDays": 30, "refundDays": 30,
            "validFrom": str(today - timedelta(days=1)), "validUntil": str(today + timedelta(days=300)), **changes,
        }  # fmt: skip
        document = proofs.prove(terms, self.me.proof_key, self.me.proof_id, instant())
        offered = self._wrapped("ygor:TermsProposal", document)
        offer = self.sharing.activity("Offer", offered, [peer.actor])
        self.offers[offered["ygor:hash"]] = (offer["id"], document)
        await self.network.deliver(peer, offer)
        return str(offered["ygor:hash"])

    async def countersign(self, peer: Peer, terms_hash: str) -> None:
        """2.3"""
        offer, document = self.offers[terms_hash]
        signed = proofs.prove(document, self.me.proof_key, self.me.proof_id, instant())
        self._go_live(peer, signed)
        result = self._wrapped("ygor:TermsAgreement", signed)
        await self.network.deliver(peer, self.sharing.activity("Accept", offer, [peer.actor], result=result))

    async def heard(self, said: Object, sender: Peer) -> bool:
        thing = said["object"] if said["type"] == "Offer" else said.get("result")
        if not isinstance(thing, dict) or thing.get("attributedTo") != sender.actor:
            return False
        document: Object = thing.get("ygor:document", {})
        match said["type"], thing["type"]:
            case "Offer", "ygor:TermsProposal":
                self._heard_proposal(said["id"], document, sender)
            case "Accept", "ygor:TermsAgreement":
                self._heard_agreement(document, sender)
            case "Reject", "ygor:TermsEnding" if self._is_live(sender, thing["ygor:hash"]):
                del self.live[sender.actor]
            case _:
                return False
        return True

    def is_open(self, sender: str, terms_hash: str) -> bool:
        """honour.md 3.2: in force today."""
        terms = self.live.get(sender)
        today = str(datetime.now(UTC).date())
        return (
            terms is not None and self._hash(terms) == terms_hash and terms["validFrom"] <= today <= terms["validUntil"]
        )

    def hash_with(self, actor: str) -> str:
        return self._hash(self.live[actor])

    def way(self, terms: Object, issuer: str) -> Object:
        """3.1"""
        found: Object = terms["aAtB"] if terms["a"]["actor"] == issuer else terms["bAtA"]
        return found

    def _heard_proposal(self, offer: str, document: Object, sender: Peer) -> None:
        """2.2"""
        sender.check_proof(document)
        parties = {document["a"]["actor"], document["b"]["actor"]}
        if parties == {sender.actor, self.me.actor} and document["type"] == "ygor:Terms":
            self.offers[self._hash(document)] = (offer, document)

    def _heard_agreement(self, document: Object, sender: Peer) -> None:
        if self._hash(document) not in self.offers:
            return
        sender.check_proof(document)
        proofs.check(document, self.me.proof_id, bytes(self.me.proof_key.verify_key))
        self._go_live(sender, document)

    def _go_live(self, peer: Peer, document: Object) -> None:
        self.live[peer.actor] = self.known[self._hash(document)] = document

    def _is_live(self, sender: Peer, terms_hash: str) -> bool:
        return sender.actor in self.live and self._hash(self.live[sender.actor]) == terms_hash

    def _wrapped(self, kind: str, document: Object) -> Object:
        found = self._hash(document)
        address = f"{self.me.base}/papers/{found}"
        head = {"type": kind, "id": address, "attributedTo": self.me.actor}
        return {**head, "ygor:hash": found, "ygor:document": document}

    @staticmethod
    def _hash(document: Object) -> str:
        """honour-objects.md 5.1"""
        return hash_without(document, "proof")


def convert(price: int, way: Object) -> int:
    """honour.md 3.4"""
    return -(-price * int(way["rateNum"]) // int(way["rateDen"]))
