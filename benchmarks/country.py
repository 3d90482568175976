"""The whole country, one day: every commune of the official list follows its grouping and its fellow members.

`python -m benchmarks.country`. Nothing is sent: messages are counted from the list, their sizes are those of documents
that our code builds, proves and signs, their costs are processor times measured in this run (the inbox on memory ports,
the transaction on a real SQLite node). It prints the totals, the work of each kind of node, and what breaks first.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa

from benchmarks.machine import say
from benchmarks.signed_load import actor_document, signed_bytes
from federation.client import FederationClient
from federation.hosts import SignatureKind
from federation.identity import Identity, prove
from federation.inbox import Inbox, Received
from federation.keys import KeyResolver
from federation.memory import MemoryHostRules, MemoryHosts, MemoryKeyCache, MemorySeenActivities, MemorySeenSignatures
from federation.ports import CachedKey, KeyUse
from federation.transport import NetworkPolicy, Transport
from federation.verification import RequestVerifier
from node.codes.lookup import FOLDER
from node.core.config import ProcessSettings
from node.core.folder import init_node
from node.core.node import Node, Runtime
from node.neighbours import following
from node.neighbours.incoming import handlers_of, take_in_all
from protocols import activities, missions
from protocols.messages import HttpMessage
from protocols.types import JsonObject
from protocols.vocabulary import PUBLIC

MISSIONS_PER_1000_A_DAY = 0.05
"""One mission a day for 20,000 inhabitants: about what a lively volunteering site has."""
MESSAGES_PER_MISSION = 2.6
"""A Create, 1.5 Updates (places taken, texts mended), one withdrawal in ten."""
FEDIVERSE_FOLLOWERS = 5
"""Other servers that follow a commune, which get the same."""
ANSWER_BYTES = 250
BUSIEST_HOUR = 0.2
"""Share of the day's messages in its busiest hour."""
ROW_BYTES = 420
"""A row of the table of ids heard, with its indexes; an assumption; `benchmarks.memory` prints what a node leaves."""
SAMPLES = 256


@dataclass(frozen=True, slots=True)
class Costs:
    """Bytes of one delivery; processor seconds to make, send, verify and store one."""

    body: int
    wire: int
    prove_s: float
    send_s: float
    verify_s: float
    store_s: float


@dataclass(slots=True)
class Load:
    """One node's day."""

    name: str
    people: int
    made: float = 0
    sent: float = 0
    received: float = 0


def identity(base: str) -> Identity:
    owner, key = f"{base}/ap/actor/castanet", rsa.generate_private_key(65537, 2048)
    return Identity(owner, f"{owner}#main-key", key, f"{owner}#http", b"1" * 32, f"{owner}#proof", b"2" * 32)


def mission_message(who: Identity, number: int) -> JsonObject:
    """A Create of a mission with the texts and shifts of an ordinary one, proved."""
    start = datetime(2027, 3, 6, 8, 0, tzinfo=UTC)
    base = who.base_url if hasattr(who, "base_url") else who.actor_id.partition("/ap/")[0]
    shifts = tuple(
        missions.Shift(start + timedelta(days=day), start + timedelta(days=day, hours=3), 8) for day in (0, 7)
    )
    event = missions.build_mission(
        missions.Mission(
            id=f"{base}/ap/missions/01K{number:023}",
            attributed_to=who.actor_id,
            name="Planter la haie derrière l’école des Fontanelles",
            start=start,
            end=shifts[-1].end,
            summary="On plante deux cents arbustes avec les enfants. Outils fournis, bottes conseillées.",
            content="<p>"
            + "Rendez-vous devant l’école à 9 h ; la terre est prêtée par la ferme voisine. " * 6
            + "</p>",
            url=f"{base}/missions/01K{number:023}",
            place=missions.Place(name="École des Fontanelles", latitude=43.5146, longitude=1.4988),
            capacity=16,
            tokens=3,
            shifts=shifts,
            theme="environment",
            organisation="Arbres et Paysages d’Autan",
        ),
        to=(PUBLIC,),
        cc=(f"{who.actor_id}/followers",),
    )
    create = activities.build_create(
        f"{base}/ap/activities/{number}", actor=who.actor_id, created=event, to=(PUBLIC,), cc=(), published=start
    )
    return prove(who, create, datetime.now(UTC))


