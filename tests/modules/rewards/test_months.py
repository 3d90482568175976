"""Refunds with ids of their own, movements, closed months, and the accountant's export."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from node.accounts import public as accounts
from node.core.errors import DomainError
from node.core.ids import new_id
from node.core.mail import recent_mails
from node.core.unit import Unit
from node.core.viewer import SYSTEM
from node.ledger import public as ledger
from node.modules.rewards import accounting, offers, partnerships, refunds, statements, till
from node.modules.rewards.downloads import csv_text
from node.modules.rewards.partnerships import PartnershipDraft
from node.modules.rewards.rules import OfferDraft
from node.modules.rewards.settings import Settings
from node.organisations.membership import add
from tests.fixtures.nodes import NodeFactory, TestClock, open_unit
from tests.fixtures.town import POOL_OFFER, TOKENS, Town, available, person, settle
from tests.modules.rewards.spending import code_of, lots_of, paid, rich

PUBLIC = PartnershipDraft("public", ("free", "reduced", "premium"), ("token", "gold"), None, True, 125)


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(DomainError) as error:
        call()
    return error.value.key


def test_refunds_have_ids_of_their_own_and_never_exceed_the_payment(unit: Unit, clock: TestClock) -> None:
    town = settle(unit)
    had = lots_of(unit, town.leila)
    payment_id = paid(unit, town, 6)
    clock.forward(days=3)
    unit.now = clock.now
    paul = accounts.viewer(unit, town.paul)
    first, second = new_id(), new_id()
    for _ in range(2):
        shown = refunds.refund(unit, paul, payment_id, first, 2, "Bassin froid")
        assert (shown.state, shown.refunded) == ("posted", 2)
    assert refused(lambda: refunds.refund(unit, paul, payment_id, first, 3)) == "rewards.refund-taken"
    assert refused(lambda: refunds.refund(unit, paul, payment_id, second, 5)) == "rewards.refund-too-much"
    assert refunds.refund(unit, paul, payment_id, second, 4).state == "undone"
    assert refused(lambda: refunds.refund(unit, paul, payment_id, new_id(), 1)) == "rewards.refund-state"
    assert lots_of(unit, town.leila) == had, "the day they had, never a fresh lot"
    assert [mail.subject for mail in recent_mails(unit)].count("Remboursement : Piscine") == 2
    assert list(ledger.verify(unit)) == []


def test_who_may_refund_and_until_when(unit: Unit, clock: TestClock) -> None:
    town = settle(unit)
    payment_id = paid(unit, town, 6)
    cashier = person(unit, "Zoe Caisse")
    add(unit, SYSTEM, town.pool, cashier, "member")
    for account_id, key in ((cashier, "rewards.not-manager"), (town.theo, "rewards.not-yours")):
        viewer = accounts.viewer(unit, account_id)
        assert refused(lambda viewer=viewer: refunds.refund(unit, viewer, payment_id, new_id(), 1)) == key
    refunds.refund(unit, accounts.viewer(unit, town.agent), payment_id, new_id(), 1)
    clock.forward(days=91)
    unit.now = clock.now
    paul = accounts.viewer(unit, town.paul)
    assert refused(lambda: refunds.refund(unit, paul, payment_id, new_id(), 1)) == "rewards.refund-late"


def test_a_month_is_closed_once_and_never_changes(unit: Unit, clock: TestClock) -> None:
    town = settle(unit)
    partnerships.write(unit, accounts.viewer(unit, town.agent), town.pool, 0, PUBLIC)
    payment_id = paid(unit, town, 6, offer_id=town.pool_offer)
    till.undo(unit, accounts.viewer(unit, town.paul), paid(unit, town, 2))
    paul = accounts.viewer(unit, town.paul)
    assert statements.close_months(unit) == 0
    live = statements.get(unit, paul, town.pool, "2026-11")
    assert (live.number, live.charged, live.refunded, live.owed_cents) == ("", 8, 2, 750)
    clock.forward(days=8)
    unit.now = clock.now
    assert [statements.close_months(unit), statements.close_months(unit)] == [1, 0]
    closed = statements.get(unit, paul, town.pool, "2026-11")
    assert closed.number == "2026-11-001"
    assert [(row.name, row.count, row.net) for row in closed.services] == [("Entrée adulte", 1, 6), ("Piscine", 1, 0)]
    assert [(row.name, row.net) for row in closed.issuers] == [("Castanet-Tolosan", 6)]
    refunds.refund(unit, paul, payment_id, new_id(), 6)
    partnerships.write(unit, accounts.viewer(unit, town.agent), town.pool, 1, replace(PUBLIC, worth_cents=999))
    offers.edit(unit, paul, town.pool_offer, 2, replace(POOL_OFFER, title="Entrée pour adultes"))
    assert statements.get(unit, paul, town.pool, "2026-11") == closed
    assert statements.get(unit, paul, town.pool, "2026-12").net() == -6
    assert refused(lambda: statements.get(unit, paul, town.pool, "2027-03")) == "rewards.period"
    theo = accounts.viewer(unit, town.theo)
    assert refused(lambda: statements.get(unit, theo, town.pool, "2026-11")) == "rewards.not-yours"


def test_the_export_balances_and_names_nobody(unit: Unit, clock: TestClock) -> None:
    town = settle(unit)
    partnerships.write(unit, accounts.viewer(unit, town.agent), town.pool, 0, PUBLIC)
    till.undo(unit, accounts.viewer(unit, town.paul), paid(unit, town, 2))
    paid(unit, town, 6, offer_id=town.pool_offer)
    ledger.destroy(unit, "council-2", 100, {"title": "2026-11-20/02"})
    entries = ledger.journal(unit, unit.today - timedelta(days=1), unit.today)
    text = csv_text([accounting.COLUMNS, *accounting.token_lines(unit, entries)])
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    assert len({row["EcritureNum"] for row in rows}) == len(entries) == 6
    for number in {row["EcritureNum"] for row in rows}:
        mine = [row for row in rows if row["EcritureNum"] == number]
        assert sum(int(row["Debit"]) for row in mine) == sum(int(row["Credit"]) for row in mine) > 0
    balance = {}
    for row in rows:
        sums = int(row["Credit"]) - int(row["Debit"])
        balance[row["CompteNum"]] = balance.get(row["CompteNum"], 0) + sums
    supply = ledger.supply(unit)
    assert balance == {"801": -900, "802": supply.treasury, "803": supply.circulating}
    assert "Encaissement – Piscine – Entrée adulte" in {row["EcritureLib"] for row in rows}
    assert "Leila" not in text
    first = ledger.journal(unit, unit.today, unit.today)
    rest = ledger.journal(unit, unit.today, unit.today, (first[2].at, first[2].id))
    assert [each.id for each in rest] == [each.id for each in first[3:]]
    clock.forward(days=10)
    unit.now = clock.now
    statements.close_months(unit)
    owed = list(accounting.partner_lines(unit, accounting.Span(date(2026, 11, 1), date(2026, 11, 30))))
    assert [(line[4], line[11], line[12]) for line in owed] == [("6188", "7,50", "0,00"), ("46711", "0,00", "7,50")]
    assert refused(lambda: accounting.check_span(accounts.viewer(unit, town.leila), SPAN)) == "core.forbidden"
    assert refused(lambda: accounting.check_span(SYSTEM, replace(SPAN, last=date(2025, 1, 1)))) == "rewards.span"


SPAN = accounting.Span(date(2026, 1, 1), date(2026, 12, 31))


def test_a_spreadsheet_runs_nothing_that_somebody_typed() -> None:
    assert csv_text([["=1+1", "@a", -3, 'Théâtre ; "loge"']]) == '\'=1+1;\'@a;-3;"Théâtre ; ""loge"""\r\n'


