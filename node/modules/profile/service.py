"""What changes a profile: an action that was certified, interests that were chosen."""

from __future__ import annotations

from sqlalchemy import delete, select

from node.core.ids import new_id
from node.core.unit import Unit
from node.modules.missions.events import MissionCertified
from node.modules.profile import evidence, rules
from node.modules.profile.models import Action, Interest
from node.modules.profile.values import Interests
from protocols.proofs import evidence_digest


def record(unit: Unit, event: MissionCertified) -> None:
    """Write a certified mission into its owner's register, once, in the transaction of the certification."""
    if unit.session.scalar(select(Action.id).where(Action.signup_id == event.signup_id)) is not None:
        return
    action_id, minutes = new_id(), round(event.hours * 60)
    signed = evidence.statement(unit, action_id, event, minutes)
    unit.session.add(
        Action(
            id=action_id,
            account_id=event.account_id,
            kind="mission",
            title=event.title,
            organisation=event.organisation_name,
            mission_id=event.mission_id,
            signup_id=event.signup_id,
            minutes=minutes,
            skills=list(event.skills),
            theme=event.theme,
            tokens=event.tokens,
            expiry_day=event.expiry_day,
            done_on=event.done_on,
            certified_at=event.certified_at,
            certified_by=event.certifier_id,
            transfer_id=event.transfer_id,
            digest=evidence_digest(signed),
            evidence=signed,
        )
    )
    unit.session.flush()


def choose(unit: Unit, account_id: str, themes: list[str], skills: list[str]) -> Interests:
    """Replace somebody's interests. Raises Invalid `profile.theme`, `profile.skill`."""
    chosen = rules.interests(themes, skills)
    unit.session.execute(delete(Interest).where(Interest.account_id == account_id))
    for kind, keys in (("theme", chosen.themes), ("skill", chosen.skills)):
        unit.session.add_all(Interest(account_id=account_id, kind=kind, key=key) for key in keys)
    unit.session.flush()
    return chosen
