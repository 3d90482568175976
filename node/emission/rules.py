"""Who may sign, how much an action earns, when a period begins. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import Literal

from node.core.errors import Conflict, Forbidden, Invalid

Period = Literal["week", "month", "year"]
PERIODS: tuple[Period, ...] = ("week", "month", "year")
KINDS = ("mission",)
"""Kinds of action that a scale has lines for; a module that certifies others adds its own."""
CONFIRMERS = frozenset({"administrator", "elected_member", "agent"})
SIGNERS = frozenset({"administrator", "agent"})
FINDINGS = ("sound", "doubt", "false")
MOST_AUDITS = 50
FEWEST_PEOPLE = 5
MOST_DISTRICTS = 60


def begins(period: str, today: date) -> date:
    """The first local day of the period that `today` lies in (weeks begin on Monday)."""
    if period == "week":
        return today - timedelta(days=today.weekday())
    return today.replace(day=1) if period == "month" else today.replace(month=1, day=1)


def month_before(today: date) -> tuple[date, date]:
    """First and last day of the month before."""
    last = today.replace(day=1) - timedelta(days=1)
    return last.replace(day=1), last


def last_of_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Reduced:
    """What is left of an award, and the first limit that lessened it (empty: none)."""

    amount: int
    reason: str


def reduced(asked: int, limits: Iterable[tuple[str, int]]) -> Reduced:
    """`asked` tokens under limits (reason, most), the tightest of which names the reason
    (specs/emission.md §3.2)."""
    amount, reason = asked, ""
    for name, most in limits:
        if most < amount:
            amount, reason = max(0, most), name
    return Reduced(amount, reason)


def worth(basis: str, tokens: int, minutes: int) -> int:
    """What a line of the scale allows: so much each, or per full hour begun at half past (specs/emission.md §3.1)."""
    return tokens if basis == "action" else tokens * max(1, (minutes + 30) // 60)


def check_act(effect: str, amount: int, cls: str, *, corrects: bool) -> None:
    if cls not in {"token", "gold"} or effect not in {"issue", "withdraw"}:
        raise Invalid("emission.act-kind", field="cls")
    if not 1 <= amount <= 1_000_000_000:
        raise Invalid("emission.amount", field="amount")
    if effect == "withdraw" and not corrects:
        raise Invalid("emission.corrects-needed", field="corrects")


def check_confirmer(entered_by: str, viewer_id: str, roles: frozenset[str]) -> None:
    """Four eyes (specs/emission.md §1.3)."""
    if not roles & CONFIRMERS:
        raise Forbidden("core.forbidden")
    if entered_by == viewer_id:
        raise Forbidden("emission.four-eyes")


def check_note(note: str, field: str = "note") -> str:
    """A reason in words. Raises Invalid."""
    told = " ".join(note.split())
    if len(told) < 5:
        raise Invalid("emission.note", field=field)
    return told[:500]


def check_signer(signer_id: str, account_id: str, certifier_id: str = "") -> None:
    """Nobody signs for themselves, and nobody signs twice (specs/emission.md §4.1, §4.2)."""
    if signer_id == account_id:
        raise Forbidden("emission.own-award")
    if signer_id == certifier_id:
        raise Forbidden("emission.same-signer")


def check_waiting(state: str) -> None:
    if state != "waiting":
        raise Conflict("emission.state")


def districts_of(text: str) -> tuple[str, ...]:
    """The commune's districts as its administrator wrote them, each once."""
    names = (" ".join(part.split())[:80] for part in text.replace("\n", ";").split(";"))
    return tuple(dict.fromkeys(name for name in names if name))[:MOST_DISTRICTS]


def lot(seed: str, award_id: str) -> str:
    """The lot of one award under a seed: the lowest are audited (specs/emission.md §6.2)."""
    return sha256(f"{seed}\n{award_id}".encode()).hexdigest()


def drawn(seed: str, award_ids: Iterable[str], percent: int) -> tuple[str, ...]:
    """The awards to audit, in their order: `percent` of them rounded up, at least one, at most 50."""
    ranked = sorted(set(award_ids), key=lambda award_id: lot(seed, award_id))
    wanted = min(MOST_AUDITS, -(-len(ranked) * percent // 100))
    return tuple(ranked[:wanted])


@dataclass(frozen=True, slots=True)
class Cell:
    """A published figure. `people`: how many it is about; `label` empty: several small ones put together."""

    label: str
    people: int
    tokens: int


def protected(cells: Mapping[str, tuple[frozenset[str], int]]) -> tuple[Cell, ...]:
    """Figures (label → people, tokens) with none about fewer than five people: small ones are put together, with the
    next smallest where that is not enough, so that no subtraction gives them back; nothing at all if all of them
    together are about fewer (specs/emission.md §7.2)."""
    ordered = sorted(cells.items(), key=lambda item: (len(item[1][0]), item[0]))
    people: frozenset[str] = frozenset()
    tokens, merged = 0, 0
    for label, (who, amount) in ordered:
        if len(who) >= FEWEST_PEOPLE and (not merged or len(people) >= FEWEST_PEOPLE):
            break
        people, tokens, merged = people | who, tokens + amount, merged + 1
        del label
    if merged and len(people) < FEWEST_PEOPLE:
        return ()
    shown = [Cell(label, len(who), amount) for label, (who, amount) in ordered[merged:]]
    shown.sort(key=lambda cell: (-cell.tokens, cell.label))
    return (*shown, Cell("", len(people), tokens)) if merged else tuple(shown)


def recirculated(days: Iterable[tuple[int, int, int, int]]) -> tuple[int, int]:
    """What of the treasury came back, and what was never awarded. Each day: minted, destroyed, returned, awarded. What
    came back is awarded first (specs/emission.md §2.1)."""
    fresh = returned = 0
    for minted, destroyed, back, out in days:
        fresh, returned = fresh + minted, returned + back
        taken = min(returned, out)
        returned, fresh = returned - taken, fresh - (out - taken)
        fresh -= destroyed
        if fresh < 0:
            returned, fresh = returned + fresh, 0
    return returned, fresh
