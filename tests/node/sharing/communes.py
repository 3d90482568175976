"""Two communes that follow each other over real HTTP, a mission at the one, residents of the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from node.core.models import MailMessage
from node.core.node import Node
from node.core.unit import Unit
from node.modules.missions import certifying, elsewhere, people, presence, service, signups
from node.modules.missions.models import Neighbour, Signup
from node.sharing import public as sharing
from node.sharing.models import Guest, Request
from node.sharing.public import Participation
from tests.fixtures.serving import until
from tests.modules.missions.people import DRAFT, Town, draft_with, person, published, town
from tests.node.neighbours.communes import follow


@dataclass(frozen=True, slots=True)
class Shared:
    """A mission of `there`, seen from `here`, where `leila` lives."""

    here: Node
    there: Node
    town: Town
    mission_id: str
    shift_ids: tuple[str, ...]
    neighbour_id: str
    leila: str

    def slot(self, number: int = 0) -> str:
        return f"{self.there.base_url}/ap/missions/{self.mission_id}#{self.shift_ids[number]}"

    async def ask(self, account_id: str = "", name: str = "Leïla", slot: int = 0) -> Participation:
        return await self.here.write(elsewhere.ask, account_id or self.leila, self.neighbour_id, self.slot(slot), name)

    async def leave(self, one: Participation) -> Participation:
        return await self.here.write(sharing.leave, one.account_id, one.id)

    async def mine(self, account_id: str = "") -> Participation:
        [one] = await self.here.read(sharing.mine, account_id or self.leila)
        return one

    async def state(self, expected: str, account_id: str = "") -> Participation:
        """Wait until the resident's own page says so."""

        async def same() -> Participation | None:
            one = await self.mine(account_id)
            return one if one.state == expected else None

        try:
            found = await until(same, patience_s=10)
        except AssertionError:
            assert (await self.mine(account_id)).state == expected
            raise
        assert found is not None
        return found

    async def roll(self, slot: int = 0) -> dict[str, str]:
        """Who is on the association's list: name → state."""
        found = await self.there.read(presence.attendance, self.town.manager, self.mission_id)
        roll = next(each for each in found.rolls if each.shift_id == self.shift_ids[slot])
        return {one.name: one.state for one in roll.people}

    async def certify(self, slot: int = 0) -> None:
        """Certify everybody on the list who has a place."""

        def do(unit: Unit) -> None:
            ids = unit.session.scalars(
                select(Signup.id).where(Signup.shift_id == self.shift_ids[slot], Signup.state == "registered")
            ).all()
            certifying.certify_signups(unit, self.town.manager, self.shift_ids[slot], ids)

        await self.there.write(do)

    async def fill(self, slot: int = 0, leave: int = 0) -> list[str]:
        """Residents of `there` take places until `leave` are left."""

        def do(unit: Unit) -> list[str]:
            shift = signups.find_shift(unit, self.shift_ids[slot])[0]
            taken = signups.seated(unit, shift.id)
            made = [person(unit, f"Local{number}") for number in range(shift.places - taken - leave)]
            for account_id in made:
                signups.sign_up(unit, account_id, shift.id)
            return made

        return await self.there.write(do)

    async def change(self, **changes: Any) -> None:
        def do(unit: Unit) -> None:
            mission = service.find(unit, self.mission_id)
            draft = service.draft_of(mission, service.live_shifts(unit, self.mission_id))
            values = {name: getattr(draft, name) for name in draft.__dataclass_fields__} | changes
            service.edit(unit, self.town.manager, self.mission_id, mission.version, type(draft)(**values))

        await self.there.write(do)


async def shared(here: Node, there: Node, *, mutual: bool = True, **changes: Any) -> Shared:
    """The two follow each other, the mission has arrived."""
    await follow(here, there)
    if mutual:
        await follow(there, here)

    def make(unit: Unit) -> tuple[Town, str, list[str]]:
        made = town(unit)
        return made, *published(unit, made, draft_with(**changes) if changes else DRAFT)

    made, mission_id, shift_ids = await there.write(make)
    uri = f"{there.base_url}/ap/missions/{mission_id}"

    async def arrived() -> str | None:
        return await here.read(lambda unit: unit.session.scalar(select(Neighbour.id).where(Neighbour.uri == uri)))

    neighbour_id = await until(arrived)
    assert neighbour_id is not None
    leila = await here.write(person, "Leïla", "Benali")
    return Shared(here, there, made, mission_id, tuple(shift_ids), neighbour_id, leila)


async def guests(node: Node) -> list[Guest]:
    def read(unit: Unit) -> list[Guest]:
        rows = unit.session.scalars(select(Guest).order_by(Guest.id)).all()
        for row in rows:
            unit.session.expunge(row)
        return list(rows)

    return await node.read(read)


async def requests(node: Node) -> list[Request]:
    def read(unit: Unit) -> list[Request]:
        rows = unit.session.scalars(select(Request).order_by(Request.id)).all()
        for row in rows:
            unit.session.expunge(row)
        return list(rows)

    return await node.read(read)


async def subjects(node: Node, account_id: str) -> list[str]:
    """Subjects of the mails to one person, oldest first."""

    def read(unit: Unit) -> list[str]:
        reader = people.reader(unit, account_id)
        assert reader is not None
        query = select(MailMessage.subject).where(MailMessage.recipient == reader.address)
        return list(unit.session.scalars(query.order_by(MailMessage.id)))

    return await node.read(read)
