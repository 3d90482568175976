"""What a profile shows, in a fixed number of queries."""

from __future__ import annotations

from sqlalchemy import select

from node.accounts import public as accounts
from node.civic import skills, themes
from node.core.errors import NotFound
from node.core.unit import Unit
from node.modules.missions import public as missions
from node.modules.profile import rules
from node.modules.profile.models import Action, Interest
from node.modules.profile.values import ActionShown, Interests, Profile, Register, Suggestion, Totals
from node.neighbours import public as neighbours
from protocols import multikey
from protocols.types import JsonObject

LOOKED_AT = 100
SHOWN = 6


def profile(unit: Unit, account_id: str) -> Profile:
    """The page of somebody's own profile."""
    done, chosen = actions(unit, account_id), interests(unit, account_id)
    sums = rules.totals(done)
    return Profile(done, sums, chosen, fitting(unit, done, sums, chosen, SHOWN))


def register(unit: Unit, account_id: str) -> Register:
    """The register as it is printed, the oldest action first. Raises NotFound `accounts.unknown`."""
    person = accounts.account_summary(unit, account_id)
    if person is None:
        raise NotFound("accounts.unknown")
    done = actions(unit, account_id)
    return Register(
        name=f"{person.given_name} {person.family_name}".strip(),
        actions=done[::-1],
        totals=rules.totals(done),
        key=multikey.encode(unit.keys.proof_public),
        signed_as=neighbours.own_actor(unit),
    )


def actions(unit: Unit, account_id: str) -> tuple[ActionShown, ...]:
    """Somebody's certified actions, the latest first."""
    wanted = select(Action).where(Action.account_id == account_id, Action.revoked_at.is_(None))
    wanted = wanted.order_by(Action.done_on.desc(), Action.id.desc())
    return tuple(_shown(row) for row in unit.session.scalars(wanted))


def interests(unit: Unit, account_id: str) -> Interests:
    """What somebody chose; keys that have left the vocabulary since are passed over."""
    rows = unit.session.execute(select(Interest.kind, Interest.key).where(Interest.account_id == account_id)).all()
    chosen = {(kind, key) for kind, key in rows}
    return Interests(
        tuple(theme.key for theme in themes.THEMES if ("theme", theme.key) in chosen),
        tuple(skill.key for skill in skills.SKILLS if ("skill", skill.key) in chosen),
    )


def fitting(
    unit: Unit, done: tuple[ActionShown, ...], sums: Totals, chosen: Interests, limit: int
) -> tuple[Suggestion, ...]:
    """Missions to come that fit; none where missions are switched off or nothing is known of the person yet."""
    if "missions" not in unit.node.modules or not (chosen or done):
        return ()
    cards = missions.upcoming(unit, LOOKED_AT)
    return rules.suggestions(cards, chosen, sums, frozenset(action.mission_id for action in done), limit)


def evidence(unit: Unit, account_id: str, action_id: str) -> JsonObject:
    """The signed statement about one's own action. Raises NotFound `profile.action-unknown`."""
    row = unit.session.get(Action, action_id)
    if row is None or row.account_id != account_id or row.revoked_at is not None:
        raise NotFound("profile.action-unknown")
    found: JsonObject = row.evidence
    return found


def _shown(row: Action) -> ActionShown:
    return ActionShown(
        id=row.id,
        kind=row.kind,
        title=row.title,
        organisation=row.organisation,
        mission_id=row.mission_id,
        minutes=row.minutes,
        skills=tuple(row.skills),
        theme=row.theme,
        tokens=row.tokens,
        expiry_day=row.expiry_day,
        done_on=row.done_on,
        certified_at=row.certified_at,
        digest=row.digest,
        commune=str(row.evidence.get("credentialSubject", {}).get("action", {}).get("commune", "")),
    )
