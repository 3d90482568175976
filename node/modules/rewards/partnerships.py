"""What the commune agreed with each partner: public service or shop, what it may offer, what a token is worth to it.

Clauses: specs/spending.md §9.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from node.core import audit
from node.core.errors import Conflict, Forbidden, Invalid
from node.core.unit import Unit
from node.core.viewer import Viewer
from node.modules.rewards import rules
from node.modules.rewards.month_models import Partnership
from node.modules.rewards.rules import OfferDraft
from node.modules.rewards.settings import Settings
from node.organisations import public as organisations

WORTH_MOST = 100_000


@dataclass(frozen=True, slots=True)
class PartnershipShown:
    """The conditions of one partner; `version` 0: nothing was written, the commune's usual ones hold."""

    organisation_id: str
    name: str
    slug: str
    sort: str
    kinds: tuple[str, ...]
    classes: tuple[str, ...]
    most_price: int | None
    own_amounts: bool
    worth_cents: int
    version: int


@dataclass(frozen=True, slots=True)
class PartnershipDraft:
    """What the desk writes."""

    sort: str
    kinds: tuple[str, ...]
    classes: tuple[str, ...]
    most_price: int | None
    own_amounts: bool
    worth_cents: int


def of(unit: Unit, organisation_id: str) -> PartnershipShown:
    """Raises NotFound, Forbidden `rewards.not-partner`."""
    organisation = organisations.get(unit, organisation_id)
    if organisation.kind != "partner":
        raise Forbidden("rewards.not-partner")
    return _shown(unit, organisation, unit.session.get(Partnership, organisation_id))


def listing(unit: Unit) -> tuple[PartnershipShown, ...]:
    """All active partners, by name."""
    return tuple(
        _shown(unit, found, unit.session.get(Partnership, found.id))
        for found in organisations.listing(unit, kind="partner")
    )


def write(unit: Unit, viewer: Viewer, organisation_id: str, version: int, draft: PartnershipDraft) -> None:
    """Agents write them down. Raises Forbidden, Invalid, Conflict `core.stale`, `rewards.shops-off`."""
    if not viewer.is_staff or viewer.account_id is None:
        raise Forbidden("core.forbidden")
    shown = of(unit, organisation_id)
    if shown.version != version:
        raise Conflict("core.stale")
    _check(unit, draft)
    row = unit.session.get(Partnership, organisation_id, with_for_update=True)
    if row is None:
        row = Partnership(organisation_id=organisation_id, version=0)
        unit.session.add(row)
    row.sort, row.kinds = draft.sort, rules.known(draft.kinds, rules.KINDS)
    row.classes, row.most_price = rules.known(draft.classes, rules.CLASSES), draft.most_price
    row.own_amounts, row.worth_cents = draft.own_amounts, draft.worth_cents
    row.version, row.updated_at = version + 1, unit.now
    details = {"sort": draft.sort, "worth_cents": draft.worth_cents}
    audit.record(unit, viewer.account_id, "rewards.partnership-written", organisation_id, **details)
    unit.session.flush()


def _check(unit: Unit, draft: PartnershipDraft) -> None:
    if draft.sort not in rules.SORTS or not rules.known(draft.kinds, rules.KINDS):
        raise Invalid("rewards.kind", field="kinds")
    if draft.sort == "shop" and not unit.settings("rewards", Settings).shops:
        raise Invalid("rewards.shops-off", field="sort")
    if not rules.known(draft.classes, rules.CLASSES):
        raise Invalid("rewards.class", field="classes")
    if draft.most_price is not None and not 1 <= draft.most_price <= rules.PRICE_MOST:
        raise Invalid("rewards.bound", field="most_price", least=1, most=rules.PRICE_MOST)
    if not 0 <= draft.worth_cents <= WORTH_MOST:
        raise Invalid("rewards.bound", field="worth_cents", least=0, most=WORTH_MOST)


def check_open(unit: Unit, partnership: PartnershipShown) -> None:
    """Raises Conflict `rewards.shops-off`: the commune takes no shops, or no longer."""
    if partnership.sort == "shop" and not unit.settings("rewards", Settings).shops:
        raise Conflict("rewards.shops-off")


def check_offer(unit: Unit, organisation_id: str, draft: OfferDraft) -> None:
    """Raises Conflict or Invalid when the partner may not offer this."""
    partnership = of(unit, organisation_id)
    check_open(unit, partnership)
    if draft.kind not in partnership.kinds:
        raise Invalid("rewards.kind-not-agreed", field="kind")
    check_sum(partnership, draft.cls, draft.price)


def check_sum(partnership: PartnershipShown, cls: str, price: int) -> None:
    """Raises Invalid when the partner may not take tokens of this class, or so many."""
    if cls not in partnership.classes:
        raise Invalid("rewards.class-not-agreed", field="price")
    if partnership.most_price is not None and price > partnership.most_price:
        raise Invalid("rewards.too-dear", field="price")


def open_partners(unit: Unit) -> dict[str, organisations.Organisation]:
    """Active partners whose offers are shown: id → organisation."""
    shops = unit.settings("rewards", Settings).shops
    closed = {
        row.organisation_id for row in unit.session.scalars(select(Partnership).where(Partnership.sort == "shop"))
    }
    found = organisations.listing(unit, kind="partner")
    return {each.id: each for each in found if shops or each.id not in closed}


def _shown(unit: Unit, organisation: organisations.Organisation, row: Partnership | None) -> PartnershipShown:
    name, slug = organisation.name, organisation.slug
    if row is None:
        worth = unit.settings("rewards", Settings).worth_cents
        kinds, classes = tuple(rules.KINDS), tuple(rules.CLASSES)
        return PartnershipShown(organisation.id, name, slug, "public", kinds, classes, None, True, worth, 0)
    return PartnershipShown(
        organisation.id, name, slug, row.sort, tuple(row.kinds), tuple(row.classes), row.most_price,
        row.own_amounts, row.worth_cents, row.version,
    )  # fmt: skip
