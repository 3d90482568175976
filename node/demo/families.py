"""A household with a purse, and a child with two guardians, through the same functions that pages use."""

from __future__ import annotations

from collections.abc import Mapping

from node.accounts import public as accounts
from node.core.ids import new_id
from node.core.unit import Unit
from node.demo.world import HOUSEHOLD, Town
from node.households import guardians, membership, purse


def gather(unit: Unit, town: Town, ids: Mapping[str, str]) -> None:
    """For the town that has one."""
    label, first, second, name, child, age, tokens = HOUSEHOLD
    if town.label != label:
        return
    membership.create(unit, ids[first], name)
    membership.join(unit, ids[second], membership.invite(unit, ids[first]))
    born = accounts.birthday(unit.today, -age)
    child_id = guardians.create_child(unit, ids[first], child, "", born)
    guardians.accept(unit, ids[second], guardians.invite(unit, ids[first], child_id))
    membership.bring_child(unit, ids[first], child_id)
    purse.put_in(unit, new_id(), ids[first], tokens)
