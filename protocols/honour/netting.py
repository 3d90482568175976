"""Netting a whole grouping (specs/honour.md §13): what all pairs owe each other, in the fewest transfers.

Only sums in one unit can be netted: tokens of a grouping, whose rate is one for one, or cents. Each party's *balance*
is what it is owed less what it owes; any transfers that bring all balances to nought settle everything. With k groups
of parties whose balances add up to nought, n parties need n − k transfers, and the most such groups make them fewest.
To find them is NP-hard (it contains SUBSET SUM), so it is done exactly up to ``EXACT`` parties and beyond that by
taking out pairs and triples that cancel, then the largest against the largest: never more than n − 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from protocols.errors import LocalProtocolError

EXACT: Final = 14
"""Parties with a balance up to which the fewest transfers are found for certain: 14 · 2^14 steps at the most."""
MOST_PARTIES: Final = 400


@dataclass(frozen=True, slots=True)
class Debt:
    """``debtor`` owes ``creditor`` ``amount`` (above nought), by a statement that both countersigned."""

    debtor: str
    creditor: str
    amount: int


@dataclass(frozen=True, slots=True)
class Transfer:
    """``payer`` pays ``payee`` ``amount``."""

    payer: str
    payee: str
    amount: int


def balances(debts: Iterable[Debt]) -> dict[str, int]:
    """Party → what it is owed less what it owes, by name, without those at nought. Their sum is nought.

    Raises LocalProtocolError for a debt to oneself or below one.
    """
    found: dict[str, int] = {}
    for debt in debts:
        if debt.amount < 1 or debt.debtor == debt.creditor:
            raise LocalProtocolError("a debt is of one or more, to somebody else")
        found[debt.creditor] = found.get(debt.creditor, 0) + debt.amount
        found[debt.debtor] = found.get(debt.debtor, 0) - debt.amount
    return {party: found[party] for party in sorted(found) if found[party]}


def net(debts: Iterable[Debt]) -> tuple[Transfer, ...]:
    """Transfers that settle all debts, at most one less than there are parties: the same for every member that computes
    them. Raises LocalProtocolError for more than 400 parties."""
    owed = balances(debts)
    if len(owed) > MOST_PARTIES:
        raise LocalProtocolError("too many parties")
    groups = _exact(owed) if len(owed) <= EXACT else _greedy(owed)
    transfers = [transfer for group in groups for transfer in _settle(group)]
    return tuple(sorted(transfers, key=lambda one: (one.payer, one.payee)))


def _settle(group: Mapping[str, int]) -> list[Transfer]:
    """One transfer less than there are parties: the largest debtor pays the largest creditor, again and again."""
    left = dict(group)
    made = []
    while left:
        payer = min(left, key=lambda party: (left[party], party))
        payee = max(left, key=lambda party: (left[party], party))
        amount = min(-left[payer], left[payee])
        made.append(Transfer(payer, payee, amount))
        for party, change in ((payer, amount), (payee, -amount)):
            left[party] += change
            if not left[party]:
                del left[party]
    return made


def _exact(owed: Mapping[str, int]) -> list[dict[str, int]]:
    """The most groups that each add up to nought, by dynamic programming over all subsets."""
    parties = list(owed)
    full = (1 << len(parties)) - 1
    sums = [0] * (full + 1)
    most = [0] * (full + 1)
    last = [0] * (full + 1)
    for subset in range(1, full + 1):
        low = subset & -subset
        sums[subset] = sums[subset ^ low] + owed[parties[low.bit_length() - 1]]
        # Leave one party out; where what remains adds up to nought, a group ends there.
        for position in range(len(parties)):
            bit = 1 << position
            if subset & bit and (value := most[subset ^ bit]) >= most[subset]:
                most[subset], last[subset] = value, bit
        most[subset] += sums[subset] == 0
    groups: list[dict[str, int]] = []
    group: dict[str, int] = {}
    subset = full
    while subset:
        if sums[subset] == 0 and group:
            groups.append(group)
            group = {}
        party = parties[last[subset].bit_length() - 1]
        group[party] = owed[party]
        subset ^= last[subset]
    return [*groups, group] if group else groups


def _greedy(owed: Mapping[str, int]) -> list[dict[str, int]]:
    """Pairs and triples that cancel, and the rest as one group: good, not always fewest."""
    left = dict(owed)
    groups: list[dict[str, int]] = []
    for party in list(left):
        if party in left and (found := _cancelling(left, party)):
            groups.append({each: left.pop(each) for each in (party, *found)})
    return [*groups, left] if left else groups


def _cancelling(left: Mapping[str, int], party: str) -> tuple[str, ...]:
    """One or two others whose balances and the party's add up to nought; the first by name."""
    by_sum: dict[int, str] = {}
    for other in left:
        if other != party:
            by_sum.setdefault(left[other], other)
    if (pair := by_sum.get(-left[party])) is not None:
        return (pair,)
    for other in left:
        if other != party:
            third = by_sum.get(-left[party] - left[other])
            if third is not None and third != other:
                return (other, third)
    return ()