def timed(call: Callable[[int], object], times: int = SAMPLES) -> float:
    start = time.process_time()
    for number in range(times):
        call(number)
    return (time.process_time() - start) / times


async def measure(place: Path) -> Costs:
    """Sizes and processor times on this machine."""
    who, target = identity("https://castanet-tolosan.participer.sicoval.example"), "https://labege.participer.example"
    documents = [mission_message(who, number) for number in range(SAMPLES)]
    prove_s = timed(lambda number: mission_message(who, number))
    requests: list[bytes] = []
    kind = SignatureKind.RFC9421_ED25519
    send_s = timed(lambda number: requests.append(signed_bytes(f"{target}/ap/inbox", who, documents[number], kind)))
    verify_s, received = await verified(who, target, requests)
    store_s = await stored(place, received)
    body = len(requests[0].partition(b"\r\n\r\n")[2])
    return Costs(body, len(requests[0]) + ANSWER_BYTES, prove_s, send_s, verify_s, store_s)


async def verified(who: Identity, target: str, requests: Sequence[bytes]) -> tuple[float, list[Received]]:
    """Seconds of the inbox for one request, its key known."""
    transport = Transport(NetworkPolicy())
    rules, cache = MemoryHostRules(), MemoryKeyCache()
    client = FederationClient(transport, fetch_as=None, hosts=MemoryHosts(), rules=rules, clock=_now)
    for key, use in ((who.ed25519_key_id, KeyUse.HTTP), (who.proof_key_id, KeyUse.PROOF)):
        await cache.put(CachedKey(key, use, _now(), actor_document(who)))
    verifier = RequestVerifier(KeyResolver(client, cache), MemorySeenSignatures(_now), rules)
    inbox = Inbox(base_url=target, client=client, verifier=verifier, activities=MemorySeenActivities())
    messages = [_message(f"{target}/ap/inbox", request) for request in requests]
    start = time.process_time()
    received = [await inbox.receive(message, _now()) for message in messages]
    spent = (time.process_time() - start) / len(requests)
    await transport.close()
    return spent, received


async def stored(place: Path, received: Sequence[Received]) -> float:
    """Seconds of the transaction for one mission of a neighbour, 16 at a time."""
    settings = ProcessSettings()
    init_node(place / "node", {"name": "Labège", "address": "https://labege.participer.example"}, settings=settings)
    runtime = Runtime(settings=settings)
    node = Node(place / "node", runtime)
    try:
        await node.write(following.remember, received[0].actor)
        handlers = handlers_of(node)
        start = time.process_time()
        for first in range(0, len(received), 16):
            await node.write(take_in_all, [(each, None) for each in received[first : first + 16]], handlers)
        return (time.process_time() - start) / len(received)
    finally:
        node.close()
        runtime.close()


def _now() -> datetime:
    return datetime.now(UTC)


def _message(url: str, request: bytes) -> HttpMessage:
    head, _, body = request.partition(b"\r\n\r\n")
    lines = [line.split(": ", 1) for line in head.decode("latin-1").split("\r\n")[1:]]
    return HttpMessage("POST", url, tuple((name, value) for name, value in lines), body)


