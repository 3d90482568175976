"""Who signed this request? The part that the inbox and the signed calls share (RFC 9421, draft-cavage-12, FEP-8b32).

Clauses: specs/federation.md §5, §7.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from federation.admission import Admission
from federation.client import FetchBudget
from federation.errors import PeerUnreachable
from federation.host_rules import check_incoming
from federation.keys import KeyResolver, ResolvedKey
from federation.ports import HostRules, KeyUse, SeenSignature, SeenSignatures
from federation.remote_actor import RemoteActor
from protocols import cavage, rfc9421
from protocols.errors import RemoteProtocolError
from protocols.messages import HttpMessage, SignatureParameters
from protocols.origins import origin, same_origin
from protocols.proofs import proofs_of, verify_proof
from protocols.timestamps import parse_http_date, parse_rfc3339
from protocols.types import JsonObject

SKEW = timedelta(hours=1)
MAX_OWN_PROOFS = 4
_KEEP = 2 * SKEW + timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class VerifiedRequest:
    """A request whose signature fits the key that `signer` lists; `skew` is the signer's clock minus ours."""

    signer: RemoteActor
    key_id: str
    skew: timedelta
    seen: SeenSignature


class RequestVerifier:
    """Verifies HTTP signatures against keys, block lists and the table of seen signatures; and object proofs."""

    def __init__(
        self,
        keys: KeyResolver,
        signatures: SeenSignatures,
        rules: HostRules,
        admission: Admission | None = None,
    ) -> None:
        self._keys = keys
        self._signatures = signatures
        self._rules = rules
        self._admission = admission

    async def verify(
        self, message: HttpMessage, now: datetime, budget: FetchBudget, *, remember: bool = True
    ) -> VerifiedRequest:
        """Raises RemoteProtocolError: 401 for signature, digest, age, replay or key; 403 for a blocked host; 429 for a
        stranger that speaks too much.

        Without `remember` the caller keeps `seen` itself, in one transaction with what the request does, and refuses
        a replay there.
        """
        modern = bool(message.values("signature-input"))
        parameters = rfc9421.parse(message) if modern else cavage.parse(message)
        _check_key_id(parameters.key_id)
        await check_incoming(parameters.key_id, self._rules)
        resolved = await self._keys.resolve(parameters.key_id, KeyUse.HTTP, budget)
        try:
            _verify_with(message, resolved, now, parameters, modern)
        except RemoteProtocolError as error:
            fresh = await self._fresh(resolved, error, budget)
            _verify_with(message, fresh, now, parameters, modern)
            resolved = fresh
        if self._admission is not None:
            await self._admission.admit(resolved.actor)
        seen = SeenSignature(parameters.key_id, parameters.signature, now + _KEEP)
        if remember and not await self._signatures.add(seen.key_id, seen.signature, expires=seen.expires):
            raise replayed()
        skew = _skew(message, parameters if modern else None, now)
        return VerifiedRequest(resolved.actor, parameters.key_id, skew, seen)

    async def verify_proofs(
        self,
        document: JsonObject,
        owner: str,
        now: datetime,
        budget: FetchBudget,
        *,
        known: RemoteActor | None = None,
        formerly: Collection[str] = (),
    ) -> RemoteActor | None:
        """`owner` (an actor id) as a RemoteActor when it proved `document`; None without any proof.

        A proof by the owner's origin that does not fit, or only proofs by strangers: RemoteProtocolError 401.
        `formerly`: ids that the owner had before it moved. A key named under one of them is the key that the owner
        lists today under the same fragment.
        """
        proofs = proofs_of(document)
        if not proofs:
            return None
        for method in _own_methods(proofs, owner, formerly):
            key_id = _present(method, owner, formerly)
            known = await self._verify_proof(document, method, key_id, owner, now, budget, known)
        return known

    async def _verify_proof(
        self,
        document: JsonObject,
        method: str,
        key_id: str,
        owner: str,
        now: datetime,
        budget: FetchBudget,
        known: RemoteActor | None,
    ) -> RemoteActor:
        resolved = await self._keys.resolve(key_id, KeyUse.PROOF, budget, known=known)
        if resolved.actor.id != owner:
            raise RemoteProtocolError("The proof's key belongs to another actor", status=401, code="foreign-proof")
        try:
            _check_proof(document, method, resolved, now)
            return resolved.actor
        except RemoteProtocolError as error:
            fresh = await self._fresh(resolved, error, budget, use=KeyUse.PROOF)
            if fresh.actor.id != owner:
                raise
            _check_proof(document, method, fresh, now)
            return fresh.actor

    async def _fresh(
        self, resolved: ResolvedKey, error: RemoteProtocolError, budget: FetchBudget, use: KeyUse = KeyUse.HTTP
    ) -> ResolvedKey:
        """The key fetched anew if that may help and is due, else the original error again."""
        try:
            fresh = await self._keys.refetch(resolved, use, budget) if error.code == "bad-signature" else None
        except PeerUnreachable:
            raise error from None
        if fresh is None or fresh.key == resolved.key:
            raise error
        return fresh


