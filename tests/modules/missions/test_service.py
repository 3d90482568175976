"""Writing, publishing, changing and cancelling missions, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from node.core.errors import Conflict, Forbidden, Invalid, NotFound
from node.core.mail import recent_mails
from node.core.unit import Unit
from node.modules.missions import public, reading, service, signups
from node.modules.missions.events import MissionChanged, MissionPublished, MissionWithdrawn
from node.modules.missions.models import Mission, Shift
from node.organisations.models import OrganisationRow
from tests.fixtures.nodes import TestClock
from tests.modules.missions.people import DRAFT, SATURDAY, draft_with, published, residents, shift_at, town


def told(unit: Unit) -> list[object]:
    """Collect what this unit tells about missions from now on."""
    events: list[object] = []

    def note(_unit: Unit, event: object) -> None:
        events.append(event)

    seen = dict.fromkeys((MissionPublished, MissionChanged, MissionWithdrawn), (note,))
    unit.subscribers = {**unit.subscribers, **seen}
    return events


def test_from_draft_to_published(unit: Unit) -> None:
    here, events = town(unit), told(unit)
    mission_id = service.create(unit, here.manager, here.association_id, DRAFT)
    assert public.upcoming(unit, 10) == ()
    with pytest.raises(NotFound):
        public.get(unit, mission_id)

    service.publish(unit, here.helper, mission_id)
    service.publish(unit, here.helper, mission_id)
    assert events == [MissionPublished(mission_id)]
    [card] = public.upcoming(unit, 10)
    assert (card.title, card.organisation_name, card.tokens, card.places_left) == (
        DRAFT.title,
        "Arbres et Paysages",
        6,
        5,
    )
    page = public.get(unit, mission_id)
    assert (page.state, page.published_at, page.skills) == ("published", unit.now, ("gardening", "nature"))
    assert public.counts(unit) == public.Counts(1, 0)


@pytest.mark.parametrize("who", ["stranger", "resident"])
def test_only_members_of_the_organisation(unit: Unit, who: str) -> None:
    here = town(unit)
    mission_id, _shifts = published(unit, here)
    other = getattr(here, who)
    for attempt in (
        lambda: service.create(unit, other, here.association_id, DRAFT),
        lambda: service.edit(unit, other, mission_id, 2, DRAFT),
        lambda: service.duplicate(unit, other, mission_id),
        lambda: service.publish(unit, other, mission_id),
        lambda: service.withdraw(unit, other, mission_id),
        lambda: service.cancel(unit, other, mission_id),
    ):
        with pytest.raises(Forbidden, match="not-member"):
            attempt()
    unit.session.expire_all()
    assert unit.session.scalars(select(Mission.state)).all() == ["published"]


def test_members_of_a_closed_association_write_nothing(unit: Unit) -> None:
    here = town(unit)
    row = unit.session.get_one(OrganisationRow, here.association_id)
    row.state = "closed"
    unit.session.flush()
    with pytest.raises(Forbidden, match="not-member"):
        service.create(unit, here.manager, here.association_id, DRAFT)


def test_a_stale_page_changes_nothing(unit: Unit) -> None:
    here = town(unit)
    mission_id, [shift_id] = published(unit, here)
    version = public.get(unit, mission_id).version
    kept = shift_at(SATURDAY, id_=shift_id)
    service.edit(unit, here.manager, mission_id, version, draft_with(title="Une", shifts=(kept,)))
    with pytest.raises(Conflict, match=r"core\.stale"):
        service.edit(unit, here.helper, mission_id, version, draft_with(title="Autre", shifts=(kept,)))
    assert public.get(unit, mission_id).title == "Une"


def test_editing_tells_neighbours_only_what_is_published(unit: Unit) -> None:
    here, events = town(unit), told(unit)
    mission_id = service.create(unit, here.manager, here.association_id, draft_with(shifts=()))
    version = service.edit(unit, here.manager, mission_id, 1, DRAFT)
    assert events == []
    service.publish(unit, here.manager, mission_id)
    page = public.get(unit, mission_id)
    assert page.version > version
    kept = shift_at(SATURDAY, id_=page.shifts[0].id)
    service.edit(unit, here.manager, mission_id, page.version, draft_with(tokens=8, shifts=(kept,)))
    assert events == [MissionPublished(mission_id), MissionChanged(mission_id)]


def test_publishing_needs_a_slot_to_come(unit: Unit, clock: TestClock) -> None:
    here = town(unit)
    bare = service.create(unit, here.manager, here.association_id, draft_with(shifts=()))
    past = shift_at(unit.now - timedelta(days=2))
    over = service.create(unit, here.manager, here.association_id, draft_with(shifts=(past,)))
    for mission_id in (bare, over):
        with pytest.raises(Invalid, match="nothing-to-come"):
            service.publish(unit, here.manager, mission_id)


def test_a_slot_of_another_mission_cannot_be_taken_over(unit: Unit) -> None:
    here = town(unit)
    _first, [foreign] = published(unit, here)
    mission_id, [_own] = published(unit, here)
    version = public.get(unit, mission_id).version
    with pytest.raises(Conflict, match=r"core\.stale"):
        service.edit(unit, here.manager, mission_id, version, draft_with(shifts=(shift_at(SATURDAY, id_=foreign),)))


def test_moving_a_slot_writes_to_those_signed_up(unit: Unit) -> None:
    here = town(unit)
    mission_id, [shift_id] = published(unit, here)
    signups.sign_up(unit, here.resident, shift_id)
    later = shift_at(SATURDAY + timedelta(days=1), id_=shift_id)
    before = len(recent_mails(unit))
    version = public.get(unit, mission_id).version
    version = service.edit(unit, here.manager, mission_id, version, draft_with(shifts=(later,)))
    [mail] = recent_mails(unit)[: len(recent_mails(unit)) - before]
    assert mail.subject == f"Changement de date ou de lieu : {DRAFT.title}"
    assert "dimanche 29 novembre 2026 à 9 h 00" in mail.body
    service.edit(unit, here.manager, mission_id, version, draft_with(tokens=7, shifts=(later,)))
    assert len(recent_mails(unit)) == before + 1


def test_removing_a_slot(unit: Unit) -> None:
    here = town(unit)
    second = shift_at(SATURDAY + timedelta(days=7))
    mission_id, [first_id, second_id] = published(unit, here, draft_with(shifts=(*DRAFT.shifts, second)))
    signups.sign_up(unit, here.resident, first_id)
    version = public.get(unit, mission_id).version
    service.edit(unit, here.manager, mission_id, version, draft_with(shifts=(shift_at(SATURDAY),)))
    assert unit.session.get(Shift, second_id) is None
    views = {shift.id: shift for shift in reading.page(unit, mission_id, here.resident).shifts}
    assert views[first_id].cancelled
    assert views[first_id].mine == "cancelled"
    assert recent_mails(unit)[0].subject.startswith("Annulé : ")


def test_fewer_places_than_people(unit: Unit) -> None:
    here = town(unit)
    mission_id, [shift_id] = published(unit, here)
    for account_id in residents(unit, 3):
        signups.sign_up(unit, account_id, shift_id)
    version = public.get(unit, mission_id).version
    with pytest.raises(Invalid, match="fewer-places"):
        service.edit(
            unit, here.manager, mission_id, version, draft_with(shifts=(shift_at(SATURDAY, places=2, id_=shift_id),))
        )


def test_more_places_for_those_who_wait(unit: Unit, clock: TestClock) -> None:
    here = town(unit)
    mission_id, [shift_id] = published(unit, here, draft_with(shifts=(shift_at(SATURDAY, places=1),)))
    people = residents(unit, 3)
    states = [signups.sign_up(unit, account_id, shift_id).state for account_id in people]
    assert states == ["registered", "waiting", "waiting"]
    version = public.get(unit, mission_id).version
    two = shift_at(SATURDAY, places=2, id_=shift_id)
    service.edit(unit, here.manager, mission_id, version, draft_with(shifts=(two,)))
    mine = [reading.page(unit, mission_id, account_id).shifts[0].mine for account_id in people]
    assert mine == ["registered", "registered", "waiting"]


def test_withdrawn_is_off_the_list_but_keeps_its_people(unit: Unit) -> None:
    here, events = town(unit), told(unit)
    mission_id, [shift_id] = published(unit, here)
    signups.sign_up(unit, here.resident, shift_id)
    service.withdraw(unit, here.manager, mission_id)
    service.withdraw(unit, here.manager, mission_id)
    assert events == [MissionPublished(mission_id), MissionWithdrawn(mission_id, cancelled=False)]
    assert public.upcoming(unit, 10) == ()
    assert reading.page(unit, mission_id, here.resident).shifts[0].mine == "registered"
    with pytest.raises(Conflict, match="closed"):
        signups.sign_up(unit, here.helper, shift_id)
    service.publish(unit, here.manager, mission_id)
    assert len(public.upcoming(unit, 10)) == 1


def test_cancelling_writes_to_everybody_once(unit: Unit) -> None:
    here, events = town(unit), told(unit)
    mission_id, [shift_id] = published(unit, here, draft_with(shifts=(shift_at(SATURDAY, places=1),)))
    people = residents(unit, 2)
    for account_id in people:
        signups.sign_up(unit, account_id, shift_id)
    before = len(recent_mails(unit))
    assert service.cancel(unit, here.manager, mission_id, "Trop de\nvent.") == 2
    assert service.cancel(unit, here.manager, mission_id) == 0
    mails = recent_mails(unit)[:2]
    assert len(recent_mails(unit)) == before + 2
    assert all(mail.subject == f"Annulé : {DRAFT.title}" and "« Trop de vent. »" in mail.body for mail in mails)
    assert events[-1] == MissionWithdrawn(mission_id, cancelled=True)
    with pytest.raises(Conflict, match=r"missions\.state"):
        service.publish(unit, here.manager, mission_id)


def test_a_duplicate_is_a_draft_without_slots(unit: Unit) -> None:
    here = town(unit)
    mission_id, _shifts = published(unit, here)
    copy = reading.page(unit, service.duplicate(unit, here.helper, mission_id))
    assert (copy.title, copy.state, copy.shifts, copy.tokens) == (DRAFT.title, "draft", (), 6)
    assert unit.session.scalars(select(func.count()).select_from(Mission)).one() == 2
