"""What the council of a demonstration decided, and what its rules set in motion: an act, a scale, budgets, an audit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from node.accounts import public as accounts
from node.core.models import Setting
from node.core.unit import Unit
from node.core.viewer import SYSTEM, Viewer
from node.demo.world import Deed, Town
from node.emission import acts, audits, scale
from node.emission.acts import ActDraft
from node.emission.scale import Line
from node.ledger import sealing

SETTINGS: dict[str, int | str] = {
    "yearly_ceiling": 50_000,
    "cap_month": 300,
    "pair_times": 3,
    "districts": "Centre; Fontanelles; Canal; Coteaux",
}


def vote(unit: Unit, town: Town, ids: Mapping[str, str], supply: int) -> None:
    """The first act, entered by one and confirmed by another, and the town's settings. `unit`: at that time."""
    clerk, second = _two(unit, town, ids)
    today = unit.today
    draft = ActDraft(
        number=f"{today:%Y-%m-%d}/07", decided_on=today, title="Lancement des jetons citoyens", amount=supply,
        cls="token", validity_months=6, year=today.year,
    )  # fmt: skip
    acts.confirm(unit, second, acts.enter(unit, clerk, draft))
    unit.session.add_all(Setting(part="emission", key=key, value=value) for key, value in SETTINGS.items())
    unit.session.flush()
    unit.seen_settings.pop("emission", None)
    scale.change_line(unit, clerk, Line("mission", "", "hour", 20))
    scale.change_line(unit, clerk, Line("mission", "education", "action", 40))


def vote_gold(unit: Unit, town: Town, ids: Mapping[str, str], supply: int) -> None:
    """Gold tokens for the draws. `unit`: at that time."""
    clerk, second = _two(unit, town, ids)
    draft = ActDraft(
        number=f"{unit.today:%Y-%m-%d}/08", decided_on=unit.today, title="Jetons d’or des tirages", amount=supply,
        cls="gold", validity_months=6, year=unit.today.year,
    )  # fmt: skip
    acts.confirm(unit, second, acts.enter(unit, clerk, draft))


def _two(unit: Unit, town: Town, ids: Mapping[str, str]) -> tuple[Viewer, Viewer]:
    office = [accounts.viewer(unit, ids[person.key]) for person in town.people if person.roles]
    clerk = next((person for person in office if person.has("administrator")), SYSTEM)
    return clerk, next((person for person in office if person.account_id != clerk.account_id), SYSTEM)


def allot(unit: Unit, town: Town, ids: Mapping[str, str], groups: Mapping[str, str]) -> None:
    """A budget for each association, and an act that still waits for its second person."""
    clerk, _second = _two(unit, town, ids)
    for group in town.groups:
        if group.kind == "association":
            scale.change_budget(unit, clerk, groups[group.name], "month", 2_000)
    if town.deeds:
        draft = ActDraft(
            number=f"{unit.today:%Y-%m-%d}/03", decided_on=unit.today, title="Complément pour le printemps",
            amount=5_000, cls="token", validity_months=6, year=unit.today.year,
        )  # fmt: skip
        acts.enter(unit, clerk, draft)


def last_month(unit: Unit, town: Town) -> tuple[Deed, ...]:
    """Something done in the month that is over, so that the draw has somebody to draw."""
    if not any(deed.person == "amina" for deed in town.deeds):
        return ()
    days = (unit.today - (unit.today.replace(day=1) - timedelta(days=4))).days
    return (
        Deed(
            "marcel", days, "Tenir la buvette du loto", "Familles solidaires", "Du café, du cidre et des crêpes.",
            "festivities", (), "Salle des fêtes", 5, 2,
        ),
    )  # fmt: skip


def close_the_month(unit: Unit) -> None:
    """Seal the books and draw the audits of the month that is over."""
    while sealing.seal(unit):
        pass
    audits.draw(unit)
