"""Allow and block lists: what an administrator decides about a host and everything below it, and what follows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import delete, func, or_, select

from node.core import audit
from node.core.errors import DomainError
from node.core.models import Setting
from node.core.unit import Unit
from node.neighbours import queues
from node.neighbours.events import FollowingEnded
from node.neighbours.models import DeliveryRow, HostRuleRow, Peer
from node.neighbours.settings import Settings
from node.neighbours.stores import RULES, nearest_rule
from protocols.errors import RemoteProtocolError
from protocols.origins import origin

MOST_RULES = 5_000


@dataclass(frozen=True, slots=True)
class Consequences:
    """What a decision would end: the peers that we part with, and how many messages wait for them."""

    host: str
    peers: tuple[str, ...]
    letters: int


def host_name(typed: str) -> str:
    """The one spelling of a host as people write it: lower-case ASCII, without scheme, port, path or final dot.

    Raises DomainError `neighbours.host` at the field `host`."""
    text = typed.strip().lower()
    text = text.partition("://")[2] or text
    text = text.partition("/")[0].rpartition("@")[2]
    name, colon, port = text.rpartition(":")
    if colon and port.isascii() and port.isdigit():
        text = name
    try:
        return origin(f"https://{text.removesuffix('.')}/").host
    except RemoteProtocolError as error:
        raise DomainError("neighbours.host", field="host", status=422) from error


def set_rule(unit: Unit, host: str, rule: str | None, reason: str, by: str) -> None:
    """Allow or block a host with everything below it; None takes the rule away. We part with whoever may no longer
    federate: what it sent is no longer shown, nothing is sent to it. Raises DomainError `neighbours.host`,
    `neighbours.rules-full`."""
    name = host_name(host)
    _write(unit, name, rule, reason, by)
    part_with_unwanted(unit)
    audit.record(unit, by, "neighbours.rule-set", name[:200], rule=rule or "none", reason=reason)


def set_only_listed(unit: Unit, only: bool, by: str) -> None:
    """Federate with allowed hosts alone, or with everybody who is not blocked."""
    unit.session.merge(Setting(part="neighbours", key="allow_listed_only", value=only))
    unit.session.flush()
    unit.seen_settings.pop("neighbours", None)
    part_with_unwanted(unit)
    audit.record(unit, by, "neighbours.only-listed-set", "", only=only)


def consequences(unit: Unit, host: str, rule: str | None) -> Consequences:
    """What `set_rule` would end, without doing it. Raises DomainError `neighbours.host`."""
    name = host_name(host)
    return _foreseen(unit, name, lambda: _write(unit, name, rule, "", ""))


def consequences_of_list(unit: Unit) -> Consequences:
    """What federating with allowed hosts alone would end."""

    def change() -> None:
        unit.session.merge(Setting(part="neighbours", key="allow_listed_only", value=True))

    return _foreseen(unit, "", change)


def _foreseen(unit: Unit, name: str, change: Callable[[], None]) -> Consequences:
    """Do it in a savepoint, look, take it back."""
    with unit.session.begin_nested() as savepoint:
        change()
        unit.session.flush()
        unit.seen_settings.pop("neighbours", None)
        rows = _unwanted(unit)
        found = [(row.host, row.name) for row in rows]
        savepoint.rollback()
    unit.session.expire_all()
    unit.seen_settings.pop("neighbours", None)
    hosts = {host for host, _ in found}
    waiting = select(func.count()).where(DeliveryRow.host.in_(hosts), DeliveryRow.state == "pending")
    return Consequences(name, tuple(sorted(name for _, name in found)), unit.session.execute(waiting).scalar_one())


def _write(unit: Unit, name: str, rule: str | None, reason: str, by: str) -> None:
    row = unit.session.get(HostRuleRow, name)
    if row is not None:
        unit.session.delete(row)
        unit.session.flush()
    if rule is None:
        return
    if unit.session.execute(select(func.count()).select_from(HostRuleRow)).scalar_one() >= MOST_RULES:
        raise DomainError("neighbours.rules-full", field="host", status=422)
    unit.session.add(HostRuleRow(host=name, rule=rule, reason=reason[:300], made_by=by, made_at=unit.now))
    unit.session.flush()


def is_wanted(unit: Unit, host: str) -> bool:
    """Whether we federate with a host (authority)."""
    rule = nearest_rule(unit, host)[1]
    return rule == "allow" if rule else not unit.settings("neighbours", Settings).allow_listed_only


def _unwanted(unit: Unit) -> list[Peer]:
    tied = select(Peer).where(or_(Peer.we_follow != "no", Peer.follows_us.is_(True)))
    rows = unit.session.execute(tied).scalars().all()
    wanted = {host: is_wanted(unit, host) for host in {row.host for row in rows}}
    return [row for row in rows if not wanted[row.host]]


def part_with_unwanted(unit: Unit) -> None:
    """End every tie with whoever may not federate; once an hour too, for settings changed elsewhere."""
    unit.wake(RULES)
    for row in _unwanted(unit):
        row.we_follow, row.follow_id = "no", None
        row.follows_us, row.their_follow_id = False, None
        waiting = DeliveryRow.state.in_(("pending", "dead"))
        unit.session.execute(delete(DeliveryRow).where(DeliveryRow.host == row.host, waiting))
        queues.refresh_of(unit, row.host)
        unit.emit(FollowingEnded(row.actor_id, row.host))
