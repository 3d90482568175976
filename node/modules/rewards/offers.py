"""Writing offers. Reading them is in `catalogue`."""

from __future__ import annotations

from node.civic.search import folded
from node.core import audit
from node.core.errors import Conflict, Forbidden, NotFound
from node.core.ids import new_id
from node.core.unit import Unit
from node.core.viewer import Viewer
from node.modules.rewards import partnerships, rules
from node.modules.rewards.catalogue import OfferShown, get, of_partner, published
from node.modules.rewards.models import Offer
from node.modules.rewards.rules import OfferDraft
from node.organisations import public as organisations

__all__ = [
    "OfferDraft", "OfferShown", "change_state", "create", "draft_of", "edit", "get", "of_partner", "published",
    "put_online",
]  # fmt: skip
WRITTEN = (
    "title", "summary", "conditions", "kind", "price", "cls", "place", "starts_on", "ends_on", "stock", "per_person",
    "per_period", "minimum_age", "maximum_age", "booking", "cancel_hours",
)  # fmt: skip


def create(unit: Unit, viewer: Viewer, organisation_id: str, draft: OfferDraft, offer_id: str | None = None) -> str:
    """A new offer, a draft until it is published; returns its id.

    `offer_id` was made when the form was shown: sent twice, it makes one offer. Raises Forbidden, Invalid, Conflict
    `core.stale`.
    """
    organisation = organisations.get(unit, organisation_id)
    if organisation.kind != "partner" or organisation.state != "active":
        raise Forbidden("rewards.not-partner")
    rules.require_editor(viewer, organisation_id)
    known = unit.session.get(Offer, offer_id, with_for_update=True) if offer_id else None
    if known is not None:
        if known.organisation_id != organisation_id or draft_of(known) != draft:
            raise Conflict("core.stale")
        return known.id
    _check(unit, organisation_id, draft)
    row = Offer(
        id=offer_id or new_id(), organisation_id=organisation_id, state="draft", version=1, created_at=unit.now,
        updated_at=unit.now,
    )  # fmt: skip
    _write(row, draft)
    unit.session.add(row)
    _audit(unit, viewer, row, "rewards.offer-written")
    unit.session.flush()
    return row.id


def put_online(unit: Unit, viewer: Viewer, organisation_id: str, draft: OfferDraft, offer_id: str) -> str:
    """A new offer, published at once. Raises as `create` does."""
    made = create(unit, viewer, organisation_id, draft, offer_id)
    if _row(unit, made).state == "draft":
        change_state(unit, viewer, made, "publish")
    return made


def edit(unit: Unit, viewer: Viewer, offer_id: str, version: int, draft: OfferDraft) -> None:
    """Change an offer; bookings keep the title and price they were made at. `version` is that of the page: Conflict
    `core.stale` when somebody was faster."""
    row = _row(unit, offer_id)
    rules.require_editor(viewer, row.organisation_id)
    if row.version != version:
        raise Conflict("core.stale")
    _check(unit, row.organisation_id, draft)
    row.state = rules.next_offer_state(row.state, "edit")
    _write(row, draft)
    row.version += 1
    row.updated_at = unit.now
    _audit(unit, viewer, row, "rewards.offer-written")


def change_state(unit: Unit, viewer: Viewer, offer_id: str, event: str) -> None:
    """`event`: publish or withdraw. Bookings made before a withdrawal are honoured."""
    row = _row(unit, offer_id)
    rules.require_editor(viewer, row.organisation_id)
    state = rules.next_offer_state(row.state, event)
    if state != row.state:
        if event == "publish":
            partnerships.check_offer(unit, row.organisation_id, draft_of(row))
        row.state, row.updated_at = state, unit.now
        row.version += 1


def draft_of(row: Offer) -> OfferDraft:
    return OfferDraft(**{name: getattr(row, name) for name in WRITTEN})


def _check(unit: Unit, organisation_id: str, draft: OfferDraft) -> None:
    rules.check_draft(draft)
    partnerships.check_offer(unit, organisation_id, draft)


def _row(unit: Unit, offer_id: str) -> Offer:
    row = unit.session.get(Offer, offer_id, with_for_update=True)
    if row is None:
        raise NotFound("rewards.unknown")
    return row


def _write(row: Offer, draft: OfferDraft) -> None:
    for name in WRITTEN:
        setattr(row, name, getattr(draft, name))
    row.search_text = folded(draft.title, draft.summary, draft.conditions, draft.place)


def _audit(unit: Unit, viewer: Viewer, row: Offer, action: str) -> None:
    """What the desk does in a partner's place is written down."""
    if viewer.account_id is not None and viewer.membership(row.organisation_id) is None:
        audit.record(unit, viewer.account_id, action, row.organisation_id, offer=row.title)
