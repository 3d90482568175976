from __future__ import annotations

import base64
import contextlib
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.digests import check_content_digest, check_digest, make_content_digest, make_digest
from protocols.errors import RemoteProtocolError

BODY = b'{"hello": "world"}'
SHA256 = base64.b64encode(hashlib.sha256(BODY).digest()).decode()
SHA512 = base64.b64encode(hashlib.sha512(BODY).digest()).decode()


def test_rfc9530_example() -> None:
    # RFC 9530 appendix D: {"hello": "world"} and a line feed
    assert make_content_digest(BODY + b"\n") == "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:"


@given(st.binary())
def test_round_trip(body: bytes) -> None:
    check_digest(make_digest(body), body)
    check_content_digest(make_content_digest(body), body)


def test_accepts() -> None:
    for value in (f"SHA-256={SHA256}", f"sha-256={SHA256}", f"SHA-512={SHA512}", f"SHA-256={SHA256}, SHA-512={SHA512}"):
        check_digest(value, BODY)
    for value in (f"sha-256=:{SHA256}:", f"sha-512=:{SHA512}:, sha-256=:{SHA256}:"):
        check_content_digest(value, BODY)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "SHA-256",
        "SHA-256=",
        f"MD5={SHA256}",
        f"SHA-512={SHA256}",
        f"SHA-256={SHA512}",
        f"SHA-256={SHA256},SHA-256={SHA256}",
        f"SHA-256={SHA256},sha-256={SHA256}",
        f"SHA-256={SHA256},MD5=AAAA",
        f"SHA-256={SHA256},SHA-512={SHA256}",
        f"SHA-256={SHA256},",
        f"SHA-256={SHA256} x",
        f"SHA-256={SHA256.rstrip('=')}",
        f"SHA-256={SHA256}" + " " * 600,
        f"SHA-256=é{SHA256}",
    ],
)
def test_digest_refuses(value: str) -> None:
    with pytest.raises(RemoteProtocolError) as refused:
        check_digest(value, BODY)
    assert refused.value.code == "bad-digest"


@pytest.mark.parametrize(
    "value",
    [
        "",
        f"SHA-256={SHA256}",
        f"md5=:{SHA256}:",
        f"sha-512=:{SHA256}:",
        f"sha-256=:{SHA256}:, sha-256=:{SHA256}:",
        f"sha-256=:{SHA256}:, sha-512=:{SHA256}:",
        f"sha-256=:{SHA256}:, unixsum=:AAAA:",
        "sha-256=1",
        "sha-256=é",
        f"sha-256=:{SHA256}:" + " " * 600,
    ],
)
def test_content_digest_refuses(value: str) -> None:
    with pytest.raises(RemoteProtocolError) as refused:
        check_content_digest(value, BODY)
    assert refused.value.code == "bad-digest"


@given(st.text(), st.binary(max_size=20))
def test_only_refusals(value: str, body: bytes) -> None:
    for check in (check_digest, check_content_digest):
        with contextlib.suppress(RemoteProtocolError):
            check(value, body)
