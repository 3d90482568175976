"""Fill a node of the demonstration, through the same functions that pages use."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from node.accounts import passwords
from node.accounts import public as accounts
from node.accounts import service as account_service
from node.accounts.roles import grant
from node.core.unit import Unit
from node.core.viewer import SYSTEM
from node.demo import agenda, council, draws, families, history, spending, visits, world
from node.demo.world import Job, Town
from node.modules.missions import service as missions
from node.modules.missions.rules import MissionDraft, ShiftDraft
from node.modules.rewards import offers
from node.organisations import membership
from node.organisations import service as organisations


def fill(unit: Unit, town: Town, password_hash: str) -> None:
    """People, roles, organisations, missions, offers, a first issue of tokens and what
    some did before. For an empty node only."""
    ids = {person.key: _person(unit, town, person, password_hash) for person in town.people}
    groups: dict[str, str] = {}
    for group in town.groups:
        draft = organisations.Draft(group.name, group.kind, group.summary, group.summary, address=group.address)
        groups[group.name] = organisations.create(unit, SYSTEM, draft).id
        membership.add(unit, SYSTEM, groups[group.name], ids[group.manager], "manager")
    council.vote(history.earlier(unit, history.BEGINNING_DAYS), town, ids, world.SUPPLY)
    council.allot(unit, town, ids, groups)
    for job in town.jobs:
        manager = next(group.manager for group in town.groups if group.name == job.association)
        written = _draft(unit, job, world.POSITIONS[town.label])
        mission_id = missions.create(unit, ids[manager], groups[job.association], written)
        missions.publish(unit, ids[manager], mission_id)
    for deal in town.deals:
        manager = next(group.manager for group in town.groups if group.name == deal.partner)
        viewer = accounts.viewer(unit, ids[manager])
        offer = offers.OfferDraft(deal.title, deal.summary, deal.conditions, deal.kind, deal.price)
        offer_id = offers.create(unit, viewer, groups[deal.partner], offer)
        offers.change_state(unit, viewer, offer_id, "publish")
    visits.place(unit, town)
    agenda.announce(unit, town, ids, groups)
    history.live_through(unit, town, ids, groups)
    spending.open_up(unit, town, ids, groups)
    council.close_the_month(unit)
    draws.live_through(unit, town, ids)
    families.gather(unit, town, ids)


def _person(unit: Unit, town: Town, person: world.Person, password_hash: str) -> str:
    if not person.phone:
        return accounts.create_account_at_desk(unit, SYSTEM, person.given, person.family).id
    account_id = accounts.create_account(unit, world.email(person, town.label), person.given, person.family).id
    account_service.set_password(unit, account_id, password_hash, replaces=None)
    for role in person.roles:
        grant(unit, SYSTEM, account_id, role)
    return account_id


def _draft(unit: Unit, job: Job, position: tuple[float, float]) -> MissionDraft:
    zone = ZoneInfo(unit.node.timezone)
    day = unit.today + timedelta(days=job.days)
    first, last = job.hours
    start = datetime.combine(day, time(first), zone)
    if job.days == 0:  # today's mission is going on right now, so that attendance can be certified at once
        start = unit.local(unit.now).replace(minute=0, second=0, microsecond=0)
    shift = ShiftDraft(start, start + timedelta(hours=last - first), job.places)
    return MissionDraft(
        job.title, job.summary, job.description, job.theme, job.place, job.tokens, (shift,), skills=job.skills,
        lat=position[0], lon=position[1],
    )  # fmt: skip


def hashed_password() -> str:
    """One argon2id hash for all demonstration accounts: making it thirty times would only cost time."""
    return passwords.hash_password(world.DEMO_PASSWORD)
