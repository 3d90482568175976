"""What a member looks up: its grouping's list when it may have changed, and the keys of members that it met there.

Rows say what is due. Claiming one commits its next attempt before anything leaves, so that a crash means one more
look, and looks are harmless.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

import structlog
from sqlalchemy import func, select

from federation import media
from federation.backoff import delay
from federation.client import FetchBudget
from federation.discovery import fetch_actor
from federation.remote_actor import RemoteActor
from node.core.node import Node
from node.core.unit import Unit
from node.groupings import lists, records
from node.groupings.models import MemberRow, NetworkRow
from node.neighbours.public import remember
from node.neighbours.services import federation_of
from protocols import groupings as wire
from protocols.errors import RemoteProtocolError
from protocols.types import JsonObject

EVERY: Final = timedelta(hours=6)
log = structlog.get_logger("node.groupings")
Kind = Literal["list", "member"]


@dataclass(frozen=True, slots=True)
class Look:
    """One thing to look up: the list of `grouping`, or the actor of its member `actor_id`."""

    kind: Kind
    grouping: str
    actor_id: str
    version: int = 0


def next_due(unit: Unit) -> datetime | None:
    """When there is something to look up; None when nothing waits."""
    found: list[datetime] = []
    for table in (NetworkRow, MemberRow):
        moment = unit.session.execute(select(func.min(table.next_attempt_at))).scalar()
        if moment is not None:
            found.append(moment)
    return min(found, default=None)


def claim(unit: Unit) -> Look | None:
    """The next thing due; its next attempt is set."""
    for table in (NetworkRow, MemberRow):
        due = select(table).where(table.next_attempt_at <= unit.now).order_by(table.next_attempt_at).limit(1)
        row: Any = unit.session.execute(due.with_for_update(skip_locked=True)).scalar()
        if row is None:
            continue
        row.attempts += 1
        row.next_attempt_at = unit.now + delay(row.attempts, random.random())  # noqa: S311 - jitter
        if isinstance(row, NetworkRow):
            return Look("list", row.actor_id, row.actor_id, row.version)
        return Look("member", row.grouping, row.actor_id)
    return None


async def work_once(node: Node) -> bool:
    """Look one thing up if one is due; whether there was one."""
    due = await node.read(next_due)
    if due is None or due > node.runtime.clock():
        return False
    look = await node.write(claim)
    if look is None:
        return False
    try:
        await (_list(node, look) if look.kind == "list" else _member(node, look))
    except RemoteProtocolError as error:
        log.info("not looked up", node=node.code, kind=look.kind, about=look.actor_id, reason=str(error))
        await node.write(_note_error, look, str(error))
    return True


async def _list(node: Node, look: Look) -> None:
    """Ask which list is in force; if it is news, fetch the grouping's keys and the list."""
    client = federation_of(node).client
    base = base_of(look.grouping)
    head = await fetch_json(node, base + records.HEAD_PATH)
    if wire.HEAD.read(head).version <= look.version:
        await node.write(_note_seen, look)
        return
    actor = await fetch_actor(client, look.grouping)
    document = await fetch_json(node, base + records.LIST_PATH)
    await node.write(_take_list, look, actor, document)


async def _member(node: Node, look: Look) -> None:
    actor = await fetch_actor(federation_of(node).client, look.actor_id)
    await node.write(_take_member, look, actor)


async def fetch_json(node: Node, url: str) -> JsonObject:
    """A document that proves itself, wherever it lies. Raises RemoteProtocolError."""
    client = federation_of(node).client
    document, _ = await client.fetch_json(url, FetchBudget(), accept=media.JSON, is_type=media.is_json)
    return document


def base_of(actor_id: str) -> str:
    """Scheme and host of an actor's id."""
    scheme, _, rest = actor_id.partition("://")
    return f"{scheme}://{rest.split('/', 1)[0]}"


def _take_list(unit: Unit, look: Look, actor: RemoteActor, document: JsonObject) -> None:
    remember(unit, actor)
    said = lists.take(unit, look.grouping, document)
    _note_seen(unit, look, "fork" if said == "fork" else "")


def _take_member(unit: Unit, look: Look, actor: RemoteActor) -> None:
    network = records.network(unit, look.grouping, lock=True)
    row = records.member(unit, look.grouping, look.actor_id, lock=True)
    if network is None or row is None or row.state != "listed" or network.state != "member":
        if row is not None:
            row.next_attempt_at = None
        return
    lists.check(unit, network, row, remember(unit, actor))


def _note_seen(unit: Unit, look: Look, error: str = "") -> None:
    row = records.network(unit, look.grouping, lock=True)
    if row is None or row.state not in records.IN_FORCE:
        return
    row.fetched_at, row.attempts, row.last_error = unit.now, 0, error
    row.next_attempt_at = unit.now + EVERY


def _note_error(unit: Unit, look: Look, error: str) -> None:
    row: Any = (
        records.network(unit, look.grouping, lock=True)
        if look.kind == "list"
        else records.member(unit, look.grouping, look.actor_id, lock=True)
    )
    if row is not None:
        row.last_error = error[:300]
