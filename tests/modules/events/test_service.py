"""Writing events: who may, what is refused, series edited one by one or from a date on."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from node.core.errors import Conflict, DomainError, Forbidden, Invalid
from node.core.mail import recent_mails
from node.core.unit import Unit
from node.modules.events import gdpr, jobs, public, reading, registrations, service
from node.modules.events.models import Event, Registration
from node.modules.events.reading import Filters
from node.modules.events.recurring import Recurrence
from tests.modules.events.people import DRAFT, SATURDAY, draft_with, published, residents, town

WEEKLY = Recurrence("week", date(2027, 1, 2), frozenset({date(2026, 12, 26)}))
"""5, 12, 19 December and 2 January."""


def all_events(unit: Unit) -> list[Event]:
    return list(unit.session.scalars(select(Event).order_by(Event.starts_at)))


def test_members_and_agents_write_others_do_not(unit: Unit) -> None:
    here = town(unit)
    own = service.create(unit, here.member, here.association_id, DRAFT)
    of_the_town_hall = service.create(unit, here.agent, None, DRAFT)
    for account_id, organisation_id in (
        (here.resident, None),
        (here.member, None),
        (here.stranger, here.association_id),
        (here.agent, here.association_id),
    ):
        with pytest.raises(Forbidden, match="not-organiser"):
            service.create(unit, account_id, organisation_id, DRAFT)
    for account_id, event_id in ((here.stranger, own), (here.member, of_the_town_hall)):
        for act in (service.publish, service.withdraw, service.cancel, service.duplicate):
            with pytest.raises(Forbidden):
                act(unit, account_id, event_id)
        with pytest.raises(Forbidden):
            service.edit(unit, account_id, event_id, 1, DRAFT)
    assert {event.state for event in all_events(unit)} == {"draft"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": "  "}, "title"),
        ({"title": "x" * 141}, "title"),
        ({"summary": "a\x00b"}, "summary"),
        ({"theme": "levitation"}, "theme"),
        ({"places": 0}, "places"),
        ({"places": 5_001}, "places"),
        ({"lat": None}, "lat"),
        ({"lat": 91.0}, "lat"),
        ({"lat": float("nan")}, "lat"),
        ({"ends_at": SATURDAY}, "end_time"),
        ({"ends_at": SATURDAY + timedelta(days=32)}, "end_day"),
        ({"starts_at": SATURDAY + timedelta(days=900), "ends_at": SATURDAY + timedelta(days=901)}, "day"),
    ],
)
def test_bounds(unit: Unit, changes: dict[str, Any], field: str) -> None:
    here = town(unit)
    with pytest.raises(Invalid) as caught:
        service.create(unit, here.member, here.association_id, draft_with(**changes))
    assert caught.value.field == field
    assert all_events(unit) == []


def test_a_series_is_one_event_for_each_day(unit: Unit) -> None:
    here = town(unit)
    first = published(unit, here, recurrence=WEEKLY)
    days = [unit.local(event.starts_at).date() for event in all_events(unit)]
    assert days == [date(2026, 12, 5), date(2026, 12, 12), date(2026, 12, 19), date(2027, 1, 2)]
    page = reading.page(unit, first)
    assert (page.every, len(page.dates)) == ("week", 3)
    assert {event.state for event in all_events(unit)} == {"published"}


def test_one_date_is_changed_or_all_that_follow(unit: Unit) -> None:
    here = town(unit)
    published(unit, here, recurrence=WEEKLY)
    first, second, third, last = all_events(unit)
    service.edit(unit, here.member, second.id, second.version, draft_with(
        title="À part", starts_at=second.starts_at, ends_at=second.ends_at
    ))  # fmt: skip
    assert [event.title for event in all_events(unit)] == [DRAFT.title, "À part", DRAFT.title, DRAFT.title]
    later = draft_with(
        title="Le dimanche", starts_at=second.starts_at + timedelta(days=1, hours=1),
        ends_at=second.ends_at + timedelta(days=1, hours=1),
    )  # fmt: skip
    service.edit(unit, here.member, second.id, second.version, later, following=True)
    assert first.title == DRAFT.title
    assert [event.title for event in (second, third, last)] == ["Le dimanche"] * 3
    assert [unit.local(event.starts_at).isoformat()[:16] for event in (second, third, last)] == [
        "2026-12-13T11:00", "2026-12-20T11:00", "2027-01-03T11:00"
    ]  # fmt: skip


def test_one_date_is_cancelled_or_all_that_follow(unit: Unit) -> None:
    here = town(unit)
    published(unit, here, recurrence=WEEKLY)
    first, second, third, last = all_events(unit)
    registrations.register(unit, here.resident, third.id)
    assert service.cancel(unit, here.member, second.id) == 0
    assert service.cancel(unit, here.member, third.id, "Trop de pluie", following=True) == 1
    assert [event.state for event in (first, second, third, last)] == ["published", *["cancelled"] * 3]
    letter = recent_mails(unit)[0]
    assert letter.subject.startswith("Annulé : ")
    assert "« Trop de pluie »" in letter.body
    assert service.cancel(unit, here.member, third.id) == 0


def test_somebody_was_faster(unit: Unit) -> None:
    here = town(unit)
    event_id = published(unit, here)
    with pytest.raises(Conflict, match="stale"):
        service.edit(unit, here.member, event_id, 1, draft_with(title="Trop tard"))
    assert service.find(unit, event_id).title == DRAFT.title


def test_who_is_registered_hears_of_another_time_or_place(unit: Unit) -> None:
    here = town(unit)
    event_id = published(unit, here)
    registrations.register(unit, here.resident, event_id)
    service.edit(unit, here.member, event_id, 2, draft_with(summary="Autre phrase."))
    assert not recent_mails(unit)[0].subject.startswith("Changement")
    service.edit(unit, here.member, event_id, 3, draft_with(place_name="Salle Jaurès"))
    letter = recent_mails(unit)[0]
    assert letter.subject.startswith("Changement de date ou de lieu : ")
    assert "Salle Jaurès" in letter.body


def test_places_are_not_taken_away_from_people(unit: Unit) -> None:
    here = town(unit)
    event_id = published(unit, here)
    for account_id in residents(unit, 2):
        registrations.register(unit, account_id, event_id)
    with pytest.raises(Invalid, match="fewer-places"):
        service.edit(unit, here.member, event_id, 2, draft_with(places=1))
    with pytest.raises(Invalid, match="no-way-back"):
        service.edit(unit, here.member, event_id, 2, draft_with(registration=False, places=None))


def test_more_places_let_those_in_who_wait(unit: Unit) -> None:
    here = town(unit)
    event_id = published(unit, here, draft_with(places=1))
    people = residents(unit, 3)
    for account_id in people:
        registrations.register(unit, account_id, event_id)
    service.edit(unit, here.member, event_id, 2, draft_with(places=None))
    assert {row.state for row in registrations.of_event(unit, event_id)} == {"registered"}


def test_a_draft_that_is_over_cannot_be_published(unit: Unit) -> None:
    here = town(unit)
    event_id = service.create(unit, here.member, here.association_id, DRAFT)
    unit.now = SATURDAY + timedelta(days=1)
    with pytest.raises(Invalid, match="nothing-to-come"):
        service.publish(unit, here.member, event_id)


def test_the_agenda_filters_and_its_archive(unit: Unit) -> None:
    here = town(unit)
    published(unit, here)
    friday = SATURDAY - timedelta(days=8)
    other = draft_with(
        title="Bal",
        theme="festivities",
        place_name="Salle Jaurès",
        starts_at=friday,
        ends_at=friday + timedelta(hours=4),
    )
    ball = published(unit, here, other)

    def titles(**filters: Any) -> list[str]:
        return [card.title for card in reading.listing(unit, Filters(**filters), limit=10).cards]

    assert titles() == ["Bal", DRAFT.title]
    assert titles(theme="ecology") == [DRAFT.title]
    assert titles(place="JAURES") == ["Bal"]
    assert titles(text="station EPURATION") == [DRAFT.title]
    assert titles(text="100%") == []
    assert titles(day=date(2026, 12, 1)) == [DRAFT.title]
    assert titles(past=True) == []
    unit.now = SATURDAY - timedelta(days=1)
    assert titles() == [DRAFT.title]
    assert titles(past=True) == ["Bal"]
    service.withdraw(unit, here.member, ball)
    assert titles(past=True) == []
    assert public.counts(unit) == public.Counts(1, 0)


def test_a_reminder_the_day_before_once(unit: Unit) -> None:
    here = town(unit)
    event_id = published(unit, here)
    comes, left = residents(unit, 2)
    for account_id in (comes, left):
        registrations.register(unit, account_id, event_id)
    registrations.leave(unit, left, event_id)
    unit.now = SATURDAY - timedelta(hours=25)
    assert jobs.remind(unit) == 0
    unit.now = SATURDAY - timedelta(hours=23)
    assert jobs.remind(unit) == 1
    assert jobs.remind(unit) == 0
    assert recent_mails(unit)[0].subject.startswith("Rappel : ")


def test_what_a_person_takes_along_and_what_stays_when_they_go(unit: Unit) -> None:
    here = town(unit)
    event_id = published(unit, here, draft_with(places=1))
    goes, waits = residents(unit, 2)
    for account_id in (goes, waits):
        registrations.register(unit, account_id, event_id)
    [taken] = gdpr.export(unit, goes)["registrations"]
    assert (taken["event"], taken["state"]) == (DRAFT.title, "registered")
    gdpr.erase(unit, goes)
    assert gdpr.export(unit, goes) == {"registrations": []}
    rows = unit.session.scalars(select(Registration)).all()
    assert [(row.account_id, row.state) for row in rows] == [(waits, "registered")]
    gdpr.erase(unit, here.member)
    assert service.find(unit, event_id).created_by == ""


def test_every_refusal_leaves_things_as_they_were(unit: Unit) -> None:
    here = town(unit)
    event_id = published(unit, here)
    service.cancel(unit, here.member, event_id)
    for act in (service.publish, service.withdraw):
        with pytest.raises(DomainError, match="state"):
            act(unit, here.member, event_id)
    assert service.find(unit, event_id).state == "cancelled"
