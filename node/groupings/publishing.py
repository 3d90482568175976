"""Our own grouping: the terms we offer and the member list we sign (specs/groupings.md §2, §4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from node.core import audit
from node.core.errors import Conflict, DomainError, Forbidden, Invalid
from node.core.ids import new_id
from node.core.unit import Unit
from node.groupings import records
from node.groupings.models import NetworkRow, OfferRow
from node.honour import public as honour
from node.neighbours.public import new_activity_id, own_actor, own_proof_method, peer, send_all
from protocols import activities, jcs
from protocols import groupings as wire
from protocols.errors import LocalProtocolError, RemoteProtocolError
from protocols.groupings import GroupingTerms, Listed, MemberList
from protocols.honour.terms import StatementPeriod
from protocols.types import JsonObject

NEWS = "ygor:MemberList"
FORM_FIELDS = {"booking_hold_s": "booking_hold_hours", "till_hold_s": "till_hold_minutes", "a_at_b": "day_cap"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """The terms an administrator wants to offer. `previous_until`: the last day of the version they replace."""

    limit: int
    day_cap: int
    card_day_cap: int
    services: tuple[str, ...]
    till_hold_s: int
    booking_hold_s: int
    statement_period: StatementPeriod
    dispute_days: int
    refund_days: int
    valid_from: date
    valid_until: date
    previous_until: date | None = None


def require_grouping(unit: Unit) -> None:
    """Raises Forbidden `groupings.not-ours`: only a grouping's node has members."""
    if unit.node.kind != "grouping":
        raise Forbidden("groupings.not-ours")


def own(unit: Unit, *, lock: bool = False) -> NetworkRow | None:
    """Our own network; None until terms were published."""
    return records.network(unit, own_actor(unit), lock=lock)


def publish_terms(unit: Unit, wanted: Wanted, by: str) -> str:
    """Sign the next version of our terms, put it on the list, tell the members; answers its hash.

    Raises Invalid with the field, Conflict `groupings.terms-running` while an older version still counts.
    """
    require_grouping(unit)
    row = own(unit, lock=True) or _open(unit)
    former = records.newest_offer(unit, row.actor_id)
    running = [each for each in records.offers(unit, row.actor_id) if each.last_day >= unit.today]
    if len(running) >= wire.MOST_TERMS:
        raise Conflict("groupings.terms-running", until=running[-1].last_day.isoformat())
    document = _sign_terms(unit, _next(unit, wanted, former))
    replaced = records.keep_offers(unit, (document,))
    for found, last_day in replaced.items():
        honour.end_common_after(unit, row.actor_id, found, last_day)
    rebuild(unit, row)
    audit.record(unit, by, "groupings.terms-published", wire.digest(document))
    return wire.digest(document)


def _next(unit: Unit, wanted: Wanted, former: OfferRow | None) -> GroupingTerms:
    old = None if former is None else wire.read_terms(former.document)
    replaces = until = None
    if former is not None:
        replaces, until = former.hash, wanted.previous_until or unit.today
        if until < unit.today:
            raise Invalid("groupings.too-early", field="previous_until")
        if former.last_day >= unit.today and wanted.valid_from > min(until, former.last_day) + timedelta(days=1):
            raise Invalid("groupings.terms-gap", field="valid_from")
    return GroupingTerms(
        series=new_id() if old is None else old.series,
        version=1 if old is None else old.version + 1,
        grouping=records.our_party(unit),
        limit=wanted.limit,
        day_cap=wanted.day_cap,
        card_day_cap=wanted.card_day_cap,
        services=wanted.services,
        till_hold_s=wanted.till_hold_s,
        booking_hold_s=wanted.booking_hold_s,
        statement_period=wanted.statement_period,
        dispute_days=wanted.dispute_days,
        refund_days=wanted.refund_days,
        valid_from=wanted.valid_from,
        valid_until=wanted.valid_until,
        replaces=replaces,
        previous_until=until,
    )


