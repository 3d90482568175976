"""Both state tables as data, one small interpreter, and the diagrams made from them (specs/honour.md §6.1, §8.1).

A table maps (state, event) to the states that may follow. A pair that is not in the table changes nothing: the issuer
answers the present state; the honouring side ignores a late answer and refuses an order with ``IllegalTransition``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from protocols.errors import LocalProtocolError


class IllegalTransition(LocalProtocolError):
    """An order that the table does not know in this state; nothing was changed."""


class IssuerState(StrEnum):
    NONE = "∅"
    HELD = "HELD"
    COMMITTED = "COMMITTED"
    REFUSED = "REFUSED"
    VOIDED = "VOIDED"
    EXPIRED = "EXPIRED"


class HonouringState(StrEnum):
    DRAFT = "DRAFT"
    SENT = "SENT"
    HELD = "HELD"
    COMMITTING = "COMMITTING"
    CANCELLING = "CANCELLING"
    POSTED = "POSTED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class Table:
    """``rows``: (state, event) → possible next states. ``start`` is where a payment begins, ``final`` where it ends."""

    name: str
    start: str
    final: frozenset[str]
    rows: Mapping[tuple[str, str], tuple[str, ...]]

    def targets(self, state: str, event: str) -> tuple[str, ...]:
        """The states that may follow; empty when the pair changes nothing."""
        return self.rows.get((state, event), ())

    def check(self, state: str, event: str, target: str) -> None:
        """Raises IllegalTransition unless the table has this arrow."""
        if target not in self.targets(state, event):
            raise IllegalTransition(f"{self.name}: no {state} –{event}→ {target}")


_I = IssuerState
_H = HonouringState

ISSUER: Final = Table(
    name="issuer",
    start=_I.NONE,
    final=frozenset({_I.COMMITTED, _I.REFUSED, _I.VOIDED, _I.EXPIRED}),
    rows={
        (_I.NONE, "Reserve"): (_I.HELD, _I.REFUSED),
        (_I.NONE, "Charge"): (_I.COMMITTED, _I.REFUSED),
        (_I.NONE, "Cancel"): (_I.VOIDED,),
        (_I.NONE, "Commit"): (_I.REFUSED,),
        (_I.HELD, "Commit"): (_I.COMMITTED,),
        (_I.HELD, "Cancel"): (_I.VOIDED,),
        (_I.HELD, "clock ≥ until"): (_I.EXPIRED,),
        (_I.COMMITTED, "Refund"): (_I.COMMITTED,),
    },
)

HONOURING: Final = Table(
    name="honouring",
    start=_H.DRAFT,
    final=frozenset({_H.POSTED, _H.FAILED}),
    rows={
        (_H.DRAFT, "start"): (_H.SENT,),
        (_H.SENT, "Held"): (_H.HELD,),
        (_H.SENT, "cancel"): (_H.CANCELLING,),
        (_H.HELD, "commit"): (_H.COMMITTING,),
        (_H.HELD, "cancel"): (_H.CANCELLING,),
        **{
            (state, answer): (target,)
            for state in (_H.SENT, _H.HELD, _H.COMMITTING, _H.CANCELLING)
            for answer, target in (
                ("Committed", _H.POSTED),
                ("Refused", _H.FAILED),
                ("Voided", _H.FAILED),
                ("Expired", _H.FAILED),
            )
        },
    },
)


def mermaid(table: Table) -> str:
    """The table as a Mermaid state diagram: one arrow per pair of states, events that share it joined by commas."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for (state, event), targets in table.rows.items():
        for target in targets:
            arrows.setdefault((state, target), []).append(event)
    lines = ["stateDiagram-v2"]
    for (state, target), events in arrows.items():
        lines.append(f"    {_node(state)} --> {_node(target)}: {', '.join(events)}")
    if table.start != _I.NONE:
        lines.insert(1, f"    [*] --> {table.start}")
    lines += [f"    {state} --> [*]" for state in sorted(table.final)]
    return "\n".join(lines) + "\n"


def _node(state: str) -> str:
    return "[*]" if state == _I.NONE else str(state)
