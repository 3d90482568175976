"""A question that wants its answer at once: a signed JSON object to a peer's machine endpoint, a signed one back.

The request carries an RFC 9421 Ed25519 signature, its body an object proof; so does the body of the answer. Calls are
not stored here: whoever must not lose one keeps it, and repeats it with the same id inside until it is answered.

Clauses: specs/federation.md §10.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from federation import media
from federation.client import FederationClient, FetchBudget
from federation.hearing import note_heard
from federation.host_rules import check_incoming
from federation.hosts import SignatureKind
from federation.identity import Signer, now_signing, prove
from federation.ports import FormerNames, OutboxStore
from federation.remote_actor import RemoteActor
from federation.verification import RequestVerifier
from protocols import jcs, strict_json
from protocols.errors import RemoteProtocolError
from protocols.messages import HttpMessage
from protocols.origins import same_origin
from protocols.proofs import proofs_of
from protocols.types import JsonObject

MAX_CALL_BYTES = 262_144


@dataclass(frozen=True, slots=True)
class VerifiedCall:
    """A call whose request signature and object proof are both `actor`'s, the proof perhaps under an id it had
    formerly."""

    actor: RemoteActor
    body: JsonObject
    key_id: str
    formerly: tuple[str, ...] = ()


class SignedCaller:
    """Asks peers, as one local actor."""

    def __init__(
        self, client: FederationClient, verifier: RequestVerifier, identity: Signer, names: FormerNames | None = None
    ) -> None:
        self._client = client
        self._verifier = verifier
        self._identity = identity
        self._names = names

    async def call(self, peer: RemoteActor, url: str, body: JsonObject) -> JsonObject:
        """POST `body` to `url` (of the peer's origin) and return the answer, which the peer has proved.

        A body that carries a proof already (a stored message, repeated) is sent as it is, else it is proved now.
        Raises PeerRefused (`answer` holds the problem+json), PeerUnreachable (ask again with the same body: whether
        the peer acted is unknown), RemoteProtocolError for an answer that is not the peer's word.
        """
        if not same_origin(url, peer.id):
            raise RemoteProtocolError("The endpoint is not the peer's", code="cross-origin")
        now, identity = self._client.clock(), now_signing(self._identity)
        signed = body if "proof" in body else prove(identity, body, now)
        answer = await self._client.post(
            url,
            jcs.canonical(signed),
            identity=identity,
            content_type=media.JSON,
            kind=SignatureKind.RFC9421_ED25519,
        )
        if not media.is_json(answer.headers.get("content-type")):
            raise RemoteProtocolError("The answer is not JSON", code="bad-content-type")
        said = strict_json.loads(answer.body, max_bytes=MAX_CALL_BYTES)
        formerly = await _formerly(said, peer.id, self._names)
        proved_by = await self._verifier.verify_proofs(said, peer.id, now, FetchBudget(), known=peer, formerly=formerly)
        if proved_by is None:
            raise RemoteProtocolError("The answer is not proved", status=401, code="no-proof")
        return said


class CallVerifier:
    """Verifies calls to this node: as the inbox does, without the rules for activities."""

    def __init__(
        self,
        client: FederationClient,
        verifier: RequestVerifier,
        outbox: OutboxStore | None = None,
        names: FormerNames | None = None,
    ) -> None:
        self._names = names
        self._client = client
        self._verifier = verifier
        self._outbox = outbox

    async def verify_call(self, message: HttpMessage, now: datetime) -> VerifiedCall:
        """The caller and what it says. Raises RemoteProtocolError with the status to answer.

        `message.url` is built from the node's own address, as for the inbox (`routes.read_message`).
        """
        if message.method != "POST" or message.body is None:
            raise RemoteProtocolError("Calls are POSTed", status=405, code="bad-method")
        if not media.is_json(message.single("content-type")) or message.values("content-encoding"):
            raise RemoteProtocolError("Not plain JSON", status=415, code="bad-content-type")
        body = strict_json.loads(message.body, max_bytes=MAX_CALL_BYTES)
        budget = FetchBudget()
        request = await self._verifier.verify(message, now, budget)
        await check_incoming(request.signer.id, self._client.rules)
        signer = request.signer
        formerly = await _formerly(body, signer.id, self._names)
        proved_by = await self._verifier.verify_proofs(body, signer.id, now, budget, known=signer, formerly=formerly)
        if proved_by is None:
            raise RemoteProtocolError("The body is not proved", status=401, code="no-proof")
        await note_heard(request.signer.host, request.skew, now, self._client.hosts, self._outbox)
        return VerifiedCall(proved_by, body, request.key_id, formerly)


async def _formerly(document: JsonObject, actor_id: str, names: FormerNames | None) -> tuple[str, ...]:
    """The former ids of an actor, if the document is proved under another one than its present id."""
    methods = {str(proof.get("verificationMethod")) for proof in proofs_of(document)}
    if names is None or all(method.startswith(actor_id + "#") for method in methods):
        return ()
    return tuple(await names.of(actor_id))