def day() -> tuple[dict[str, Load], dict[str, Load], dict[str, list[str]]]:
    """Communes and groupings with their messages, and who is a member of what."""
    rows = json.loads((FOLDER / "communes.json").read_text())
    names = {row[0]: row[1] for row in json.loads((FOLDER / "groupings.json").read_text())}
    communes = {row[0]: Load(row[2], row[3] or 0) for row in rows}
    members: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if row[7] in names:
            members[row[7]].append(row[0])
    groupings = {
        siren: Load(name, sum(communes[code].people for code in members[siren])) for siren, name in names.items()
    }
    home = {code: siren for siren, codes in members.items() for code in codes}
    for code, commune in communes.items():
        commune.made = commune.people / 1000 * MISSIONS_PER_1000_A_DAY * MESSAGES_PER_MISSION
        readers = len(members[home[code]]) if code in home else 0  # its fellow members and the grouping
        commune.sent = commune.made * (readers + FEDIVERSE_FOLLOWERS)
    for siren, codes in members.items():
        total = sum(communes[code].made for code in codes)
        groupings[siren].received = total
        for code in codes:
            communes[code].received = total - communes[code].made
    return communes, groupings, members


def show(costs: Costs) -> None:
    """The day, in figures."""
    communes, groupings, members = day()
    sent = sum(one.sent for one in communes.values())
    made = sum(one.made for one in communes.values())
    say("nodes", f"{len(communes):,} communes, {len(groupings):,} groupings")
    say("one delivery", f"{costs.body:,} bytes of activity, {costs.wire:,} on the wire with its answer, before TLS")
    millis = (costs.prove_s, costs.send_s, costs.verify_s, costs.store_s)
    say(
        "processor time",
        "make {:.2f} ms, sign {:.2f} ms, verify {:.2f} ms, store {:.2f} ms".format(*(1000 * one for one in millis)),
    )
    say("messages made", f"{made:,.0f} a day, {sent:,.0f} deliveries, {sent * costs.wire / 1e9:,.1f} GB")
    for title, loads in (("commune", communes), ("grouping", groupings)):
        for what in ("sent", "received"):
            values = sorted(getattr(one, what) for one in loads.values())
            if not values[-1]:
                continue
            top = max(loads.values(), key=lambda one: float(getattr(one, what)))
            middle, high = statistics.median(values), values[len(values) * 99 // 100]
            say(f"{title}, {what}", f"median {middle:,.1f}, 99 % {high:,.0f}, most {values[-1]:,.0f} ({top.name})")
    hosted(costs, communes, groupings, members)


def hosted(costs: Costs, communes: dict[str, Load], groupings: dict[str, Load], members: dict[str, list[str]]) -> None:
    """A grouping that hosts all its communes in one process: everything among them falls on it, on both sides."""
    work: Counter[str] = Counter()
    stored_rows: Counter[str] = Counter()
    for siren, codes in members.items():
        sent = sum(communes[code].sent for code in codes)
        taken = sum(communes[code].received for code in codes) + groupings[siren].received
        work[siren] = round(1000 * (sent * costs.send_s + taken * (costs.verify_s + costs.store_s)))
        stored_rows[siren] = round(taken)
    siren, most = work.most_common(1)[0]
    name, rows = groupings[siren].name, stored_rows[siren]
    say("busiest hosted territory", f"{name}, {len(members[siren])} communes: {rows:,} activities taken in a day")
    seconds, year = most / 1000, rows * ROW_BYTES * 365
    say("its processor", f"{seconds:,.0f} s a day; in the busiest hour {seconds * BUSIEST_HOUR / 3600:.1%} of one core")
    say("its ids, kept for ever", f"{rows * ROW_BYTES / 1e6:,.0f} MB a day, {year / 1e9:,.1f} GB a year")
    ninety = sorted(stored_rows.values())[len(stored_rows) * 9 // 10]
    say("nine territories in ten", f"at most {ninety:,} a day, {ninety * ROW_BYTES * 365 / 1e9:,.2f} GB a year")
    share, years = 3600 * 0.5 / (BUSIEST_HOUR * seconds), 100e9 / year
    print(
        f"breaks first: the disk. At this rate {name} fills 100 GB with ids in {years:.1f} years;\n"
        f"its processor is half busy only at {share:,.0f} times as many missions."
    )


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="ygor-bench-") as place:
        show(asyncio.run(measure(Path(place))))


if __name__ == "__main__":
    main()
