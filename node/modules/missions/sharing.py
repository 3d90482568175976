"""The door of the missions for residents of other communes: a guest's sign-up is a sign-up like any other."""

from __future__ import annotations

from typing import Final

from node.core.errors import Conflict, NotFound
from node.core.unit import Unit
from node.modules.missions import notes, people, rules, signups
from node.modules.missions.models import Mission, Shift
from node.sharing.public import Joinable, Standing


class MissionDoor:
    """`node.sharing.joinable.Joinable` for missions."""

    def owns(self, unit: Unit, object_uri: str) -> bool:
        return object_uri.startswith(notes.uri_of(unit, ""))

    def join(self, unit: Unit, guest_id: str, object_uri: str, slot_uri: str) -> None:
        signups.sign_up(unit, guest_id, self._shift(unit, object_uri, slot_uri)[1].id)

    def leave(self, unit: Unit, guest_id: str, object_uri: str, slot_uri: str) -> None:
        found = self._find(unit, object_uri, slot_uri)
        signup = found and signups.find_signup(unit, found[1].id, guest_id)
        if found and signup is not None and signup.state in {"registered", "waiting"}:
            signups.leave(unit, guest_id, found[1].id)
        elif signup is not None and signup.state in {"attended", "absent", "revoked"}:
            raise Conflict("missions.begun")

    def standing(self, unit: Unit, guest_id: str, object_uri: str, slot_uri: str) -> Standing | None:
        found = self._find(unit, object_uri, slot_uri)
        if found is None:
            return None
        mission, shift = found
        signup = signups.find_signup(unit, shift.id, guest_id)
        state = rules.as_signup_state(signup.state) if signup else None
        return Standing(
            state="refused" if state == "revoked" else state,
            title=mission.title,
            organisation=people.organisation(unit, mission.organisation_id).name,
            place=mission.place_name,
            starts_at=shift.starts_at,
            ends_at=shift.ends_at,
        )

    def page_of(self, local_id: str) -> str:
        return f"/missions/voisines/{local_id}"

    def _find(self, unit: Unit, object_uri: str, slot_uri: str) -> tuple[Mission, Shift] | None:
        mission = unit.session.get(Mission, object_uri.removeprefix(notes.uri_of(unit, "")))
        shift = unit.session.get(Shift, slot_uri.removeprefix(f"{object_uri}#"))
        if mission is None or shift is None or shift.mission_id != mission.id:
            return None
        return mission, shift

    def _shift(self, unit: Unit, object_uri: str, slot_uri: str) -> tuple[Mission, Shift]:
        found = self._find(unit, object_uri, slot_uri)
        if found is None or found[0].published_at is None:
            raise NotFound("missions.unknown")
        return found


OFFERED: Final[Joinable] = MissionDoor()
