from __future__ import annotations

import hashlib
import json
import struct
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from protocols.errors import LocalProtocolError
from protocols.jcs import canonical, digest
from tests.protocols.vectors import VECTORS

NAMES = ("arrays", "french", "structures", "unicode", "values", "weird")


@pytest.mark.parametrize("name", NAMES)
def test_rfc8785_vectors(name: str) -> None:
    folder = VECTORS / "jcs" / "testdata"
    value = json.loads((folder / "input" / f"{name}.json").read_bytes())
    expected = bytes.fromhex((folder / "outhex" / f"{name}.txt").read_text())
    assert canonical(value) == expected
    assert digest(value) == hashlib.sha256(expected).digest()


@pytest.mark.parametrize(
    ("bits", "text"),
    [
        ("4340000000000001", "9007199254740994"),
        ("444b1ae4d6e2ef50", "1e+21"),
        ("3eb0c6f7a0b5ed8d", "0.000001"),
        ("3eb0c6f7a0b5ed8c", "9.999999999999997e-7"),
        ("8000000000000000", "0"),
        ("0000000000000000", "0"),
    ],
)
def test_rfc8785_numbers(bits: str, text: str) -> None:
    (number,) = struct.unpack(">d", bytes.fromhex(bits))
    assert canonical([number]) == f"[{text}]".encode()


def test_tuples_are_lists() -> None:
    assert canonical({"b": (1, 2.0), "a": True}) == b'{"a":true,"b":[1,2]}'


def _nested() -> list[Any]:
    value: list[Any] = []
    for _ in range(100_000):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    [float("nan"), float("inf"), 2**53, {"a": "\ud800"}, {"\udfff": 1}, {1: 2}, {"a": object()}, b"a", _nested()],
)
def test_what_json_cannot_say_is_our_fault(value: Any) -> None:
    with pytest.raises(LocalProtocolError):
        canonical(value)


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), st.integers(-1000, 1000)))
def test_order_does_not_matter(value: dict[str, int]) -> None:
    assert canonical(value) == canonical(dict(reversed(value.items())))
    assert json.loads(canonical(value)) == value


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_the_quick_way_writes_what_the_library_writes(value: Any) -> None:
    try:
        expected = rfc8785.dumps(value)
    except rfc8785.CanonicalizationError:
        with pytest.raises(LocalProtocolError):
            canonical(value)
    else:
        assert canonical(value) == expected


def test_a_value_inside_itself_ends() -> None:
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(LocalProtocolError):
        canonical(endless)
