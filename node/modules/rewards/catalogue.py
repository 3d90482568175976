"""What tokens buy, as people find it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, or_, select

from node.civic.search import holds_words
from node.core.errors import NotFound
from node.core.unit import Unit
from node.modules.rewards import partnerships, stock
from node.modules.rewards.models import Offer
from node.organisations import public as organisations

LIMIT = 200


@dataclass(frozen=True, slots=True)
class OfferShown:
    """An offer as people see it. `left`: how many there still are, None where nobody counts."""

    id: str
    organisation_id: str
    organisation_name: str
    organisation_slug: str
    title: str
    summary: str
    conditions: str
    kind: str
    price: int
    state: str
    version: int
    cls: str
    place: str
    starts_on: date | None
    ends_on: date | None
    stock: int | None
    left: int | None
    per_person: int | None
    per_period: str
    minimum_age: int
    maximum_age: int
    booking: str
    cancel_hours: int

    @property
    def ages(self) -> str:
        """`12–25`, `12+`, `–25`, or nothing."""
        if self.maximum_age:
            return f"{self.minimum_age or ''}–{self.maximum_age}"
        return f"{self.minimum_age}+" if self.minimum_age else ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for. `most`: no dearer than that; `bookable`: only what one can book."""

    words: str = ""
    kind: str = ""
    partner: str = ""
    most: int | None = None
    bookable: bool = False


def get(unit: Unit, offer_id: str) -> OfferShown:
    """An offer in whatever state. Raises NotFound."""
    row = unit.session.get(Offer, offer_id)
    if row is None:
        raise NotFound("rewards.unknown")
    return shown(unit, [row])[0]


def published(unit: Unit, wanted: Wanted | None = None, *, limit: int = LIMIT) -> tuple[OfferShown, ...]:
    """What can be had now or soon from partners that are open, the cheapest first."""
    wanted = wanted or Wanted()
    partners = partnerships.open_partners(unit)
    chosen = [each.id for each in partners.values() if wanted.partner in ("", each.slug)]
    query = select(Offer).where(Offer.state == "published", Offer.organisation_id.in_(chosen))
    query = query.where(or_(Offer.ends_on.is_(None), Offer.ends_on >= unit.today))
    if wanted.words.strip():
        query = query.where(holds_words(Offer.search_text, wanted.words))
    if wanted.kind:
        query = query.where(Offer.kind == wanted.kind)
    if wanted.most is not None:
        query = query.where(Offer.price <= wanted.most, Offer.cls == "token")
    if wanted.bookable:
        query = query.where(Offer.booking != "none")
    return _found(unit, query.order_by(Offer.cls.desc(), Offer.price, Offer.title, Offer.id).limit(limit))


def of_partner(unit: Unit, organisation_id: str) -> tuple[OfferShown, ...]:
    """All offers of a partner, drafts too."""
    query = select(Offer).where(Offer.organisation_id == organisation_id).order_by(Offer.title).limit(LIMIT)
    return _found(unit, query)


def _found(unit: Unit, query: Select[Offer]) -> tuple[OfferShown, ...]:
    return shown(unit, unit.session.execute(query).scalars().all())


def shown(unit: Unit, rows: Sequence[Offer]) -> tuple[OfferShown, ...]:
    known = organisations.of_ids(unit, [row.organisation_id for row in rows])
    return tuple(
        OfferShown(
            row.id, row.organisation_id, known[row.organisation_id].name, known[row.organisation_id].slug, row.title,
            row.summary, row.conditions, row.kind, row.price, row.state, row.version, row.cls, row.place, row.starts_on,
            row.ends_on, row.stock, stock.left(unit, row), row.per_person, row.per_period, row.minimum_age,
            row.maximum_age, row.booking, row.cancel_hours,
        )
        for row in rows
    )  # fmt: skip
