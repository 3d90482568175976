"""Writing and reading offers."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Select, select

from node.core.errors import Conflict, Forbidden, NotFound
from node.core.ids import new_id
from node.core.unit import Unit
from node.core.viewer import Viewer
from node.modules.rewards import rules
from node.modules.rewards.models import Offer
from node.organisations import public as organisations

LIMIT = 200


@dataclass(frozen=True, slots=True)
class OfferShown:
    """An offer as people see it."""

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


@dataclass(frozen=True, slots=True)
class OfferDraft:
    """What a partner writes. `conditions` is Markdown."""

    title: str
    summary: str
    conditions: str
    kind: str
    price: int


def create(unit: Unit, viewer: Viewer, organisation_id: str, draft: OfferDraft, offer_id: str | None = None) -> str:
    """A new offer, a draft until it is published; returns its id.

    `offer_id` was made when the form was shown: sent twice, it makes one offer. Raises Forbidden, Conflict
    `core.stale`.
    """
    organisation = organisations.get(unit, organisation_id)
    if organisation.kind != "partner" or organisation.state != "active":
        raise Forbidden("rewards.not-partner")
    rules.require_operator(viewer, organisation_id)
    known = unit.session.get(Offer, offer_id, with_for_update=True) if offer_id else None
    if known is not None:
        if known.organisation_id != organisation_id or _draft_of(known) != draft:
            raise Conflict("core.stale")
        return known.id
    row = Offer(
        id=offer_id or new_id(), organisation_id=organisation_id, state="draft", version=1, created_at=unit.now,
        updated_at=unit.now,
    )  # fmt: skip
    _write(row, draft)
    unit.session.add(row)
    unit.session.flush()
    return row.id


def put_online(unit: Unit, viewer: Viewer, organisation_id: str, draft: OfferDraft, offer_id: str) -> str:
    """A new offer, published at once. Raises as `create` does."""
    made = create(unit, viewer, organisation_id, draft, offer_id)
    if _row(unit, made).state == "draft":
        change_state(unit, viewer, made, "publish")
    return made


def edit(unit: Unit, viewer: Viewer, offer_id: str, version: int, draft: OfferDraft) -> None:
    """Change an offer. `version` is that of the page: Conflict `core.stale` when somebody was faster."""
    row = _row(unit, offer_id)
    rules.require_operator(viewer, row.organisation_id)
    if row.version != version:
        raise Conflict("core.stale")
    row.state = rules.next_offer_state(row.state, "edit")
    _write(row, draft)
    row.version += 1
    row.updated_at = unit.now


def change_state(unit: Unit, viewer: Viewer, offer_id: str, event: str) -> None:
    """`event`: publish or withdraw."""
    row = _row(unit, offer_id)
    rules.require_operator(viewer, row.organisation_id)
    state = rules.next_offer_state(row.state, event)
    if state != row.state:
        row.state, row.updated_at = state, unit.now
        row.version += 1


def get(unit: Unit, offer_id: str) -> OfferShown:
    """An offer in whatever state. Raises NotFound."""
    return _shown(unit, [_row(unit, offer_id, lock=False)])[0]


def published(unit: Unit, *, limit: int = LIMIT) -> tuple[OfferShown, ...]:
    """What can be had now from partners that are active, the cheapest first."""
    active = [partner.id for partner in organisations.listing(unit, kind="partner")]
    query = select(Offer).where(Offer.state == "published", Offer.organisation_id.in_(active))
    return _found(unit, query.order_by(Offer.price, Offer.title, Offer.id).limit(limit))


def of_partner(unit: Unit, organisation_id: str) -> tuple[OfferShown, ...]:
    """All offers of a partner, drafts too."""
    query = select(Offer).where(Offer.organisation_id == organisation_id).order_by(Offer.title).limit(LIMIT)
    return _found(unit, query)


def _found(unit: Unit, query: Select[Offer]) -> tuple[OfferShown, ...]:
    return _shown(unit, list(unit.session.execute(query).scalars()))


def _row(unit: Unit, offer_id: str, *, lock: bool = True) -> Offer:
    row = unit.session.get(Offer, offer_id, with_for_update=lock or None)
    if row is None:
        raise NotFound("rewards.unknown")
    return row


def _write(row: Offer, draft: OfferDraft) -> None:
    row.title, row.summary, row.conditions = draft.title, draft.summary, draft.conditions
    row.kind, row.price = draft.kind, draft.price


def _draft_of(row: Offer) -> OfferDraft:
    return OfferDraft(row.title, row.summary, row.conditions, row.kind, row.price)


def _shown(unit: Unit, rows: list[Offer]) -> tuple[OfferShown, ...]:
    known = organisations.of_ids(unit, [row.organisation_id for row in rows])
    return tuple(
        OfferShown(
            row.id, row.organisation_id, known[row.organisation_id].name, known[row.organisation_id].slug, row.title,
            row.summary, row.conditions, row.kind, row.price, row.state, row.version,
        )
        for row in rows
    )  # fmt: skip