def proved_since(document: JsonObject, owner: str) -> datetime | None:
    """When the owner's proofs say that they were made, the oldest of them; None when one does not say."""
    own = [proof for proof in proofs_of(document) if same_origin(str(proof.get("verificationMethod")), owner)]
    moments = [parse_rfc3339(created) for proof in own if isinstance(created := proof.get("created"), str)]
    return min(moments) if moments and len(moments) == len(own) else None


def _own_methods(proofs: Sequence[JsonObject], owner: str, formerly: Collection[str]) -> list[str]:
    """The verification methods of the owner's origin, each of which must fit. Raises RemoteProtocolError for none."""
    methods = {method for proof in proofs if isinstance(method := proof.get("verificationMethod"), str)}
    own = sorted(method for method in methods if same_origin(_present(method, owner, formerly), owner))
    if not own:
        raise RemoteProtocolError("The proof is not the owner's", status=401, code="foreign-proof")
    if len(own) > MAX_OWN_PROOFS:
        raise RemoteProtocolError("Too many proofs by one owner", status=401, code="bad-proof")
    return own


def replayed() -> RemoteProtocolError:
    """The refusal of a signature seen before."""
    return RemoteProtocolError("This request was seen before", status=401, code="replay")


def _check_key_id(key_id: str) -> None:
    try:
        origin(key_id)
    except RemoteProtocolError as error:
        raise RemoteProtocolError("The key id is no http(s) address", status=401, code="no-key") from error


def _verify_with(
    message: HttpMessage, resolved: ResolvedKey, now: datetime, parameters: SignatureParameters, modern: bool
) -> None:
    """In the event loop: a check takes 20 µs (RSA) to 60 µs (Ed25519), handing it to a thread and back takes longer."""
    key = resolved.key.public_key
    skew_s = round(SKEW.total_seconds())
    if modern:
        rfc9421.verify(message, public_key=key, now=now, skew_s=skew_s, parsed=parameters)
    elif isinstance(key, RSAPublicKey):
        cavage.verify(message, public_key=key, now=now, skew_s=skew_s, parsed=parameters)
    else:
        raise RemoteProtocolError("This dialect is for RSA keys", status=401, code="bad-key")


def _present(method: str, owner: str, formerly: Collection[str]) -> str:
    """A verification method as the owner names it today."""
    named, mark, fragment = method.partition("#")
    return owner + mark + fragment if named in formerly else method


def _check_proof(document: JsonObject, method: str, resolved: ResolvedKey, now: datetime) -> None:
    key = resolved.key.public_key
    if not isinstance(key, bytes):
        raise RemoteProtocolError("A proof needs an Ed25519 key", status=401, code="bad-key")
    verify_proof(document, public_key=key, verification_method=method, now=now, until=resolved.key.until)


def _skew(message: HttpMessage, parameters: SignatureParameters | None, now: datetime) -> timedelta:
    """The signer's clock minus ours: from `created`, which RFC 9421 signs; cavage's own is signed by nobody."""
    if parameters is not None and parameters.created is not None:
        return datetime.fromtimestamp(parameters.created, UTC) - now
    date = message.single("date")
    return timedelta() if date is None else parse_http_date(date) - now
