"""Nobody certifies for somebody of their own household."""

from __future__ import annotations

import pytest

from node.core.errors import Forbidden
from node.core.unit import Unit
from node.households import guardians, membership
from node.ledger import public as ledger
from tests.node.emission.people import give, town
from tests.node.households.family import BORN


def test_nobody_signs_for_their_household_nor_for_a_child_they_answer_for(unit: Unit) -> None:
    here = town(unit)
    membership.create(unit, here.maya, "Chez nous")
    membership.join(unit, here.lucie, membership.invite(unit, here.maya))
    with pytest.raises(Forbidden, match=r"households\.own-award"):
        give(unit, here, 1)
    child = guardians.create_child(unit, here.maya, "Lina", "Martin", BORN)
    with pytest.raises(Forbidden, match=r"households\.own-award"):
        give(unit, here, 2, account_id=child)
    assert ledger.supply(unit).circulating == 0
    assert give(unit, here, 3, certifier_id=here.hugo).amount == 10
