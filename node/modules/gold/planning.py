"""Draws to come: planned at the desk, announced by the node once their period is over (specs/gold.md §2, §3)."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from node.core import audit
from node.core.errors import Conflict, Invalid, NotFound
from node.core.unit import Unit
from node.ledger import public as ledger
from node.modules.gold import outgoing, rules, signing
from node.modules.gold.events import DrawAnnounced
from node.modules.gold.models import Action, Draw, DrawEntry, DrawParty, WonPrize
from node.modules.gold.settings import Settings
from protocols.gold.entries import MOST_ENTRIES, Entry, entry_of, root_of
from protocols.gold.objects import Announcement, Party, Prize, alpha_of, announcement_json, read_announcement

SALT_BYTES = 16
AT_ONCE = 5
PATH = "/tirages/"


@dataclass(frozen=True, slots=True)
class Plan:
    """What an agent asks for. `witnesses`: actor ids."""

    name: str
    actions_from: datetime
    actions_until: datetime
    draw_at: datetime
    cap: int
    prizes: tuple[Prize, ...]
    witnesses: tuple[str, ...]


def plan(unit: Unit, by: str, wanted: Plan, draw_id: str) -> str:
    """Plan a draw; what is over already is announced within a minute. `draw_id` was made with the form: sent twice, it
    makes one draw. Raises Invalid and Conflict `gold.…`, with the field."""
    known = unit.session.get(Draw, draw_id)
    if known is not None:
        return known.id
    rules.check_times(wanted.actions_from, wanted.actions_until, wanted.draw_at, unit.now)
    possible = {peer.actor_id for peer, _key in signing.possible_witnesses(unit)}
    witnesses = tuple(dict.fromkeys(wanted.witnesses))
    if not possible.issuperset(witnesses) or len(witnesses) > rules.MOST_WITNESSES:
        raise Invalid("gold.witness", field="witnesses", limit=rules.MOST_WITNESSES)
    _check_covered(unit, wanted.prizes)
    settings = unit.settings("gold", Settings)
    draw_at = wanted.draw_at.replace(microsecond=0)
    unit.session.add(
        Draw(
            id=draw_id, name=wanted.name, state="planned", cap=wanted.cap, draw_at=draw_at, note="", uri="", alpha="",
            actions_from=wanted.actions_from.replace(microsecond=0),
            actions_until=wanted.actions_until.replace(microsecond=0),
            answers_until=draw_at + timedelta(hours=settings.answer_hours), claim_days=settings.claim_days,
            prizes=[{"name": one.name, "gold": one.gold, "count": one.count} for one in wanted.prizes],
            witnesses=list(witnesses), reminded=False, created_by=by, created_at=unit.now,
        )
    )  # fmt: skip
    unit.session.flush()
    audit.record(unit, by, "gold.planned", draw_id, name=wanted.name)
    return draw_id


def withdraw(unit: Unit, by: str, draw_id: str) -> None:
    """Give a draw up that nobody was told of yet. An announced one is held, whatever happens. Raises Conflict."""
    row = find(unit, draw_id, lock=True)
    if row.state == "withdrawn":
        return
    row.state = rules.next_state(row.state, "withdraw")
    audit.record(unit, by, "gold.withdrawn", row.id)


def find(unit: Unit, draw_id: str, *, lock: bool = False) -> Draw:
    """Raises NotFound `gold.unknown`."""
    row = unit.session.get(Draw, draw_id, with_for_update=lock or None)
    if row is None:
        raise NotFound("gold.unknown")
    return row


def announce_due(unit: Unit) -> int:
    """Announce what is planned and whose period is over; returns how many were."""
    due = select(Draw).where(Draw.state == "planned", Draw.actions_until <= unit.now)
    rows = unit.session.scalars(due.order_by(Draw.actions_until, Draw.id).limit(AT_ONCE).with_for_update()).all()
    return sum(_announce(unit, row) for row in rows)


def _announce(unit: Unit, row: Draw) -> bool:
    if row.draw_at < unit.now + rules.SHORTEST_NOTICE:  # the node slept: its witnesses could not hold it in time
        row.draw_at = unit.now.replace(microsecond=0) + rules.SHORTEST_WAIT
        row.answers_until = row.draw_at + timedelta(hours=unit.settings("gold", Settings).answer_hours)
    entries = _make_entries(unit, row)
    if not entries:
        row.state, row.note = rules.next_state(row.state, "withdraw"), "nobody"
        return False
    numbered = select(Draw).where(Draw.number.is_not(None)).order_by(Draw.number.desc()).limit(1)
    last = unit.session.scalars(numbered).first()
    announced = unit.now.replace(microsecond=0)
    announcement = Announcement(
        id=unit.node.url(PATH + row.id),
        number=1 if last is None or last.number is None else last.number + 1,
        previous="" if last is None else last.alpha,
        name=row.name,
        actions_from=row.actions_from,
        actions_until=row.actions_until,
        cap=row.cap,
        count=len(entries),
        root=root_of(entries),
        prizes=tuple(Prize(one["name"], one["gold"], one["count"]) for one in row.prizes),
        announced=announced,
        drawn_at=row.draw_at,
        answers_until=row.answers_until,
        claim_days=row.claim_days,
        parties=_parties(unit, row),
    )
    document = announcement_json(announcement)
    read_announcement(document)
    row.number, row.uri, row.alpha = announcement.number, announcement.id, alpha_of(document).hex()
    row.announcement, row.announced_at = signing.signed(unit, document), announced
    row.state = rules.next_state(row.state, "announce")
    for position, party in enumerate(announcement.parties):
        unit.session.add(
            DrawParty(draw_id=row.id, position=position, actor=party.actor, name=party.name, keys={}, late=False)
        )
    unit.session.flush()
    outgoing.ask_witnesses(unit, row, [party.actor for party in announcement.parties[1:]])
    unit.emit(DrawAnnounced(row.id))
    return True


def _parties(unit: Unit, row: Draw) -> tuple[Party, ...]:
    """We first; a witness that we do not know any more, or that publishes no key any more, is left out."""
    possible = signing.possible_witnesses(unit)
    known = {peer.actor_id: Party(peer.actor_id, peer.name[:200], key) for peer, key in possible}
    return (signing.our_party(unit), *(known[actor] for actor in row.witnesses if actor in known))


def _make_entries(unit: Unit, row: Draw) -> list[Entry]:
    """The certified actions of the period, at most `cap` of each person, the earliest first."""
    query = select(Action).where(
        Action.certified_at >= row.actions_from, Action.certified_at < row.actions_until, Action.revoked_at.is_(None)
    )
    counted: dict[str, int] = {}
    salts: dict[str, bytes] = {}
    rows = []
    for action in unit.session.scalars(query.order_by(Action.certified_at, Action.id).limit(MOST_ENTRIES)):
        counted[action.account_id] = counted.get(action.account_id, 0) + 1
        if counted[action.account_id] > row.cap:
            continue
        person = salts.setdefault(action.account_id, secrets.token_bytes(SALT_BYTES))
        salt = secrets.token_bytes(SALT_BYTES)
        entry = entry_of(salt, action.id, person, action.account_id)
        rows.append((entry, action, salt, person))
    unit.session.add_all(
        DrawEntry(
            draw_id=row.id, reference=entry.reference, holder=entry.holder, action_id=action.id,
            account_id=action.account_id, salt=salt, holder_salt=person, struck=False,
        )
        for entry, action, salt, person in rows
    )  # fmt: skip
    unit.session.flush()
    return sorted((entry for entry, *_ in rows), key=lambda entry: entry.reference)


def entries_of(unit: Unit, draw_id: str) -> list[Entry]:
    """The entries of an announced draw, in the order of the tree."""
    query = select(DrawEntry.reference, DrawEntry.holder).where(DrawEntry.draw_id == draw_id)
    return [Entry(*row) for row in unit.session.execute(query.order_by(DrawEntry.reference)).all()]


def promised(unit: Unit) -> int:
    """Gold tokens that planned and announced draws, and prizes not yet taken, may still cost."""
    waiting = unit.session.scalars(select(Draw.prizes).where(Draw.state.in_(("planned", "announced")))).all()
    coming: int = sum(one["gold"] * one["count"] for prizes in waiting for one in prizes)
    won = select(func.coalesce(func.sum(WonPrize.gold), 0)).where(WonPrize.state == "won")
    return coming + int(unit.session.execute(won).scalar_one())


def _check_covered(unit: Unit, prizes: Sequence[Prize]) -> None:
    """Nobody is promised gold that the commune has not got."""
    cost = sum(one.gold * one.count for one in prizes)
    left = ledger.supply(unit, cls="gold").treasury - promised(unit)
    if cost > left:
        raise Conflict("gold.not-covered", field="prizes", left=max(left, 0))
