"""The state tables: what the design says, no dead ends, and handlers that walk exactly these arrows."""

from __future__ import annotations

import itertools

import pytest

from protocols.honour import issuer
from protocols.honour import messages as m
from protocols.honour.issuing import IssuerPayment
from protocols.honour.tables import HONOURING, ISSUER, HonouringState, IllegalTransition, IssuerState, Table, mermaid
from tests.protocols.honour.pair import FACTS, NOW, at_the_till, charge, reserve

QUESTIONS: dict[str, m.PaymentMessage] = {
    "Reserve": reserve(),
    "Charge": charge(),
    "Commit": m.Commit(**at_the_till()),
    "Cancel": m.Cancel(**at_the_till()),
    "Refund": m.Refund(**at_the_till(), refund="refund-000000001", price=1),
}
WAYS_TO: dict[IssuerState, tuple[str, ...]] = {
    IssuerState.NONE: (),
    IssuerState.HELD: ("Reserve",),
    IssuerState.COMMITTED: ("Charge",),
    IssuerState.VOIDED: ("Reserve", "Cancel"),
    IssuerState.REFUSED: ("Commit",),
}


@pytest.mark.parametrize(("state", "event"), list(itertools.product(WAYS_TO, QUESTIONS)))
def test_the_issuer_moves_exactly_where_the_table_has_an_arrow(state: IssuerState, event: str) -> None:
    known: IssuerPayment | None = None
    for step in WAYS_TO[state]:
        known = issuer.handle(known, QUESTIONS[step], FACTS, NOW).new_state
    assert (known.state if known else IssuerState.NONE) is state
    decision = issuer.handle(known, QUESTIONS[event], FACTS, NOW)
    targets = ISSUER.targets(state, event)
    if targets:
        assert decision.new_state is not None
        assert decision.new_state.state in targets
        assert decision.new_state != known
    else:
        assert (decision.new_state, decision.effects) == (known, ())


@pytest.mark.parametrize("table", [ISSUER, HONOURING], ids=lambda one: one.name)
def test_every_state_is_reached_and_every_open_one_has_a_way_to_the_end(table: Table) -> None:
    states = {state for state, _ in table.rows} | {target for targets in table.rows.values() for target in targets}
    reached, ending = {str(table.start)}, {str(one) for one in table.final}
    for _ in states:
        for (state, _event), targets in table.rows.items():
            reached |= set(targets) if state in reached else set()
            ending |= {state} if ending & set(targets) else set()
    assert reached == ending == {str(one) for one in states}


def test_tombstones_stand_in_the_table() -> None:
    assert ISSUER.targets(IssuerState.NONE, "Cancel") == (IssuerState.VOIDED,)
    assert ISSUER.targets(IssuerState.NONE, "Commit") == (IssuerState.REFUSED,)


def test_no_clock_stands_in_the_honouring_table() -> None:
    assert not [event for _, event in HONOURING.rows if "clock" in event or "time" in event]


def test_the_interpreter_refuses_what_is_not_there() -> None:
    HONOURING.check(HonouringState.DRAFT, "start", HonouringState.SENT)
    for state, event, target in (("DRAFT", "start", "POSTED"), ("POSTED", "cancel", "FAILED"), ("DRAFT", "x", "SENT")):
        with pytest.raises(IllegalTransition):
            HONOURING.check(state, event, target)


def test_the_diagram_has_every_arrow() -> None:
    drawn = mermaid(ISSUER)
    assert "[*] --> VOIDED: Cancel" in drawn
    assert "HELD --> EXPIRED: clock ≥ until" in drawn
    assert "COMMITTED --> [*]" in drawn
    for (state, event), targets in HONOURING.rows.items():
        for target in targets:
            lines = [one for one in mermaid(HONOURING).splitlines() if one.strip().startswith(f"{state} --> {target}:")]
            assert len(lines) == 1
            assert event in lines[0]
