"""From an activity and its recipients to the rows of the outbox: one per inbox, shared inboxes first."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from federation.ports import PlannedDelivery
from protocols.errors import LocalProtocolError
from protocols.origins import origin, same_origin
from protocols.types import JsonObject


@dataclass(frozen=True, slots=True)
class Recipient:
    """Where a remote actor takes deliveries. `shared_inbox` is used when the activity may go to all of its host."""

    inbox: str
    shared_inbox: str | None = None


def plan(
    activity: JsonObject, recipients: Iterable[Recipient], *, private: bool = False
) -> tuple[PlannedDelivery, ...]:
    """One planned delivery per destination, in the order of the recipients; recipients on our own origin are left out.

    `activity` is complete: id, actor, context, proof. `private`: only the named recipients may get it, so shared
    inboxes are not used. Raises LocalProtocolError without id or actor.
    """
    activity_id, actor_id = activity.get("id"), activity.get("actor")
    if not isinstance(activity_id, str) or not isinstance(actor_id, str):
        raise LocalProtocolError("An activity to deliver has an id and an actor")
    body = json.dumps(activity, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    destinations: dict[str, str] = {}
    for recipient in recipients:
        target = recipient.inbox if private else recipient.shared_inbox or recipient.inbox
        if not same_origin(target, actor_id):
            destinations.setdefault(target, origin(target).authority)
    return tuple(
        PlannedDelivery(activity_id, actor_id, destination, host, body) for destination, host in destinations.items()
    )
