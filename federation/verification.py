"""Who signed this request? The part that the inbox and the signed calls share (RFC 9421, draft-cavage-12, FEP-8b32)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from federation.client import FetchBudget
from federation.host_rules import check_incoming
from federation.keys import KeyResolver, ResolvedKey
from federation.ports import HostRules, KeyUse, SeenSignatures
from federation.remote_actor import RemoteActor
from protocols import cavage, rfc9421
from protocols.errors import RemoteProtocolError
from protocols.messages import HttpMessage, SignatureParameters
from protocols.origins import origin, same_origin
from protocols.proofs import proofs_of, verify_proof
from protocols.timestamps import parse_http_date
from protocols.types import JsonObject

SKEW = timedelta(hours=1)
_KEEP = 2 * SKEW + timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class VerifiedRequest:
    """A request whose signature fits the key that `signer` lists; `skew` is the signer's clock minus ours."""

    signer: RemoteActor
    key_id: str
    skew: timedelta


class RequestVerifier:
    """Verifies HTTP signatures against keys, block lists and the table of seen signatures; and object proofs."""

    def __init__(self, keys: KeyResolver, signatures: SeenSignatures, rules: HostRules) -> None:
        self._keys = keys
        self._signatures = signatures
        self._rules = rules

    async def verify(self, message: HttpMessage, now: datetime, budget: FetchBudget) -> VerifiedRequest:
        """Raises RemoteProtocolError: 401 for signature, digest, age, replay or key; 403 for a blocked host."""
        modern = bool(message.values("signature-input"))
        parameters = rfc9421.parse(message) if modern else cavage.parse(message)
        _check_key_id(parameters.key_id)
        await check_incoming(parameters.key_id, self._rules)
        resolved = await self._keys.resolve(parameters.key_id, KeyUse.HTTP, budget)
        try:
            _verify_with(message, resolved, now, modern)
        except RemoteProtocolError as error:
            fresh = await self._fresh(resolved, error, budget)
            _verify_with(message, fresh, now, modern)
            resolved = fresh
        if not await self._signatures.add(parameters.key_id, parameters.signature, expires=now + _KEEP):
            raise RemoteProtocolError("This request was seen before", status=401, code="replay")
        return VerifiedRequest(resolved.actor, parameters.key_id, _skew(message, parameters, now))

    async def verify_proofs(
        self, document: JsonObject, owner: str, now: datetime, budget: FetchBudget, *, known: RemoteActor | None = None
    ) -> RemoteActor | None:
        """`owner` (an actor id) as a RemoteActor when it proved `document`; None without any proof.

        A proof by the owner's origin that does not fit, or only proofs by strangers: RemoteProtocolError 401.
        """
        proofs = proofs_of(document)
        if not proofs:
            return None
        methods = {method for proof in proofs if isinstance(method := proof.get("verificationMethod"), str)}
        own = sorted(method for method in methods if same_origin(method, owner))
        if not own:
            raise RemoteProtocolError("The proof is not the owner's", status=401, code="foreign-proof")
        if len(own) > 4:
            raise RemoteProtocolError("Too many proofs by one owner", status=401, code="bad-proof")
        for method in own:
            known = await self._verify_proof(document, method, owner, now, budget, known)
        return known

    async def _verify_proof(
        self,
        document: JsonObject,
        method: str,
        owner: str,
        now: datetime,
        budget: FetchBudget,
        known: RemoteActor | None,
    ) -> RemoteActor:
        resolved = await self._keys.resolve(method, KeyUse.PROOF, budget, known=known)
        if resolved.actor.id != owner:
            raise RemoteProtocolError("The proof's key belongs to another actor", status=401, code="foreign-proof")
        try:
            _check_proof(document, resolved, now)
            return resolved.actor
        except RemoteProtocolError as error:
            fresh = await self._fresh(resolved, error, budget, use=KeyUse.PROOF)
            if fresh.actor.id != owner:
                raise
            _check_proof(document, fresh, now)
            return fresh.actor

    async def _fresh(
        self, resolved: ResolvedKey, error: RemoteProtocolError, budget: FetchBudget, use: KeyUse = KeyUse.HTTP
    ) -> ResolvedKey:
        """The key fetched anew if that may help and is due, else the original error again."""
        fresh = await self._keys.refetch(resolved, use, budget) if error.code == "bad-signature" else None
        if fresh is None or fresh.key == resolved.key:
            raise error
        return fresh


def _check_key_id(key_id: str) -> None:
    try:
        origin(key_id)
    except RemoteProtocolError as error:
        raise RemoteProtocolError("The key id is no http(s) address", status=401, code="no-key") from error


def _verify_with(message: HttpMessage, resolved: ResolvedKey, now: datetime, modern: bool) -> None:
    key = resolved.key.public_key
    skew_s = round(SKEW.total_seconds())
    if modern:
        rfc9421.verify(message, public_key=key, now=now, skew_s=skew_s)
    elif isinstance(key, RSAPublicKey):
        cavage.verify(message, public_key=key, now=now, skew_s=skew_s)
    else:
        raise RemoteProtocolError("This dialect is for RSA keys", status=401, code="bad-key")


def _check_proof(document: JsonObject, resolved: ResolvedKey, now: datetime) -> None:
    key = resolved.key.public_key
    if not isinstance(key, bytes):
        raise RemoteProtocolError("A proof needs an Ed25519 key", status=401, code="bad-key")
    verify_proof(document, public_key=key, verification_method=resolved.key.key_id, now=now)


def _skew(message: HttpMessage, parameters: SignatureParameters, now: datetime) -> timedelta:
    if parameters.created is not None:
        return datetime.fromtimestamp(parameters.created, UTC) - now
    date = message.single("date")
    return timedelta() if date is None else parse_http_date(date) - now