def test_a_shop_is_a_partner_where_the_commune_says_so(node_factory: NodeFactory) -> None:
    closed, open_ = node_factory("Labège", code="31254"), node_factory("Escalquens", parts={"rewards": {"shops": True}})
    shop = PartnershipDraft("shop", ("reduced",), ("token",), 5, False, 100)
    with open_unit(closed) as unit:
        town = settle(unit)
        agent = accounts.viewer(unit, town.agent)
        assert refused(lambda: partnerships.write(unit, agent, town.pool, 0, shop)) == "rewards.shops-off"
    with open_unit(open_) as unit:
        town = settle(unit)
        agent, paul = accounts.viewer(unit, town.agent), accounts.viewer(unit, town.paul)
        assert refused(lambda: partnerships.write(unit, paul, town.pool, 0, shop)) == "core.forbidden"
        partnerships.write(unit, agent, town.pool, 0, shop)
        assert refused(lambda: partnerships.write(unit, agent, town.pool, 0, shop)) == "core.stale"
        check_limits(unit, town)
        unit.seen_settings["rewards"] = Settings()
        assert town.pool_offer not in {offer.id for offer in offers.published(unit)}
        assert refused(lambda: paid(unit, town, 5)) == "rewards.shops-off"
        assert available(unit, town.leila) == TOKENS


def check_limits(unit: Unit, town: Town) -> None:
    paul = accounts.viewer(unit, town.paul)
    refusals = {
        "rewards.kind-not-agreed": OfferDraft("Panier", "", "", "premium", 4),
        "rewards.too-dear": OfferDraft("Panier", "", "", "reduced", 6),
        "rewards.gold": OfferDraft("Panier", "", "", "reduced", 4, cls="gold"),
    }
    for key, draft in refusals.items():
        assert refused(lambda draft=draft: offers.put_online(unit, paul, town.pool, draft, new_id())) == key
    assert refused(lambda: paid(unit, town, 6, offer_id=town.pool_offer)) == "rewards.too-dear"
    assert refused(lambda: paid(unit, town, 4)) == "rewards.own-amounts"


def test_gold_pays_for_a_premium_prize(unit: Unit) -> None:
    town = settle(unit)
    ledger.mint(unit, "gold-1", 5, {"title": "Or"}, cls="gold")
    ledger.award(unit, "won", ledger.open_wallet(unit, town.leila), 2, memo={"title": "Tirage"}, cls="gold")
    prize = OfferDraft("Journée à deux", "", "", "premium", 2, cls="gold")
    offer_id = offers.put_online(unit, accounts.viewer(unit, town.paul), town.pool, prize, new_id())
    assert till.get(unit, accounts.viewer(unit, town.paul), paid(unit, town, 0, offer_id=offer_id)).cls == "gold"
    assert available(unit, town.leila) == TOKENS
    assert refused(lambda: paid(unit, town, 0, offer_id=offer_id)) == "rewards.short"
    [poor] = rich(unit, 1)
    assert refused(lambda: paid(unit, town, 0, offer_id=offer_id, card=code_of(unit, poor))) == "rewards.short"
