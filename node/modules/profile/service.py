"""What changes a profile: an action that was certified, interests that were chosen."""

from __future__ import annotations

from sqlalchemy import delete, select

from node.civic import skills, themes
from node.core.ids import new_id
from node.core.unit import Unit
from node.modules.missions.events import MissionCertified, MissionRevoked
from node.modules.profile import evidence, rules
from node.modules.profile.models import Action, Interest
from node.modules.profile.values import Interests
from node.sharing.events import CertifiedElsewhere
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


def revoke(unit: Unit, event: MissionRevoked) -> None:
    """The action does not stand any more: it leaves the register, its row stays."""
    row = unit.session.scalar(select(Action).where(Action.signup_id == event.signup_id))
    if row is not None and row.revoked_at is None:
        row.revoked_at = unit.now
        unit.session.flush()


def record_elsewhere(unit: Unit, event: CertifiedElsewhere) -> None:
    """The same for an action that a neighbour certified: its signed word stands inside ours."""
    if unit.session.scalar(select(Action.id).where(Action.signup_id == event.request_id)) is not None:
        return
    action_id = new_id()
    signed = evidence.statement_elsewhere(unit, action_id, event)
    unit.session.add(
        Action(
            id=action_id,
            account_id=event.account_id,
            kind="mission",
            title=event.title,
            organisation=event.organisation,
            mission_id=event.local_id,
            signup_id=event.request_id,
            minutes=event.minutes,
            skills=list(skills.known(event.skills)),
            theme=themes.theme(event.theme).key,
            tokens=event.tokens,
            expiry_day=event.expiry_day,
            done_on=event.done_on,
            certified_at=event.certified_at,
            certified_by="",
            transfer_id=event.transfer_id,
            digest=evidence_digest(signed),
            evidence=signed,
        )
    )
    unit.session.flush()


def choose(unit: Unit, account_id: str, wanted_themes: list[str], wanted_skills: list[str]) -> Interests:
    """Replace somebody's interests. Raises Invalid `profile.theme`, `profile.skill`."""
    chosen = rules.interests(wanted_themes, wanted_skills)
    unit.session.execute(delete(Interest).where(Interest.account_id == account_id))
    for kind, keys in (("theme", chosen.themes), ("skill", chosen.skills)):
        unit.session.add_all(Interest(account_id=account_id, kind=kind, key=key) for key in keys)
    unit.session.flush()
    return chosen
