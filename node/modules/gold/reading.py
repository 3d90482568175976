"""What pages show of draws: frozen values, never rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from node.accounts import public as accounts
from node.core.unit import Unit
from node.ledger import public as ledger
from node.modules.gold import planning, signing
from node.modules.gold.models import Action, Draw, DrawEntry, DrawParty, Witnessed, WonPrize
from protocols.gold.objects import Prize, read_announcement, read_receipt

LIMIT = 100
SHOWN_ENTRIES = 50


@dataclass(frozen=True, slots=True)
class DrawCard:
    """A draw in a list. `gold`: tokens in all its prizes."""

    id: str
    name: str
    state: str
    draw_at: datetime
    actions_until: datetime
    entries: int
    prizes: tuple[Prize, ...]
    missing: int

    @property
    def gold(self) -> int:
        return sum(one.gold * one.count for one in self.prizes)


@dataclass(frozen=True, slots=True)
class PartyShown:
    """A party of a draw. word: `held` (it has the announcement), `answered`, `late`, `missing` or `waiting`."""

    name: str
    url: str
    word: str
    at: datetime | None
    is_drawer: bool


@dataclass(frozen=True, slots=True)
class WinnerShown:
    prize: str
    gold: int
    reference: str
    state: str
    passed: int
    mine: bool


@dataclass(frozen=True, slots=True)
class MyEntry:
    reference: str
    title: str
    struck: bool


@dataclass(frozen=True, slots=True)
class DrawPage:
    card: DrawCard
    number: int | None
    actions_from: datetime
    answers_until: datetime
    cap: int
    claim_days: int
    root: str
    alpha: str
    announced_at: datetime | None
    held_at: datetime | None
    parties: tuple[PartyShown, ...]
    winners: tuple[WinnerShown, ...]
    mine: tuple[MyEntry, ...]


@dataclass(frozen=True, slots=True)
class MyPrize:
    id: str
    draw_id: str
    draw: str
    name: str
    gold: int
    state: str
    deadline: datetime
    person: str = ""


@dataclass(frozen=True, slots=True)
class WitnessChoice:
    actor: str
    name: str
    host: str


@dataclass(frozen=True, slots=True)
class WitnessedShown:
    """A neighbour's draw that we witness: `conflict` when its drawer sent two announcements."""

    uri: str
    name: str
    drawer: str
    alpha: str
    draw_at: datetime
    received_at: datetime
    state: str
    proof: str
    conflict: bool


def listing(
    unit: Unit, *, states: tuple[str, ...] = ("planned", "announced", "held"), limit: int = LIMIT
) -> tuple[DrawCard, ...]:
    """Draws by time, the latest first."""
    query = select(Draw).where(Draw.state.in_(states)).order_by(Draw.draw_at.desc(), Draw.id).limit(limit)
    return tuple(_card(unit, row) for row in unit.session.scalars(query).all())


def _card(unit: Unit, row: Draw) -> DrawCard:
    counted = select(func.count()).select_from(DrawEntry).where(DrawEntry.draw_id == row.id)
    if row.state == "planned":
        counted = (
            select(func.count())
            .select_from(Action)
            .where(
                Action.certified_at >= row.actions_from,
                Action.certified_at < row.actions_until,
                Action.revoked_at.is_(None),
            )
        )
    outputs = row.result["outputs"] if row.result else []
    return DrawCard(
        row.id, row.name, row.state, row.draw_at, row.actions_until, unit.session.execute(counted).scalar_one(),
        tuple(Prize(one["name"], one["gold"], one["count"]) for one in row.prizes), outputs.count(None),
    )  # fmt: skip


def page(unit: Unit, draw_id: str, account_id: str | None) -> DrawPage:
    """One draw as everybody sees it, with the viewer's own entries. Raises NotFound."""
    row = planning.find(unit, draw_id)
    announcement = read_announcement(row.announcement) if row.announcement else None
    return DrawPage(
        card=_card(unit, row), number=row.number, actions_from=row.actions_from, answers_until=row.answers_until,
        cap=row.cap, claim_days=row.claim_days, root=announcement.root if announcement else "", alpha=row.alpha,
        announced_at=row.announced_at, held_at=row.held_at, parties=_parties(unit, row),
        winners=_winners(unit, row, account_id), mine=_mine(unit, row, account_id),
    )  # fmt: skip


def _parties(unit: Unit, row: Draw) -> tuple[PartyShown, ...]:
    query = select(DrawParty).where(DrawParty.draw_id == row.id).order_by(DrawParty.position)
    return tuple(_party(row, party) for party in unit.session.scalars(query).all())


