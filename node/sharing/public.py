"""What modules ask of sharing: asking neighbours on a resident's behalf, guests of their own, moderation, distance."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, select, true

from node.cards import public as cards
from node.civic.places import near
from node.civic.search import folded
from node.civic.words import N_
from node.core.unit import Unit
from node.core.viewer import Viewer
from node.sharing import awards, hosting, moderation, requests
from node.sharing.forms import JoinInput
from node.sharing.joinable import Joinable, Standing
from node.sharing.models import Request
from node.sharing.settings import Settings
from node.sharing.values import HiddenThing, Invitation, Participation, Promise
from node.sharing.words import KINDS, STATES
from protocols.attendance import Attendance

__all__ = [
    "KINDS", "STATES", "Attendance", "HiddenThing", "Invitation", "JoinInput", "Joinable", "Participation", "Promise",
    "Standing", "ask", "attest_guest", "can_ask", "guest_by_code", "guest_names", "hidden_rule", "hide", "leave",
    "mine", "position", "promise", "shown_here", "tell_guests",
]  # fmt: skip

SOMEBODY = N_("Quelqu’un")


# A resident of ours at a neighbour's


def can_ask(unit: Unit, peer_actor: str) -> bool:
    """Whether a neighbour would listen to us: we follow each other."""
    return requests.can_ask(unit, peer_actor)


def promise(unit: Unit, peer_actor: str, tokens: int) -> Promise:
    """What our commune gives for an action that earns `tokens` there. Show it before somebody signs up."""
    return awards.promise(unit, peer_actor, tokens)


def ask(unit: Unit, account_id: str, invitation: Invitation, name: str) -> Participation:
    """Ask the neighbour for a place; the answer comes later. `name`: the first name that may be passed on.

    Raises Invalid `sharing.name`, Conflict `sharing.over`, `sharing.not-neighbours`, `sharing.too-many`.
    """
    return requests.ask(unit, account_id, invitation, name)


def leave(unit: Unit, account_id: str, request_id: str) -> Participation:
    """Give a place back. Raises NotFound `sharing.unknown`, Conflict `sharing.begun`."""
    return requests.leave(unit, account_id, request_id)


def mine(unit: Unit, account_id: str, *, kind: str = "", object_uri: str = "") -> tuple[Participation, ...]:
    """What a resident asked for elsewhere, by the time it begins: all, of one module, or for one event."""
    query = select(Request).where(Request.account_id == account_id)
    if kind:
        query = query.where(Request.kind == kind)
    if object_uri:
        query = query.where(Request.object_uri == object_uri)
    rows = unit.session.scalars(query.order_by(Request.starts_at.desc(), Request.id).limit(500)).all()
    return tuple(requests.shown_of(row) for row in reversed(rows))


# Guests of ours


def guest_names(unit: Unit, ids: Collection[str]) -> Mapping[str, str]:
    """ "Leïla, de Castanet-Tolosan" for each id that is a guest's; other ids are left out."""
    found = hosting.names(unit, ids)
    return {id_: f"{name or SOMEBODY}, {_from(commune)}" for id_, (name, commune) in found.items()}


def _from(commune: str) -> str:
    """ "de Ramonville", "d’Auzeville"."""
    return f"d’{commune}" if folded(commune)[:1] in {"a", "e", "i", "o", "u", "h", "y"} else f"de {commune}"


def tell_guests(unit: Unit, ids: Sequence[str], *, reason: str = "", note: str = "") -> int:
    """Call after anything that changes where guests stand (a place became free, the slot moved or was cancelled,
    somebody was noted absent): their nodes are told what `Joinable.standing` says now, if it is news. `reason`: one of
    `protocols.joining.REASONS`; `note`: the organisation's own sentence. Other ids are passed over."""
    return hosting.tell(unit, ids, reason=reason, note=note)


def attest_guest(unit: Unit, guest_id: str, attendance: Attendance) -> None:
    """A guest took part: sign it and tell their node. Issuer, participant, object and slot are filled in here. Call it
    after the module's own row says so; done twice, nothing happens."""
    hosting.attest(unit, guest_id, attendance)


def guest_by_code(unit: Unit, slot_uri: str, shown: str) -> str | None:
    """The guest whose code was typed or scanned at a slot, None if it is nobody's. Raises Invalid `cards.malformed`."""
    return hosting.by_code(unit, slot_uri, cards.read_typed(shown).code)


# What comes from outside


def hide(unit: Unit, by: Viewer, scope: str, host: str, value: str, label: str, reason: str) -> str:
    """Hide an object, an organisation or a peer; see `moderation.hide`."""
    return moderation.hide(unit, by, scope, host, value, label, reason)


def hidden_rule(unit: Unit, host: str, uri: str, organisation: str) -> HiddenThing | None:
    """The rule that hides one thing, None for what is shown."""
    return moderation.rule_for(unit, host, uri, organisation)


def position(unit: Unit) -> tuple[float, float] | None:
    """Where our commune is: latitude and longitude in degrees, None if the node was not told."""
    return unit.settings("sharing", Settings).position


def shown_here(
    unit: Unit, *, host: Any, uri: Any, organisation: Any, theme: Any, lat: Any, lon: Any
) -> ColumnElement[bool]:
    """For a query over what peers sent, given its columns: nothing hidden, only the themes and the distance that the
    commune chose. What does not say where it is, is not known to be too far."""
    settings = unit.settings("sharing", Settings)
    wanted = moderation.not_hidden(host, uri, organisation)
    if settings.theme_keys:
        wanted &= theme.in_(settings.theme_keys)
    if settings.most_km and settings.position is not None:
        wanted &= lat.is_(None) | near(lat, lon, settings.position, settings.most_km)
    return wanted & true()
