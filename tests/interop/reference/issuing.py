"""The issuing side: our residents' tokens at others' tills (specs/honour.md §4, §6)."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from nacl.signing import SigningKey

from tests.interop.reference import proofs
from tests.interop.reference.agreeing import Agreeing, convert
from tests.interop.reference.books import Log
from tests.interop.reference.octets import Object, fresh_id, from_multikey, hash_without, instant, multikey


@dataclass
class Resident:
    """Somebody with a card and a key (3.1, 3.4 of honour-objects.md)."""

    name: str
    balance: int
    code: str
    key: SigningKey = field(default_factory=SigningKey.generate)
    spent: int = 0

    @property
    def did(self) -> str:
        return "did:key:" + multikey(bytes(self.key.verify_key))

    def make_pass(self, issuer: str, most: int | None = None) -> Object:
        now = datetime.now(UTC)
        shown: Object = {
            "type": "ygor:Pass", "issuer": issuer, "holder": self.did, "nonce": fresh_id(),
            "issued": instant(now), "expires": instant(now + timedelta(minutes=3)),
        }  # fmt: skip
        if most is not None:
            shown["most"] = most
        return proofs.prove(shown, self.key, f"{self.did}#{self.did.removeprefix('did:key:')}", shown["issued"])


@dataclass
class Issued:
    """One payment as the issuer remembers it (6.1)."""

    state: str
    opening: str | None = None
    resident: Resident | None = None
    price: int = 0
    amount: int = 0
    code: str = ""
    until: str = ""
    entry: Object | None = None
    refunds: dict[str, tuple[str, Object]] = field(default_factory=dict)


def card_digest(code: str) -> str:
    """4.1"""
    return hashlib.sha256(b"ygor-card/1\n" + code.encode()).hexdigest()


class Issuing:
    """Decides on payments of our residents; `logs`: peer's actor → the log that we write about it."""

    def __init__(self, me: str, agreeing: Agreeing) -> None:
        self.me, self.agreeing = me, agreeing
        self.residents: list[Resident] = []
        self.payments: dict[tuple[str, str], Issued] = {}
        self.used: dict[str, str] = {}
        self.logs: dict[str, Log] = {}

    def log_with(self, peer: str) -> Log:
        return self.logs.setdefault(peer, Log(f"{self.me} {peer}"))

    def answer(self, said: Object) -> tuple[str, Object]:
        """The answer's type and fields to a message about a payment (§5, 6.2)."""
        key = (said["from"], said["payment"])
        found = self.payments.get(key)
        if found is not None and found.state == "held" and instant() >= found.until:
            found.state = "expired"
            self._release(found)
        match said["type"].removeprefix("ygor:"):
            case "Look":
                ground, resident, _ = self._ground(said)
                if ground not in ("", "limit", "not-covered") or resident is None:
                    return "Refused", {"code": ground}
                return "Seen", {"firstName": resident.name, "covered": not ground}
            case "Reserve" | "Charge":
                return self._open(said, found, key)
            case "Commit" | "Cancel" as order:
                return self._close(said, found, key, order)
            case "Refund":
                return self._refund(said, found)
            case _:
                return self._state(found)

    def _open(self, said: Object, found: Issued | None, key: tuple[str, str]) -> tuple[str, Object]:
        opening = hash_without(said, "proof", "@context", "created", "type", "hold")
        if found is not None:
            return ("Refused", {"code": "conflict"}) if found.opening not in (None, opening) else self._present(found)
        ground, resident, amount = self._ground(said)
        made = Issued("refused", opening, resident, said["price"], amount, ground)
        self.payments[key] = made
        if ground or resident is None:
            return self._present(made)
        self.used[_consent_key(said)] = said["payment"]
        resident.balance -= amount
        resident.spent += amount
        if said["type"] == "ygor:Charge":
            self._charge(made, said)
        else:
            terms = self.agreeing.known[said["terms"]]
            seconds = terms["tillHold"] if said["hold"] == "till" else terms["bookingHold"]
            made.state, made.until = "held", instant(datetime.now(UTC) + timedelta(seconds=seconds))
        return self._present(made)

    def _close(self, said: Object, found: Issued | None, key: tuple[str, str], order: str) -> tuple[str, Object]:
        """6.5 and the diagram of 6.1"""
        if found is None:
            found = Issued("voided") if order == "Cancel" else Issued("refused", code="unknown")
            self.payments[key] = found
        elif found.state == "held" and order == "Commit":
            self._charge(found, said)
        elif found.state == "held":
            found.state = "voided"
            self._release(found)
        return self._present(found)

    def _refund(self, said: Object, found: Issued | None) -> tuple[str, Object]:
        """6.9"""
        if found is None or found.state != "committed":
            return self._state(found)
        asked, body = said["refund"], hash_without(said, "proof", "@context", "created")
        if asked in found.refunds:
            known, entry = found.refunds[asked]
            return ("Refunded", {"refund": asked, "entry": entry}) if known == body else _no(asked, "conflict")
        before = sum(entry["price"] for _, entry in found.refunds.values())
        paid = sum(entry["amount"] for _, entry in found.refunds.values())
        left = found.price - before - said["price"]
        if left < 0:
            return _no(asked, "refund-exceeds")
        way = self.agreeing.way(self.agreeing.known[said["terms"]], self.me)
        amount = found.amount - paid - convert(left, way)
        entry = self._write(said, "refund", amount, said["price"], subject=asked)
        found.refunds[asked] = (body, entry)
        assert found.resident is not None
        found.resident.balance += amount
        return "Refunded", {"refund": asked, "entry": entry}

    def _ground(self, said: Object) -> tuple[str, Resident | None, int]:
        """6.3: the code of the refusal or nothing, the holder, the amount."""
        if not self.agreeing.is_open(said["from"], said["terms"]):
            return "no-terms", None, 0
        way = self.agreeing.way(self.agreeing.live[said["from"]], self.me)
        amount = convert(said["price"], way)
        resident = self._holder(said["consent"], said["price"])
        if resident is None:
            return "consent", None, amount
        if said["type"] != "ygor:Look" and _consent_key(said) in self.used:
            return "consent-used", resident, amount
        if said["consent"]["kind"] == "pass" and instant() >= said["consent"]["pass"]["expires"]:
            return "consent-expired", resident, amount
        held = sum(
            one.amount for (peer, _), one in self.payments.items() if one.state == "held" and peer == said["from"]
        )
        if self.log_with(said["from"]).cut()["owed"] + held + amount > way["limit"]:
            return "limit", resident, amount
        short = amount > resident.balance or resident.spent + amount > way["dayCap"]
        return ("not-covered" if short else ""), resident, amount

    def _holder(self, consent: Object, price: int) -> Resident | None:
        for resident in self.residents:
            if consent["kind"] == "card" and consent["digest"] == card_digest(resident.code):
                return resident
            if consent["kind"] == "pass" and consent["pass"]["holder"] == resident.did:
                shown, method = consent["pass"], f"{resident.did}#{resident.did.removeprefix('did:key:')}"
                proofs.check(shown, method, from_multikey(resident.did.removeprefix("did:key:")))
                return resident if shown["issuer"] == self.me and price <= shown.get("most", price) else None
        return None

    def _charge(self, found: Issued, said: Object) -> None:
        found.state, found.entry = "committed", self._write(said, "charge", found.amount, found.price)

    def _write(self, said: Object, kind: str, amount: int, price: int, **more: object) -> Object:
        day = str(datetime.now(UTC).date())
        reference = hashlib.sha256(secrets.token_bytes(16) + said["payment"].encode()).hexdigest()
        log = self.log_with(said["from"])
        return log.write(
            kind, payment=said["payment"], amount=amount, price=price, day=day, reference=reference, **more
        )

    @staticmethod
    def _release(found: Issued) -> None:
        assert found.resident is not None
        found.resident.balance += found.amount
        found.resident.spent -= found.amount

    @staticmethod
    def _present(found: Issued) -> tuple[str, Object]:
        """6.2"""
        fields: dict[str, tuple[str, Object]] = {
            "held": ("Held", {"until": found.until}),
            "committed": ("Committed", {"entry": found.entry}),
            "refused": ("Refused", {"code": found.code}),
            "voided": ("Voided", {}),
            "expired": ("Expired", {}),
        }
        return fields[found.state]

    @staticmethod
    def _state(found: Issued | None) -> tuple[str, Object]:
        if found is None:
            return "State", {"state": "unknown"}
        more: Object = {"until": found.until} if found.state == "held" else {}
        more |= {"entry": found.entry} if found.entry else {}
        more |= {"code": found.code} if found.code else {}
        return "State", {"state": found.state, **more}


def _no(refund: str, code: str) -> tuple[str, Object]:
    return "Refused", {"code": code, "refund": refund}


def _consent_key(said: Object) -> str:
    """honour-objects.md 3.6"""
    consent = said["consent"]
    if consent["kind"] == "card":
        return f"{said['from']} {consent['till']} {consent['counter']}"
    return f"{consent['pass']['holder']} {consent['pass']['nonce']}"