def _party(row: Draw, party: DrawParty) -> PartyShown:
    scheme, _, rest = party.actor.partition("://")
    url = f"{scheme}://{rest.split('/', 1)[0]}/tirages/temoins"
    if party.late:
        word, at = "late", party.answered_at
    elif row.state == "held":
        word, at = ("answered" if party.answer else "missing"), party.answered_at
    elif party.receipt is not None:
        word, at = "held", read_receipt(party.receipt).received
    else:
        word, at = ("waiting" if party.position else "held"), row.announced_at
    return PartyShown(party.name, url, word, at, party.position == 0)


def _winners(unit: Unit, row: Draw, account_id: str | None) -> tuple[WinnerShown, ...]:
    """Who has each thing to win now."""
    query = select(WonPrize).where(WonPrize.draw_id == row.id).order_by(WonPrize.unit, WonPrize.turn)
    last: dict[int, WinnerShown] = {}
    for prize in unit.session.scalars(query):
        passed = last[prize.unit].passed + 1 if prize.unit in last else 0
        mine = bool(account_id) and prize.account_id == account_id
        last[prize.unit] = WinnerShown(prize.name, prize.gold, prize.reference, prize.state, passed, mine)
    return tuple(last.values())


def _mine(unit: Unit, row: Draw, account_id: str | None) -> tuple[MyEntry, ...]:
    if not account_id:
        return ()
    query = (
        select(DrawEntry.reference, Action.title, DrawEntry.struck)
        .join(Action, Action.id == DrawEntry.action_id)
        .where(DrawEntry.draw_id == row.id, DrawEntry.account_id == account_id)
        .order_by(Action.certified_at)
    )
    return tuple(MyEntry(*found) for found in unit.session.execute(query.limit(SHOWN_ENTRIES)).all())


def prizes_of(unit: Unit, account_id: str) -> tuple[MyPrize, ...]:
    """What somebody won, what waits for them first."""
    query = select(WonPrize, Draw.name).join(Draw, Draw.id == WonPrize.draw_id).where(WonPrize.account_id == account_id)
    rows = unit.session.execute(query.order_by(WonPrize.deadline.desc(), WonPrize.id).limit(LIMIT)).all()
    found = [MyPrize(p.id, p.draw_id, name, p.name, p.gold, p.state, p.deadline) for p, name in rows]
    return tuple(sorted(found, key=lambda prize: prize.state != "won"))


def waiting_prizes(unit: Unit, account_id: str) -> int:
    """How many things won wait to be taken."""
    query = select(func.count()).where(WonPrize.account_id == account_id, WonPrize.state == "won")
    return unit.session.execute(query.select_from(WonPrize)).scalar_one()


def to_hand_over(unit: Unit) -> tuple[MyPrize, ...]:
    """What people claimed and the town hall has to give them."""
    query = select(WonPrize, Draw.name).join(Draw, Draw.id == WonPrize.draw_id)
    query = query.where(WonPrize.state == "claimed", WonPrize.gold == 0).order_by(WonPrize.decided_at).limit(LIMIT)
    rows = unit.session.execute(query).all()
    names = accounts.names(unit, {prize.account_id for prize, _ in rows})
    return tuple(
        MyPrize(p.id, p.draw_id, name, p.name, p.gold, p.state, p.deadline, names.get(p.account_id, "–"))
        for p, name in rows
    )


def witness_choices(unit: Unit) -> tuple[WitnessChoice, ...]:
    return tuple(WitnessChoice(known.actor_id, known.name, known.host) for known, _ in signing.possible_witnesses(unit))


def witnessed(unit: Unit) -> tuple[WitnessedShown, ...]:
    """Neighbours' draws that we witness, the latest first."""
    query = select(Witnessed).order_by(Witnessed.received_at.desc(), Witnessed.uri).limit(LIMIT)
    return tuple(
        WitnessedShown(
            row.uri, str(row.document["name"]), str(row.document["parties"][0]["name"]), row.alpha, row.draw_at,
            row.received_at, row.state, row.answer["vrfProof"] if row.answer else "", row.conflict is not None,
        )
        for row in unit.session.scalars(query)
    )  # fmt: skip


def reserve(unit: Unit) -> tuple[int, int]:
    """Gold tokens of the commune's reserve, and how many of them are promised."""
    return ledger.supply(unit, cls="gold").treasury, planning.promised(unit)
