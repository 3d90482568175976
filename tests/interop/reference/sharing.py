"""Following, and missions both ways (specs/activities.md, specs/missions.md)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.interop.reference.identity import CONTEXT, PUBLIC
from tests.interop.reference.network import Network, Peer
from tests.interop.reference.octets import Object, fresh_id, instant


class Sharing:
    """Whom we follow, who follows us, what they publish and what we publish."""

    def __init__(self, network: Network) -> None:
        self.network, self.me = network, network.me
        self.following: dict[str, str] = {}
        self.followers: dict[str, str] = {}
        self.asked: dict[str, str] = {}
        self.missions: dict[str, Object] = {}
        self.gone: dict[str, str] = {}
        self.own: dict[str, Object] = {}

    def activity(self, kind: str, thing: object, to: list[str], cc: list[str] | None = None, **more: object) -> Object:
        """activities.md 2.1"""
        number = f"{self.me.base}/said/{fresh_id()}"
        head: Object = {"@context": CONTEXT, "id": number, "type": kind, "actor": self.me.actor}
        return {**head, "object": thing, "to": to, "cc": cc or [], **more}

    async def follow(self, peer: Peer, dialect: str = "rfc9421") -> None:
        """4.1"""
        question = self.activity("Follow", peer.actor, [peer.actor])
        self.asked[question["id"]] = peer.actor
        await self.network.deliver(peer, question, dialect)

    async def publish(self, name: str, **changes: object) -> str:
        """3.1: a mission for all followers; its id."""
        address = f"{self.me.base}/deeds/{fresh_id()}"
        start = datetime.now(UTC) + timedelta(days=9)
        shift = {"startTime": instant(start), "endTime": instant(start + timedelta(hours=3))}
        self.own[address] = {
            "id": address, "type": "Event", "attributedTo": self.me.actor, "name": name, **shift,
            "summary": "Une matinée au grand air", "content": "<p>Venez <strong>nombreux</strong>.</p>",
            "location": {"type": "Place", "name": "Salle des fêtes"}, "joinMode": "free",
            "maximumAttendeeCapacity": 12, "published": instant(), "updated": instant(),
            "to": [PUBLIC], "cc": [self.me.followers], "ygor:tokens": 4, "ygor:theme": "ecology",
            "ygor:skills": ["gardening"], "ygor:organisation": "Les Amis du canal",
            "ygor:shifts": [{**shift, "maximumAttendeeCapacity": 12}], **changes,
        }  # fmt: skip
        await self._tell("Create", self.own[address])
        return address

    async def change(self, address: str, **changes: object) -> None:
        self.own[address] = {**self.own[address], "updated": instant(), **changes}
        await self._tell("Update", self.own[address])

    async def withdraw(self, address: str) -> None:
        """3.4"""
        self.own[address] = {"id": address, "type": "Tombstone", "formerType": "Event", "deleted": instant()}
        await self._tell("Delete", self.own[address])

    async def _tell(self, kind: str, thing: Object) -> None:
        told = self.activity(kind, thing, [PUBLIC], [self.me.followers], published=instant())
        for actor in self.followers:
            await self.network.deliver(await self.network.peer(actor), told)

    async def heard(self, said: Object, sender: Peer) -> bool:
        """An activity of `sender`; whether it was one of these."""
        thing = said.get("object")
        match said["type"]:
            case "Follow" if thing == self.me.actor:
                self.followers[sender.actor] = said["id"]
                await self.network.deliver(sender, self.activity("Accept", said["id"], [sender.actor]))
            case "Undo" if isinstance(thing, dict) and self.followers.get(sender.actor) == thing["id"]:
                del self.followers[sender.actor]
            case "Accept" | "Reject" if self.asked.get(_id(thing)) == sender.actor:
                self.following[sender.actor] = said["type"]
            case "Create" | "Update" if isinstance(thing, dict) and thing["type"] == "Event":
                self._take(thing, sender)
            case "Delete":
                self._forget(said, sender)
            case _:
                return False
        return True

    def _take(self, event: Object, sender: Peer) -> None:
        """3.2, 3.3, 4.3"""
        if self.following.get(sender.actor) != "Accept" or event["attributedTo"] != sender.actor:
            return
        known = self.missions.get(event["id"])
        later = known is None or event["updated"] >= known["updated"]
        if later and event["updated"] > self.gone.get(event["id"], ""):
            self.missions[event["id"]] = event

    def _forget(self, said: Object, sender: Peer) -> None:
        address = _id(said["object"])
        known = self.missions.get(address)
        if known is not None and known["attributedTo"] == sender.actor:
            stone = said["object"] if isinstance(said["object"], dict) else {}
            self.gone[address] = stone.get("deleted") or said.get("published") or instant()
            del self.missions[address]


def _id(thing: object) -> str:
    return str(thing.get("id")) if isinstance(thing, dict) else str(thing)
