"""A slot as an iCalendar file (RFC 5545), for the reader's own calendar."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from icalendar import Calendar, Event

from node.modules.missions.reading import MissionPage


def calendar(mission: MissionPage, shift_id: str | None, address: str, now: datetime) -> bytes:
    """The slots of a mission, or one of them. `address` is the mission's page; times are UTC."""
    made = Calendar()
    made.add("prodid", "-//Ygor//Missions//FR")
    made.add("version", "2.0")
    for shift in mission.shifts:
        if shift_id is not None and shift.id != shift_id:
            continue
        event = Event()
        event.add("uid", f"{shift.id}@{urlsplit(address).hostname}")
        event.add("dtstamp", now)
        event.add("last-modified", mission.updated_at)
        event.add("sequence", mission.version)
        event.add("dtstart", shift.starts_at)
        event.add("dtend", shift.ends_at)
        event.add("summary", mission.title)
        event.add("description", f"{mission.summary}\n\n{mission.organisation_name}\n{address}")
        event.add("location", mission.place_name)
        event.add("url", address)
        if mission.lat is not None and mission.lon is not None:
            event.add("geo", (mission.lat, mission.lon))
        event.add("status", "CANCELLED" if shift.cancelled or mission.state == "cancelled" else "CONFIRMED")
        made.add_component(event)
    return bytes(made.to_ical())
