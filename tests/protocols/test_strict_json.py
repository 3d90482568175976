from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.errors import RemoteProtocolError
from protocols.strict_json import loads

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), values, max_size=4))
def test_reads_what_json_writes(document: dict[str, object]) -> None:
    assert loads(json.dumps(document).encode(), max_depth=60) == document
    assert loads(json.dumps(document, ensure_ascii=False).encode(), max_depth=60) == document


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"nonsense",
        b"[]",
        b'"text"',
        b"null",
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b'{"a":-Infinity}',
        b'{"a":1e999}',
        b'{"a":9007199254740992}',
        b'{"a":-9007199254740992}',
        b'{"a":' + b"9" * 5000 + b"}",
        b'{"a":1,"a":2}',
        b'{"a":{"b":1,"b":1}}',
        b'{"a":"\\ud800"}',
        b'{"a":"\\u0000"}',
        b'{"\\u0000":1}',
        b'{"\\udfff":1}',
        b'{"a":["\\ud83d"]}',
        b'{"a":"\xff"}',
        b'\xef\xbb\xbf{"a":1}',
        '{"a":1}'.encode("utf-16"),
        b'{"a":1} {"b":2}',
        b'{"a":1,}',
        b"{'a':1}",
        b'{"a":"\n"}',
        b'{"a":' * 100_000,
        b'{"a":' + b"[" * 32 + b"]" * 32 + b"}",
    ],
)
def test_refuses(data: bytes) -> None:
    with pytest.raises(RemoteProtocolError):
        loads(data)


def test_limits_are_exact() -> None:
    assert loads(b'{"a":' + b"[" * 31 + b"]" * 31 + b"}")
    assert loads(b'{"a":1}', max_bytes=7) == {"a": 1}
    with pytest.raises(RemoteProtocolError) as refused:
        loads(b'{"a":1}', max_bytes=6)
    assert refused.value.status == 413
    assert loads(b'{"a":9007199254740991,"b":-9007199254740991}') == {"a": 2**53 - 1, "b": 1 - 2**53}
    assert loads(b'{"a":"\\ud83d\\ude00"}') == {"a": "😀"}


@given(st.binary())
def test_nothing_but_a_refusal_comes_out_of_bytes(data: bytes) -> None:
    with contextlib.suppress(RemoteProtocolError):
        assert isinstance(loads(data), dict)


@given(st.text(alphabet='{}[]",:\\u0dtrueflsn1e.- \n', max_size=60))
def test_nothing_but_a_refusal_comes_out_of_near_json(text: str) -> None:
    with contextlib.suppress(RemoteProtocolError):
        assert loads(text.encode()) == json.loads(text)


def test_nesting_without_end() -> None:
    with pytest.raises(RemoteProtocolError):
        loads(b'{"a":' * 200 + b"1" + b"}" * 200)


def test_not_a_number() -> None:
    with pytest.raises(RemoteProtocolError):
        loads(b'{"a":NaN}')


def test_duplicate_names() -> None:
    with pytest.raises(RemoteProtocolError):
        loads(b'{"actor":"https://a.example/1","actor":"https://b.example/1"}')


def test_lone_surrogates_and_zero() -> None:
    for text in (b'{"a":"\\ud800"}', b'{"a":"\\u0000"}'):
        with pytest.raises(RemoteProtocolError):
            loads(text)


def test_numbers_that_two_readers_round_differently() -> None:
    with pytest.raises(RemoteProtocolError):
        loads(b'{"a":9007199254740993}')
