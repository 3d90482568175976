"""Offers: who writes them, what they may become, and that nobody overwrites anybody."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from node.accounts import public as accounts
from node.core.errors import Conflict, DomainError, Forbidden, NotFound
from node.core.ids import new_id
from node.core.models import AuditEntry
from node.core.unit import Unit
from node.core.viewer import ANONYMOUS, SYSTEM
from node.modules.rewards import offers, rules
from node.organisations.service import close
from tests.fixtures.nodes import START
from tests.fixtures.town import POOL_OFFER, settle


def shown(unit: Unit) -> list[str]:
    return [offer.title for offer in offers.published(unit)]


def test_the_life_of_an_offer(unit: Unit) -> None:
    town = settle(unit)
    paul = accounts.viewer(unit, town.paul)
    offer_id = offers.create(unit, paul, town.pool, replace(POOL_OFFER, title="Aquagym", price=3))
    assert offers.get(unit, offer_id).state == "draft"
    assert "Aquagym" not in shown(unit)
    with pytest.raises(Conflict) as refused:
        offers.change_state(unit, paul, offer_id, "withdraw")
    assert refused.value.key == "rewards.state"
    offers.change_state(unit, paul, offer_id, "publish")
    assert shown(unit) == ["Aquagym", "Entrée adulte", "Carte d’un an"]
    version = offers.get(unit, offer_id).version
    offers.change_state(unit, paul, offer_id, "publish")
    assert offers.get(unit, offer_id).version == version
    offers.edit(unit, paul, offer_id, version, replace(POOL_OFFER, title="Aquabike"))
    with pytest.raises(Conflict) as stale:
        offers.edit(unit, paul, offer_id, version, replace(POOL_OFFER, title="Aquaplouf"))
    assert stale.value.key == "core.stale"
    assert offers.get(unit, offer_id).title == "Aquabike"
    offers.change_state(unit, paul, offer_id, "withdraw")
    assert "Aquabike" not in shown(unit)
    assert offers.get(unit, offer_id).state == "withdrawn"


def test_an_offer_sent_twice_is_made_once(unit: Unit) -> None:
    town, offer_id = settle(unit), new_id()
    paul = accounts.viewer(unit, town.paul)
    for _ in range(2):
        assert offers.put_online(unit, paul, town.pool, replace(POOL_OFFER, title="Aquagym"), offer_id) == offer_id
    assert shown(unit).count("Aquagym") == 1
    with pytest.raises(Conflict):
        offers.put_online(unit, paul, town.pool, replace(POOL_OFFER, title="Autre"), offer_id)
    theo = accounts.viewer(unit, town.theo)
    with pytest.raises(Conflict):
        offers.put_online(unit, theo, town.library, replace(POOL_OFFER, title="Aquagym"), offer_id)
    offers.change_state(unit, paul, offer_id, "withdraw")
    offers.put_online(unit, paul, town.pool, replace(POOL_OFFER, title="Aquagym"), offer_id)
    assert offers.get(unit, offer_id).state == "withdrawn"


def test_only_the_partner_writes_its_offers(unit: Unit) -> None:
    town = settle(unit)
    for viewer in (ANONYMOUS, *(accounts.viewer(unit, who) for who in (town.leila, town.theo, town.elected))):
        for refused in (
            lambda viewer=viewer: offers.create(unit, viewer, town.pool, POOL_OFFER),
            lambda viewer=viewer: offers.edit(unit, viewer, town.pool_offer, 2, POOL_OFFER),
            lambda viewer=viewer: offers.change_state(unit, viewer, town.pool_offer, "withdraw"),
        ):
            with pytest.raises(Forbidden) as error:
                refused()
            assert error.value.key == "rewards.not-yours"
    for editor in (SYSTEM, accounts.viewer(unit, town.agent)):  # the desk may, and it is written down
        offers.edit(unit, editor, town.pool_offer, offers.get(unit, town.pool_offer).version, POOL_OFFER)
    unit.session.flush()
    noted = unit.session.scalars(select(AuditEntry).where(AuditEntry.action == "rewards.offer-written")).all()
    assert {entry.actor_id for entry in noted} == {"system", town.agent}
    with pytest.raises(Forbidden) as association:
        offers.create(unit, accounts.viewer(unit, town.ines), town.association, POOL_OFFER)
    assert association.value.key == "rewards.not-partner"
    assert offers.get(unit, town.pool_offer).state == "published"
    with pytest.raises(NotFound):
        offers.get(unit, "nothing")


def test_a_closed_partner_offers_nothing(unit: Unit) -> None:
    town = settle(unit)
    paul = accounts.viewer(unit, town.paul)
    close(unit, accounts.viewer(unit, town.administrator), town.pool)
    assert shown(unit) == ["Carte d’un an"]
    for viewer in (paul, accounts.viewer(unit, town.paul)):
        with pytest.raises(DomainError):
            offers.create(unit, viewer, town.pool, POOL_OFFER)


@pytest.mark.parametrize("state", ["draft", "published", "withdrawn", "strange"])
@pytest.mark.parametrize("event", ["publish", "withdraw", "edit", "strange"])
def test_the_table_says_all_there_is(state: str, event: str) -> None:
    if (state, event) in rules.OFFER_STATES:
        assert rules.next_offer_state(state, event) in {"draft", "published", "withdrawn"}
    else:
        with pytest.raises(Conflict):
            rules.next_offer_state(state, event)


def test_the_minutes_of_an_undo() -> None:
    assert rules.may_undo("posted", START, START + timedelta(minutes=30), 30)
    assert not rules.may_undo("posted", START, START + timedelta(minutes=30, microseconds=1), 30)
    assert not rules.may_undo("undone", START, START, 30)
    assert not rules.may_undo("failed", START, START, 30)
