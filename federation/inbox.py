"""The inbox: from an HTTP request to a verified activity, or to a refusal with a status. Nothing is stored here but
what verification itself needs; the caller stores the activity before it answers 202.

Clauses: specs/federation.md §6.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from federation import activity_rules, media
from federation.client import FederationClient, FetchBudget
from federation.errors import PeerRefused
from federation.hearing import note_heard
from federation.host_rules import check_incoming
from federation.keys import MAX_ACTOR_BYTES, KeyUnavailable
from federation.ports import Acquaintances, OutboxStore, SeenActivities
from federation.remote_actor import RemoteActor, read_actor
from federation.verification import RequestVerifier, VerifiedRequest, proved_since
from protocols import jcs, strict_json
from protocols.errors import LocalProtocolError, RemoteProtocolError
from protocols.messages import HttpMessage
from protocols.origins import same_origin
from protocols.types import JsonObject

MAX_ACTIVITY_BYTES = 524_288
MAX_AT_ONCE = 128
PROOF_GOOD_FOR = timedelta(days=7)
ASK_EVERY = timedelta(minutes=1)
MAX_ASKED = 1024


@dataclass(frozen=True, slots=True)
class Received:
    """A verified activity.

    `actor` made it: its request signature or its object proof fits, or its origin confirmed the activity.
    `signer_id` sent it: another actor when `forwarded`. `digest` (32 bytes, over the activity without proofs) goes
    with `activity_id` into the table of ids, and `request.seen` into that of signatures, in one transaction with the
    activity itself. `duplicate`: id and digest are there already, nothing is to be done but to keep the
    signature; a new activity may still turn out to be one when it is stored. Embedded objects are the actor's own or
    proved by their owner; every other one has been replaced by its id. `request` is None where none brought it.
    """

    actor: RemoteActor
    activity: JsonObject
    activity_id: str
    digest: bytes
    proof_verified: bool
    forwarded: bool
    signer_id: str
    duplicate: bool
    received_at: datetime
    request: VerifiedRequest | None = None


class Inbox:
    """The verification of one local node's inboxes. `base_url` is the node's own address, without final slash."""

    def __init__(
        self,
        *,
        base_url: str,
        client: FederationClient,
        verifier: RequestVerifier,
        activities: SeenActivities,
        outbox: OutboxStore | None = None,
        acquaintances: Acquaintances | None = None,
    ) -> None:
        self._base_url = base_url
        self._client = client
        self._verifier = verifier
        self._activities = activities
        self._outbox = outbox
        self._acquaintances = acquaintances
        self._at_once = 0
        self._asked: dict[str, datetime] = {}

    async def receive(self, message: HttpMessage, now: datetime) -> Received:
        """Verify one delivery. `message.url` must be built from the node's own address, never from the Host header.

        Raises RemoteProtocolError with the status to answer. 202 with code "ignored" is one of them: a gone actor
        deletes itself, and there is nothing to verify it with.
        """
        if self._at_once >= MAX_AT_ONCE:
            raise RemoteProtocolError("Too many deliveries at once", status=503, code="busy")
        self._at_once += 1
        try:
            return await self._receive(message, now)
        finally:
            self._at_once -= 1

    async def _receive(self, message: HttpMessage, now: datetime) -> Received:
        activity = _read(message)
        activity_rules.refuse_json_ld(activity)
        activity_id, actor_id = activity_rules.identify(activity)
        await self._check_sender(actor_id)
        activity_rules.check_object(activity, actor_id)
        await self._pass_over_farewell(activity, actor_id)
        budget = FetchBudget()
        request = await self._verified(message, activity, now, budget)
        activity, actor, proved = await self._attributed(activity, actor_id, request, now, budget)
        digest = digest_of(activity)
        known = activity_rules.brings_evidence(activity) and await self._is_known(activity_id, digest)
        if not known:
            activity = await self._only_trusted(activity, actor, now, budget)
        return Received(
            actor=actor,
            activity=activity,
            activity_id=activity_id,
            digest=digest,
            proof_verified=proved,
            forwarded=request.signer.id != actor.id,
            signer_id=request.signer.id,
            duplicate=known,
            received_at=now,
            request=request,
        )

    async def heard(self, received: Received) -> None:
        """The activity is stored: its sender lives, and what waits for its host may go."""
        if received.request is not None:
            signer, skew = received.request.signer, received.request.skew
            await note_heard(signer.host, skew, received.received_at, self._client.hosts, self._outbox)

    async def _is_known(self, activity_id: str, digest: bytes) -> bool:
        """Whether this very activity is stored: evidence in it is not fetched for a second time. Raises 409."""
        stored = await self._activities.digest_of(activity_id)
        if stored is not None and stored != digest:
            raise id_reused()
        return stored is not None

    async def _check_sender(self, actor_id: str) -> None:
        await check_incoming(actor_id, self._client.rules)
        if same_origin(actor_id, self._base_url):
            raise RemoteProtocolError("Our own actors do not write to us", status=403, code="own-actor")

    async def _pass_over_farewell(self, activity: JsonObject, actor_id: str) -> None:
        """The fediverse tells everybody of every account that ends. That of a stranger is answered without a look at
        its key, which is gone as a rule: a storm of farewells must not become a storm of fetches."""
        if self._acquaintances is None or not _is_farewell(activity) or await self._acquaintances.knows(actor_id):
            return
        raise RemoteProtocolError("Nothing known of this actor", status=202, code="ignored")

    async def _verified(
        self, message: HttpMessage, activity: JsonObject, now: datetime, budget: FetchBudget
    ) -> VerifiedRequest:
        try:
            return await self._verifier.verify(message, now, budget, remember=False)
        except KeyUnavailable as error:
            if not error.gone or not _is_farewell(activity):
                raise
            await self._part_with(str(activity["actor"]), budget)
            raise RemoteProtocolError("The actor is gone, and its key with it", status=202, code="ignored") from error

    async def _part_with(self, actor_id: str, budget: FetchBudget) -> None:
        """A farewell that nobody can verify, of somebody whom we know: what counts is what its address says now. Only
        410 is its word; a 404 may be a mistake of a day."""
        now = self._client.clock()
        if self._acquaintances is None or now - self._asked.get(actor_id, now - ASK_EVERY) < ASK_EVERY:
            return
        self._asked.pop(actor_id, None)
        self._asked[actor_id] = now
        if len(self._asked) > MAX_ASKED:
            del self._asked[next(iter(self._asked))]
        try:
            with self._client.lookups.place(actor_id):
                await self._client.fetch_object(actor_id, budget, max_bytes=MAX_ACTOR_BYTES)
        except PeerRefused as error:
            if error.answer_status == 410:
                await self._acquaintances.part_with(actor_id)
        except RemoteProtocolError:
            return  # it is there, or out of reach: nothing shows that it is gone

    async def _attributed(
        self, activity: JsonObject, actor_id: str, request: VerifiedRequest, now: datetime, budget: FetchBudget
    ) -> tuple[JsonObject, RemoteActor, bool]:
        """The activity, its actor, whether a proof showed it. What is forwarded needs a proof or its origin's word."""
        direct = request.signer if request.signer.id == actor_id else None
        proved_by = await self._verifier.verify_proofs(activity, actor_id, now, budget, known=direct)
        if direct is not None:
            return activity, direct, proved_by is not None
        if proved_by is not None and _is_recent(proved_since(activity, actor_id), now):
            return activity, proved_by, True
        with self._client.lookups.place(actor_id):
            confirmed, actor = await self._from_origin(activity, actor_id, budget)
        return confirmed, actor, False

    async def _from_origin(
        self, activity: JsonObject, actor_id: str, budget: FetchBudget
    ) -> tuple[JsonObject, RemoteActor]:
        """The activity as its own address has it now, and its actor."""
        confirmed = await self._client.fetch_object(str(activity["id"]), budget)
        confirmed_id, confirmed_actor = activity_rules.identify(confirmed)
        if confirmed_id != activity["id"] or confirmed_actor != actor_id:
            raise RemoteProtocolError("The key is not the actor's", status=401, code="foreign-key")
        activity_rules.refuse_json_ld(confirmed)
        activity_rules.check_object(confirmed, actor_id)
        actor = read_actor(await self._client.fetch_object(actor_id, budget, max_bytes=MAX_ACTOR_BYTES))
        if actor.id != actor_id:
            raise RemoteProtocolError("The actor has another id", status=401, code="foreign-key")
        return confirmed, actor

    async def _only_trusted(
        self, activity: JsonObject, actor: RemoteActor, now: datetime, budget: FetchBudget
    ) -> JsonObject:
        """Keep embedded objects that are the actor's own or carry their owner's valid proof; of others only the id."""
        for name, document in activity_rules.embedded(activity):
            owner = activity_rules.owner_of(document)
            if document.get("proof") is not None and owner is not None:
                known = actor if owner == actor.id else None
                if "id" in document and not same_origin(str(document["id"]), owner):
                    raise RemoteProtocolError("Object and owner differ in origin", status=403, code="cross-origin")
                await check_incoming(owner, self._client.rules)
                if await self._verifier.verify_proofs(document, owner, now, budget, known=known) is None:
                    raise RemoteProtocolError("The embedded object is not proved", status=401, code="no-proof")
            elif not activity_rules.is_own(document, actor.id):
                activity = activity_rules.without_embedded(activity, name)
        return activity


