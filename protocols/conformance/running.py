"""Reads a file of vectors and runs its cases."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from protocols.conformance import documents, evidence, gold, honour, signing
from protocols.conformance.given import Given, MalformedCase
from protocols.errors import LocalProtocolError, RemoteProtocolError
from protocols.types import JsonObject

FORMAT = "ygor-vectors/1"
MOST_CASES = 10_000

Operation = Callable[[Given], JsonObject]
OPERATIONS: Mapping[str, Operation] = {
    **signing.OPERATIONS,
    **documents.OPERATIONS,
    **honour.OPERATIONS,
    **evidence.OPERATIONS,
    **gold.OPERATIONS,
}


class VectorError(Exception):
    """The file is not one of vectors in this format."""


@dataclass(frozen=True, slots=True)
class Case:
    """One case. `expect` holds a `verdict` and whatever else of the outcome counts."""

    name: str
    operation: str
    given: JsonObject
    expect: JsonObject


@dataclass(frozen=True, slots=True)
class Result:
    """How a case went: `problems` is empty when it passed, else one line for each difference."""

    name: str
    problems: tuple[str, ...]


def read(document: JsonObject) -> tuple[Case, ...]:
    """The cases of a file. Raises VectorError."""
    if document.get("format") != FORMAT:
        raise VectorError(f"format is not {FORMAT}")
    cases = document.get("cases")
    if not isinstance(cases, list) or not 0 < len(cases) <= MOST_CASES:
        raise VectorError(f"cases is not a list of 1 to {MOST_CASES}")
    found = tuple(_case(number, case) for number, case in enumerate(cases, 1))
    if len({case.name for case in found}) != len(found):
        raise VectorError("two cases have one name")
    return found


def _case(number: int, case: object) -> Case:
    if not isinstance(case, dict):
        raise VectorError(f"case {number} is not an object")
    name, operation, given, expect = (case.get(key) for key in ("name", "operation", "given", "expect"))
    if not isinstance(name, str) or not isinstance(operation, str):
        raise VectorError(f"case {number} lacks name or operation")
    if not isinstance(given, dict) or not isinstance(expect, dict) or not isinstance(expect.get("verdict"), str):
        raise VectorError(f"case {number} lacks given, expect or expect.verdict")
    return Case(name, operation, given, expect)


def outcome_of(operation: str, given: JsonObject) -> JsonObject:
    """What our code makes of it: `verdict` is "valid" or "refused"; with the operation's own results, or status and
    code of the refusal. Raises MalformedCase, also for an operation that is not known."""
    run = OPERATIONS.get(operation)
    if run is None:
        raise MalformedCase(f"the operation {operation!r} is not known")
    try:
        return {"verdict": "valid", **run(Given(given))}
    except RemoteProtocolError as error:
        return {"verdict": "refused", "status": error.status, "code": error.code}
    except LocalProtocolError:
        return {"verdict": "refused"}


def check(case: Case) -> Result:
    """Run one case; never raises: what an operation cannot work with is the case's fault."""
    try:
        outcome = outcome_of(case.operation, case.given)
    except MalformedCase as error:
        return Result(case.name, (str(error),))
    except (ValueError, TypeError, LookupError, ArithmeticError, AttributeError, AssertionError) as error:
        return Result(case.name, (f"given cannot be used: {type(error).__name__}: {error}",))
    problems = [
        f"{key}: expected {_short(wanted)}, got {_short(outcome.get(key))}"
        for key, wanted in case.expect.items()
        if key not in outcome or outcome[key] != wanted
    ]
    return Result(case.name, tuple(problems))


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 200 else text[:200] + "…"
