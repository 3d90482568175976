"""Cases of draws: the random function, the order, whole files right and wrong."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from tests.protocols.gold import draws
from tests.protocols.gold.instants import decided
from tests.protocols.gold.test_checking import LIES, TAMPERED, signed_again
from tests.protocols.gold.test_vrf import VECTORS
from tests.vectors.making_evidence import Cases
from tests.vectors.making_signing import VALID
from tests.vectors.parties import Object

NO_PROOF: Object = {"verdict": "refused", "status": 400, "code": "bad-proof"}


def function() -> Cases:
    """RFC 9381 Appendix B.3, and what must be refused."""
    for vector in VECTORS:
        name, alpha, proof = vector["name"], vector["alpha"], vector["pi"]
        yield f"{name}, made", "vrf-prove", {"seed": vector["sk"], "alpha": alpha}, {**VALID, "proof": proof}
        given = {"publicKey": vector["pk"], "alpha": alpha, "proof": proof}
        yield f"{name}, checked", "vrf-output", given, {**VALID, "output": vector["beta"]}
    given = {"publicKey": VECTORS[0]["pk"], "alpha": "00", "proof": VECTORS[0]["pi"]}
    yield "over another input", "vrf-output", given, NO_PROOF
    small = {"publicKey": "01" + "00" * 31, "alpha": "", "proof": VECTORS[0]["pi"]}
    yield "a key of small order", "vrf-output", small, NO_PROOF
    outputs = [vector["beta"] for vector in VECTORS]
    yield "a seed of three", "draw-seed", {"alpha": "11" * 32, "outputs": outputs}, VALID
    yield "one answer missing", "draw-seed", {"alpha": "11" * 32, "outputs": [outputs[0], "", outputs[2]]}, VALID
    yield "a short alpha", "draw-seed", {"alpha": "11", "outputs": outputs}, {"verdict": "refused"}
    yield "all of ten", "draw-order", {"seed": "22" * 64, "count": 10, "first": 10}, VALID
    yield "five of 100,000", "draw-order", {"seed": "22" * 64, "count": 100_000, "first": 5}, VALID
    for words, output, wins in (("just below", "55" * 8, True), ("just not", "55" * 7 + "56", False)):
        yield words, "draw-wins", {"output": output + "00" * 56, "num": 1, "den": 3}, {**VALID, "wins": wins}


def files() -> Cases:
    """Whole draws."""
    listed = draws.entries(5, 1)
    right = draws.held(listed=listed, passings=1)
    yield "a draw rightly held", "draw", {"document": right}, {**VALID, "remarks": []}
    withheld = draws.held(listed=listed, missing=["Auzeville"])
    yield "an answer withheld", "draw", {"document": withheld}, {**VALID, "remarks": ["withheld"]}
    changed: Any = deepcopy(right)
    changed["entries"][1][1] = "0" * 64
    yield "an entry changed", "draw", {"document": changed}, {"verdict": "refused", "code": "entry-changed"}
    for name in ("another name", "an answer dropped"):
        change, code = TAMPERED[name]
        document: Any = deepcopy(right)
        change(document)
        yield name, "draw", {"document": document}, {"verdict": "refused", "code": code}
    part, lie, code = LIES["other winners"]
    yield "the drawer lies", "draw", {"document": signed_again(part, lie)}, {"verdict": "refused", "code": code}
    instants = decided(4, revoked=[0])
    yield "instant wins", "instants", {"document": instants}, {**VALID, "decided": 4, "revoked": 1}
    short: Any = deepcopy(instants)
    short["decisions"].pop()
    yield "a line left out", "instants", {"document": short}, {"verdict": "refused", "code": "wrong-head"}
