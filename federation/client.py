"""How this node asks others: signed or plain, every hop checked again, with bounds on time, bytes, hops and fetches.

Clauses: specs/federation.md §3.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urljoin

from federation import media
from federation.errors import AddressRefused, BudgetSpent, PeerRefused, PeerUnreachable
from federation.host_rules import check_outgoing
from federation.hosts import HostState, SignatureKind, succeeded
from federation.identity import Identity, Signer, now_signing, sign_request
from federation.lookups import Lookups
from federation.ports import Clock, HostMemory, HostRules
from federation.transport import TOTAL_S, Answer, Transport
from protocols import strict_json
from protocols.errors import RemoteProtocolError
from protocols.messages import HttpMessage
from protocols.origins import is_loopback, origin, parse_url, same_origin
from protocols.timestamps import parse_http_date
from protocols.types import Json, JsonObject

MAX_REDIRECTS = 3
FETCHES_PER_ACTIVITY = 20
SECONDS_PER_ACTIVITY = 10.0
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_KNOCK_AGAIN = frozenset({400, 401, 403})


class FetchBudget:
    """How many requests the verification of one activity may still cause (every redirect hop counts), and how many
    seconds they may take together."""

    def __init__(self, fetches: int = FETCHES_PER_ACTIVITY, seconds: float = SECONDS_PER_ACTIVITY) -> None:
        self.left = fetches
        self.seconds_left = seconds

    def spend(self) -> None:
        """Raises BudgetSpent when no request is left, PeerUnreachable when no time is."""
        if self.left <= 0:
            raise BudgetSpent
        if self.seconds_left <= 0:
            raise PeerUnreachable("The peers did not answer in time", code="timeout")
        self.left -= 1

    @asynccontextmanager
    async def timed(self, at_most: float) -> AsyncIterator[None]:
        """A fetch of at most so many seconds, taken off what is left."""
        started = asyncio.get_running_loop().time()
        try:
            async with _deadline(max(min(at_most, self.seconds_left), 0.0)):
                yield
        finally:
            self.seconds_left -= asyncio.get_running_loop().time() - started


@dataclass(frozen=True, slots=True)
class _Ask:
    """One request before it is signed."""

    method: str
    headers: tuple[tuple[str, str], ...]
    body: bytes | None
    identity: Identity | None
    cross_origin: bool = False
    max_bytes: int | None = None


class FederationClient:
    """The client of one local node.

    `fetch_as` signs the fetches of documents (the instance actor); None fetches without signature. `transport` may be
    shared with other nodes of the same network policy.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        fetch_as: Signer | None,
        hosts: HostMemory,
        rules: HostRules,
        clock: Clock,
        total_s: float = TOTAL_S,
    ) -> None:
        self._transport = transport
        self._fetch_as = fetch_as
        self.hosts = hosts
        self.lookups = Lookups()
        self.rules = rules
        self.clock = clock
        self._total_s = total_s

    def scheme_for(self, host: str) -> str:
        """https; http for this very machine, for nodes that may talk to it (a name alone carries no scheme)."""
        name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
        return "http" if self._transport.policy.allow_private and is_loopback(name) else "https"

    async def fetch_object(self, url: str, budget: FetchBudget, *, max_bytes: int | None = None) -> JsonObject:
        """The ActivityStreams object behind `url`: its `id` is this URL, or one of the same origin that confirms it.

        Raises RemoteProtocolError: wrong content type, not strict JSON, `id` of another origin (FEP-fe34), redirect
        to another origin; PeerRefused with the peer's status; PeerUnreachable.
        """
        document, landed = await self._document(url, budget, max_bytes)
        if document.get("id") == landed:
            return document
        return await self._confirmed(document.get("id"), landed, budget, max_bytes)

    async def _confirmed(self, claimed: Json, landed: str, budget: FetchBudget, max_bytes: int | None) -> JsonObject:
        """What lies at the id that a document claims, if that is of the same origin and says the same of itself."""
        if not isinstance(claimed, str) or parse_url(claimed).fragment is not None or not same_origin(claimed, landed):
            raise RemoteProtocolError("The document is not what its address says", code="cross-origin")
        confirmed, _ = await self._document(claimed, budget, max_bytes)
        if confirmed.get("id") != claimed:
            raise RemoteProtocolError("The document's address does not confirm its id", code="cross-origin")
        return confirmed

    async def fetch_json(
        self, url: str, budget: FetchBudget, *, accept: str, is_type: Callable[[str | None], bool]
    ) -> tuple[JsonObject, str]:
        """An unsigned GET that may be redirected anywhere allowed (WebFinger, NodeInfo): the JSON, and where it was."""
        ask = _Ask("GET", (("Accept", accept),), None, None, cross_origin=True)
        answer = await self._get(url, ask, budget)
        if not is_type(answer.headers.get("content-type")):
            raise RemoteProtocolError("The answer has another content type", code="bad-content-type")
        return strict_json.loads(answer.body), answer.url

    async def post(
        self,
        url: str,
        body: bytes,
        *,
        identity: Identity,
        content_type: str = media.ACTIVITY,
        accept: str = media.JSON,
        kind: SignatureKind | None = None,
        more: tuple[tuple[str, str], ...] = (),
    ) -> Answer:
        """A signed POST. 2xx is returned; PeerRefused for other statuses (a redirect too), PeerUnreachable for none.
        `more`: headers besides, which the signature does not cover.

        Without `kind`, the host's remembered dialect is tried first and, on 400, 401 or 403, the other one.
        """
        await check_outgoing(url, self.rules)
        headers = (("Content-Type", content_type), ("Accept", accept), *more)
        ask = _Ask("POST", headers, body, identity)
        async with _deadline(self._total_s):
            answer = await self._knock(url, ask, None, kind)
        if not answer.ok:
            raise _refusal(answer)
        return answer

    async def _document(self, url: str, budget: FetchBudget, max_bytes: int | None) -> tuple[JsonObject, str]:
        identity = None if self._fetch_as is None else now_signing(self._fetch_as)
        ask = _Ask("GET", (("Accept", media.ACTIVITY_ACCEPT),), None, identity, max_bytes=max_bytes)
        answer = await self._get(url, ask, budget)
        if not media.is_activity(answer.headers.get("content-type")):
            raise RemoteProtocolError("The answer is no ActivityStreams document", code="bad-content-type")
        return strict_json.loads(answer.body), answer.url

    async def _get(self, url: str, ask: _Ask, budget: FetchBudget) -> Answer:
        """Follow at most `MAX_REDIRECTS` hops, each checked as if it were the first."""
        current = url.split("#", 1)[0]
        async with budget.timed(self._total_s):
            for _ in range(MAX_REDIRECTS + 1):
                await check_outgoing(current, self.rules)
                answer = await self._knock(current, ask, budget, None)
                if answer.status not in _REDIRECTS:
                    if not answer.ok:
                        raise _refusal(answer)
                    return answer
                current = _next_hop(current, answer, ask.cross_origin)
        raise AddressRefused("Too many redirects", code="redirects")

    async def _knock(self, url: str, ask: _Ask, budget: FetchBudget | None, kind: SignatureKind | None) -> Answer:
        """Send once; if the signature may be why it was refused, once more in the other dialect, and remember."""
        host = origin(url).authority
        if ask.identity is None:
            return await self._send(url, ask, budget, None)
        if kind is not None:
            return await self._send(url, ask, budget, kind)
        state = await self.hosts.load(host)
        first, second = state.knocks()
        answer = await self._send(url, ask, budget, first)
        if answer.status not in _KNOCK_AGAIN:
            await self._remember(state, first, answer, ask)
            return answer
        again = await self._send(url, ask, budget, second)
        if again.status in _KNOCK_AGAIN:
            return answer
        await self._remember(state, second, again, ask)
        return again

    async def _remember(self, state: HostState, kind: SignatureKind, answer: Answer, ask: _Ask) -> None:
        """What was taken, and with a delivery that the host is well; an answer to a fetch anybody may bring about."""
        if not answer.ok or state.signature is kind:
            return
        if ask.method == "POST":
            now = self.clock()
            await self.hosts.note(state.host, lambda known: succeeded(known, now, kind))
        else:
            await self.hosts.note(state.host, lambda known: replace(known, signature=kind))

    async def _send(self, url: str, ask: _Ask, budget: FetchBudget | None, kind: SignatureKind | None) -> Answer:
        """Send, and once more, signed anew, when a kept connection turns out to be closed (the peer restarted).

        The peer may have acted on the first: all that we send says the same when it is said twice.
        """
        try:
            return await self._send_once(url, ask, budget, kind)
        except PeerUnreachable as error:
            if error.code != "disconnected":
                raise
        return await self._send_once(url, ask, budget, kind)

    async def _send_once(self, url: str, ask: _Ask, budget: FetchBudget | None, kind: SignatureKind | None) -> Answer:
        if budget is not None:
            budget.spend()
        headers: Mapping[str, str] = dict(ask.headers)
        if kind is not None:
            assert ask.identity is not None
            message = HttpMessage(ask.method, url, ask.headers, ask.body)
            headers = {**headers, **await _signed(kind, ask.identity, message, self.clock())}
        return await self._transport.exchange(ask.method, url, headers, ask.body, max_body=ask.max_bytes)


