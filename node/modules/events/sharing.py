"""The door of the agenda for residents of other communes: a guest's registration is one like any other."""

from __future__ import annotations

from typing import Final

from node.core.errors import Conflict, NotFound
from node.core.unit import Unit
from node.modules.events import notes, people, registrations, rules
from node.modules.events.models import Event
from node.sharing.public import Joinable, Standing


class EventDoor:
    """`node.sharing.joinable.Joinable` for events, which have no slots: `slot_uri` is empty."""

    def owns(self, unit: Unit, object_uri: str) -> bool:
        return object_uri.startswith(notes.uri_of(unit, ""))

    def join(self, unit: Unit, guest_id: str, object_uri: str, slot_uri: str) -> None:
        event = self._find(unit, object_uri, slot_uri)
        if event is None or event.published_at is None:
            raise NotFound("events.unknown")
        registrations.register(unit, guest_id, event.id)

    def leave(self, unit: Unit, guest_id: str, object_uri: str, slot_uri: str) -> None:
        event = self._find(unit, object_uri, slot_uri)
        row = registrations.find(unit, event.id, guest_id) if event else None
        if event is None or row is None:
            return
        if row.state in {"attended", "absent"}:
            raise Conflict("events.begun")
        registrations.leave(unit, guest_id, event.id)

    def standing(self, unit: Unit, guest_id: str, object_uri: str, slot_uri: str) -> Standing | None:
        event = self._find(unit, object_uri, slot_uri)
        if event is None:
            return None
        row = registrations.find(unit, event.id, guest_id)
        state = rules.as_registration_state(row.state) if row else None
        return Standing(
            # "attended" is a certification, with its proof, and goes into a register: an arrival is none.
            state="registered" if state == "attended" else state,
            title=event.title,
            organisation=people.organiser(unit, event.organisation_id).name,
            place=event.place_name,
            starts_at=event.starts_at,
            ends_at=event.ends_at,
        )

    def page_of(self, local_id: str) -> str:
        return f"/evenements/voisins/{local_id}"

    def _find(self, unit: Unit, object_uri: str, slot_uri: str) -> Event | None:
        return None if slot_uri else unit.session.get(Event, object_uri.removeprefix(notes.uri_of(unit, "")))


OFFERED: Final[Joinable] = EventDoor()