def _is_farewell(activity: JsonObject) -> bool:
    """A Delete of the actor by itself."""
    return activity["type"] == "Delete" and activity.get("object") == activity["actor"]


def _is_recent(proved: datetime | None, now: datetime) -> bool:
    """Whether a forwarded activity's proof is younger than a delivery's time: an older one may have been undone long
    ago, so its origin is asked."""
    return proved is not None and now - proved <= PROOF_GOOD_FOR


def id_reused() -> RemoteProtocolError:
    """The refusal of an id that meant something else before: it means one thing for ever."""
    return RemoteProtocolError("This id was used for something else", status=409, code="id-reused")


def digest_of(activity: JsonObject) -> bytes:
    """What an activity says, in 32 bytes: SHA-256 over its canonical form without `proof` and `signature`."""
    try:
        return jcs.digest({name: value for name, value in activity.items() if name not in ("proof", "signature")})
    except LocalProtocolError as error:
        raise RemoteProtocolError("The activity has no canonical form") from error


def _read(message: HttpMessage) -> JsonObject:
    if message.method != "POST" or message.body is None:
        raise RemoteProtocolError("Deliveries are POSTed", status=405, code="bad-method")
    if len(message.body) > MAX_ACTIVITY_BYTES:
        raise RemoteProtocolError("The activity is too long", status=413, code="too-large")
    if not media.is_activity(message.single("content-type")):
        raise RemoteProtocolError("Not an ActivityStreams document", status=415, code="bad-content-type")
    if message.values("content-encoding"):
        raise RemoteProtocolError("Encoded bodies are not accepted", status=415, code="bad-encoding")
    activity = strict_json.loads(message.body, max_bytes=MAX_ACTIVITY_BYTES)
    # A Linked Data signature means nothing to us, and it was put on after the proof, which does not cover it.
    activity.pop("signature", None)
    return activity