async def _signed(kind: SignatureKind, identity: Identity, message: HttpMessage, now: datetime) -> dict[str, str]:
    """RSA takes the better part of a millisecond: in a thread, so that the loop goes on."""
    if kind is SignatureKind.RFC9421_ED25519:
        return sign_request(kind, identity, message, now)
    return await asyncio.to_thread(sign_request, kind, identity, message, now)


@asynccontextmanager
async def _deadline(seconds: float) -> AsyncIterator[None]:
    """`asyncio.timeout` whose expiry is a PeerUnreachable: one limit over names, connections, hops and slow bodies."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as late:
        raise PeerUnreachable("The peer did not answer in time", code="timeout") from late


def _next_hop(current: str, answer: Answer, cross_origin: bool) -> str:
    where = answer.headers.get("location")
    if not where:
        raise AddressRefused("A redirect without an address", code="redirects")
    target = urljoin(current, where).split("#", 1)[0]
    if not cross_origin and not same_origin(current, target):
        raise AddressRefused("A redirect to another origin", code="cross-origin")
    if origin(current).scheme == "https" and origin(target).scheme != "https":
        raise AddressRefused("A redirect away from https", code="redirects")
    return target


def _refusal(answer: Answer) -> PeerRefused:
    return PeerRefused(
        f"The peer answered {answer.status}",
        answer_status=answer.status,
        answer=answer.body,
        retry_after=_retry_after(answer),
    )


def _retry_after(answer: Answer) -> timedelta | None:
    """Retry-After in seconds, or as a date against the answer's own Date header."""
    value = answer.headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit() and len(value) < 9:
        return timedelta(seconds=int(value))
    try:
        wait = parse_http_date(value) - parse_http_date(answer.headers.get("date", ""))
    except RemoteProtocolError:
        return None
    return max(wait, timedelta())