def _sign_terms(unit: Unit, terms: GroupingTerms) -> JsonObject:
    for problem in wire.problems(terms):
        field = FORM_FIELDS.get(problem.field, problem.field)
        raise DomainError(f"groupings.terms-{problem.code}", field=field, status=422)
    try:
        wire.read_terms(wire.TERMS.write(terms))
        return wire.signed_terms(
            terms,
            seed=unit.keys.proof_seed,
            verification_method=own_proof_method(unit),
            created=unit.now.replace(microsecond=0),
        )
    except (LocalProtocolError, RemoteProtocolError) as error:
        raise Invalid("groupings.terms", problem=str(error)) from error


def _open(unit: Unit) -> NetworkRow:
    row = NetworkRow(actor_id=own_actor(unit), host=unit.node.host, name=unit.node.name, state="own", since=unit.now)
    row.note, row.version, row.list_hash, row.sent, row.listed, row.application_id = "", 0, "", [], [], ""
    row.attempts, row.last_error = 0, ""
    unit.session.add(row)
    unit.session.flush()
    return row


def rebuild(unit: Unit, row: NetworkRow) -> None:
    """Sign the list as it stands now, under a higher version, and tell the members that it changed.

    The version is at least the time in seconds, so that a node restored from a copy is not behind itself (§4.3).
    Raises Conflict `groupings.full`.
    """
    unit.session.flush()
    in_force = [each for each in records.offers(unit, row.actor_id) if each.last_day >= unit.today]
    shown = (in_force or records.offers(unit, row.actor_id))[: wire.MOST_TERMS]
    hashes = {each.hash for each in shown}
    listed = []
    for each in records.members(unit, row.actor_id, "member"):
        assert each.since is not None, "a member has a first day"
        accepted = [one for one in each.acceptances if one["terms"] in hashes]
        listed.append(Listed(each.actor_id, each.since, tuple(accepted[: wire.MOST_ACCEPTANCES])))
    if len(listed) > wire.MOST_MEMBERS:
        raise Conflict("groupings.full")
    value = MemberList(
        grouping=wire.read_terms(shown[0].document).grouping,
        version=max(row.version + 1, int(unit.now.timestamp())),
        created=unit.now.replace(microsecond=0),
        terms=tuple(each.document for each in shown),
        members=tuple(listed),
    )
    document = records.signed(unit, wire.MEMBER_LIST.write(value))
    if len(jcs.canonical(document)) > wire.MOST_BYTES:
        raise Conflict("groupings.full")
    row.document, row.version, row.list_hash, row.fetched_at = document, value.version, wire.digest(document), unit.now
    unit.session.flush()
    _tell_members(unit, row)


def _tell_members(unit: Unit, row: NetworkRow) -> None:
    told = [peer(unit, each.actor_id) for each in records.members(unit, row.actor_id, "member")]
    to = [known for known in told if known is not None]
    if not to:
        return
    news: JsonObject = {
        "type": NEWS,
        "id": unit.node.url(records.LIST_PATH),
        "attributedTo": own_actor(unit),
        "ygor:version": row.version,
        "ygor:hash": row.list_hash,
    }
    actors = tuple(known.actor_id for known in to)
    number = new_activity_id(unit)
    update = activities.build_update(number, actor=own_actor(unit), updated=news, to=actors, cc=(), published=unit.now)
    send_all(unit, update, to)


def served_list(unit: Unit) -> JsonObject | None:
    """The list that anybody may read; None if this is no grouping or nothing was published."""
    row = own(unit)
    found: JsonObject | None = None if row is None or unit.node.kind != "grouping" else row.document
    return found


def served_head(unit: Unit) -> JsonObject | None:
    row = own(unit)
    if row is None or row.document is None or unit.node.kind != "grouping":
        return None
    return wire.HEAD.write(wire.Head(row.version, row.list_hash))


def served_terms(unit: Unit, terms_hash: str) -> JsonObject | None:
    """A version of our terms by its hash, for ever: payments made under it may still be audited."""
    row = unit.session.get(OfferRow, terms_hash)
    found: JsonObject | None = None if row is None or row.grouping != own_actor(unit) else row.document
    return found
