"""Alerts and audits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from node.core.errors import DomainError
from node.core.unit import Unit
from node.emission import audits, awarding, rules, watching
from node.ledger import sealing
from tests.node.emission.people import give, settle, town, viewer


def refused(key: str, call: Callable[[], object]) -> None:
    with pytest.raises(DomainError) as caught:
        call()
    assert caught.value.key == key


def test_the_same_two_too_often(unit: Unit) -> None:
    here = town(unit)
    settle(unit, pair_times=3, pair_days=30)
    for number in range(2):
        give(unit, here, number)
        give(unit, here, 10 + number, certifier_id=here.hugo)
    assert watching.open_count(unit) == 0, "four awards, but no pair three times"
    give(unit, here, 2)
    give(unit, here, 3)
    [alert] = watching.listing(unit, here.agent)
    assert (alert.kind, alert.certifier, alert.resident, alert.times) == ("pair", "Maya M.", "Lucie M.", 4)
    refused("core.forbidden", lambda: watching.close(unit, viewer(unit, here.maya), alert.id, "Tout va bien"))
    refused("emission.note", lambda: watching.close(unit, viewer(unit, here.agent), alert.id, ""))
    watching.close(unit, viewer(unit, here.agent), alert.id, "Elle anime l’atelier chaque lundi.")
    refused("emission.state", lambda: watching.close(unit, viewer(unit, here.agent), alert.id, "Encore moi"))
    unit.now = datetime(2026, 11, 24, 9, tzinfo=UTC)
    give(unit, here, 4)
    give(unit, here, 5)
    assert watching.open_count(unit) == 0, "what was closed is not counted again"
    give(unit, here, 6)
    assert watching.open_count(unit) == 1
    unit.now = datetime(2027, 1, 24, 9, tzinfo=UTC)
    give(unit, here, 7)
    assert watching.listing(unit, "")[0].times == 3, "the window moves on"


def test_too_many_at_once(unit: Unit) -> None:
    here = town(unit)
    settle(unit, pair_times=0, burst_times=4, burst_minutes=10)
    for number in range(3):
        give(unit, here, number)
    unit.now = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
    for number in range(3, 7):
        give(unit, here, number, account_id=here.paul if number % 2 else here.lucie)
    [alert] = watching.listing(unit, here.maya)
    assert (alert.kind, alert.resident, alert.times, alert.own) == ("burst", "", 4, True)


def test_an_agent_whom_an_alert_is_about_does_not_close_it(unit: Unit) -> None:
    here = town(unit)
    settle(unit, pair_times=1)
    give(unit, here, 1, account_id=here.agent)
    [alert] = watching.listing(unit, here.agent)
    refused("emission.own-alert", lambda: watching.close(unit, viewer(unit, here.agent), alert.id, "Tout va bien"))


def test_audits_are_drawn_once_the_month_is_sealed(unit: Unit) -> None:
    here = town(unit)
    settle(unit, audit_percent=20, second_signature_from=0)
    for number in range(12):
        give(unit, here, number, 5)
    unit.now = datetime(2026, 11, 30, 22, 59, tzinfo=UTC)  # 23:59 in Paris
    sealing.seal(unit)
    assert audits.draw(unit) == "", "the month is not over (nothing was there in October)"
    give(unit, here, 12, 5)
    unit.now = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)  # 0:30 on 1 December in Paris
    give(unit, here, 13, 5)
    assert audits.draw(unit) == "", "something of November is not sealed yet"
    sealing.seal(unit)
    assert audits.draw(unit) == "2026-11"
    assert audits.draw(unit) == "", "a month is drawn once"
    shown, lots, drawn = audits.published(unit, "2026-11")
    assert (shown.candidates, len(lots), len(drawn), shown.seq) == (13, 13, 3, 14)
    assert sorted(lots)[:3] == sorted(drawn), "anybody sees that the lowest were drawn"
    assert rules.lot(shown.seed, "mission:0") in lots
    assert audits.open_count(unit) == 3


def test_a_finding_is_written_once_by_somebody_else(unit: Unit) -> None:
    here = town(unit)
    settle(unit, audit_percent=100)
    large = give(unit, here, 1, 60)
    awarding.sign(unit, viewer(unit, here.agent), large.award_id)
    give(unit, here, 2, 10, account_id=here.clerk)
    unit.now = datetime(2026, 12, 2, 9, tzinfo=UTC)
    sealing.seal(unit)
    audits.draw(unit)
    agent, clerk = viewer(unit, here.agent), viewer(unit, here.clerk)
    refused("emission.own-audit", lambda: audits.record(unit, agent, "mission:1", "sound", "J’y étais"))
    refused("emission.own-audit", lambda: audits.record(unit, clerk, "mission:2", "sound", "J’y étais"))
    refused("core.forbidden", lambda: audits.record(unit, viewer(unit, here.hugo), "mission:1", "sound", "Oui oui"))
    refused("emission.finding", lambda: audits.record(unit, clerk, "mission:1", "perhaps", "Je ne sais pas"))
    audits.record(unit, clerk, "mission:1", "sound", "La haie est là.")
    refused("emission.state", lambda: audits.record(unit, clerk, "mission:1", "false", "Finalement non"))
    audits.record(unit, agent, "mission:2", "doubt", "Personne ne s’en souvient.")
    assert {each.finding for each in audits.listing(unit, "")} == {"sound", "doubt"}
