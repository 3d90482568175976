from __future__ import annotations

import base64
import contextlib
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from hypothesis import given
from hypothesis import strategies as st

from protocols import cavage
from protocols.digests import make_digest
from protocols.errors import RemoteProtocolError
from protocols.messages import HttpMessage
from protocols.timestamps import http_date
from tests.protocols.keys import KEY_ID, NOW, rsa_key

URL = "https://metz.example/inbox?shared=1"
BODY = b'{"type":"Follow"}'
POST = HttpMessage("POST", URL, (("Content-Type", "application/activity+json"),), BODY)
GET = HttpMessage("GET", "https://metz.example/actor", (("Accept", "application/activity+json"),), None)
PUBLIC = rsa_key().public_key()


def _signed(message: HttpMessage = POST) -> HttpMessage:
    added = cavage.sign(message, key_id=KEY_ID, private_key=rsa_key(), now=NOW)
    return replace(message, headers=message.headers + tuple(added.items()))


def _verify(message: HttpMessage, now: datetime = NOW) -> None:
    cavage.verify(message, public_key=PUBLIC, now=now)


def _with(message: HttpMessage, name: str, value: str | None) -> HttpMessage:
    """The message with a header replaced, or taken away."""
    kept = tuple(header for header in message.headers if header[0].lower() != name.lower())
    return replace(message, headers=kept if value is None else (*kept, (name, value)))


def _by_hand(
    covered: str, *, message: HttpMessage = POST, lines: dict[str, str] | None = None, extra: str = ""
) -> HttpMessage:
    """A request signed by the right key over the headers we choose: what a careless peer would send."""
    headers = {
        "Host": "metz.example",
        "Date": http_date(NOW),
        "Digest": make_digest(message.body or b""),
        "Content-Type": "application/activity+json",
    } | (lines or {})
    values = {name.lower(): value for name, value in headers.items()}
    values["(request-target)"] = "post /inbox?shared=1"
    values["(created)"] = str(int(NOW.timestamp()))
    string = "\n".join(f"{name}: {values[name]}" for name in covered.split(" "))
    signature = base64.b64encode(rsa_key().sign(string.encode(), PKCS1v15(), hashes.SHA256())).decode()
    header = f'keyId="{KEY_ID}",headers="{covered}",signature="{signature}"{extra}'
    return replace(message, headers=(*headers.items(), ("Signature", header)))


def test_round_trip() -> None:
    for message in (POST, GET, replace(POST, headers=()), replace(POST, body=b"")):
        signed = _signed(message)
        _verify(signed)
        parameters = cavage.parse(signed)
        assert parameters.key_id == KEY_ID
        assert parameters.algorithm == "rsa-sha256"
        assert len(parameters.signature) == 256


def test_what_is_signed() -> None:
    assert cavage.parse(_signed()).covered == ("(request-target)", "host", "date", "digest", "content-type")
    assert cavage.parse(_signed(GET)).covered == ("(request-target)", "host", "date")
    added = cavage.sign(POST, key_id=KEY_ID, private_key=rsa_key(), now=NOW)
    assert added["Host"] == "metz.example"
    assert added["Date"] == "Sun, 22 Nov 2026 20:30:00 GMT"
    assert added["Digest"] == make_digest(BODY)


def test_the_port_belongs_to_the_host() -> None:
    local = replace(POST, url="http://metz.localhost:8080/inbox")
    added = cavage.sign(local, key_id=KEY_ID, private_key=rsa_key(), now=NOW)
    assert added["Host"] == "metz.localhost:8080"
    _verify(_signed(local))


def test_hs2019_and_no_algorithm_are_rsa() -> None:
    _verify(_by_hand("(request-target) host date digest"))
    _verify(_by_hand("(request-target) host date digest", extra=',algorithm="hs2019"'))
    _verify(_by_hand("(request-target) host date digest", extra=',algorithm="RSA-SHA256" , created=1'))


@pytest.mark.parametrize(
    "covered",
    ["host date digest", "(request-target) date digest", "(request-target) host digest", "(request-target) host date"],
)
def test_each_part_must_be_covered(covered: str) -> None:
    with pytest.raises(RemoteProtocolError, match="must cover"):
        _verify(_by_hand(covered))


@pytest.mark.parametrize(
    "extra",
    [',algorithm="rsa-sha512"', ',algorithm="hmac-sha256"', ',algorithm="ed25519"', ",expires=1", ',keyId="x"', ",",
     "x", ',algorithm="', ",created=x", ',created="-1"'],
)  # fmt: skip
def test_parameters_refused(extra: str) -> None:
    with pytest.raises(RemoteProtocolError):
        _verify(_by_hand("(request-target) host date digest", extra=extra))


def test_expiry_in_the_future_is_fine() -> None:
    _verify(_by_hand("(request-target) host date digest", extra=",expires=99999999999"))


@pytest.mark.parametrize(
    "covered", ["(request-target) host date digest (created)", "(request-target) host date digest host"]
)
def test_components_refused(covered: str) -> None:
    with pytest.raises(RemoteProtocolError):
        _verify(_by_hand(covered))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda m: replace(m, body=BODY + b" "), "digest"),
        (lambda m: replace(m, body=None), "digest"),
        (lambda m: replace(m, method="PUT"), "fit"),
        (lambda m: replace(m, url="https://metz.example/inbox"), "fit"),
        (lambda m: replace(m, url="https://metz.example/other?shared=1"), "fit"),
        (lambda m: replace(m, url="https://nancy.example/inbox?shared=1"), "another host"),
        (lambda m: replace(m, url="https://metz.example:8443/inbox?shared=1"), "another host"),
        (lambda m: replace(m, url="no url"), "URL"),
        (lambda m: _with(m, "Host", "nancy.example"), "another host"),
        (lambda m: _with(m, "Host", "metz.example/x"), "another host"),
        (lambda m: _with(m, "Host", "metz example"), "Host"),
        (lambda m: _with(m, "Host", None), "absent"),
        (lambda m: _with(m, "Date", None), "Date"),
        (lambda m: _with(m, "Date", "Sun, 22 Nov 2026 20:30:01 GMT"), "fit"),
        (lambda m: _with(m, "Date", "2026-11-22"), "HTTP date"),
        (lambda m: _with(m, "Content-Type", "text/html"), "fit"),
        (lambda m: _with(m, "Content-Type", None), "absent"),
        (lambda m: _with(m, "Digest", make_digest(b"other")), "digest"),
        (lambda m: _with(m, "Digest", None), "absent"),
        (lambda m: _with(m, "Signature", None), "Signature"),
        (lambda m: _with(m, "Signature", ""), "Signature"),
        (lambda m: _with(m, "Signature", "a" * 9000), "Signature"),
        (lambda m: replace(m, headers=(*m.headers, ("signature", "keyId=x"))), "more than once"),
        (lambda m: replace(m, headers=(*m.headers, ("HOST", "metz.example"))), "more than once"),
        (lambda m: replace(m, headers=(*m.headers, ("date", http_date(NOW)))), "more than once"),
        (lambda m: replace(m, headers=(*m.headers, ("digest", make_digest(BODY)))), "more than once"),
    ],
)
def test_refuses(change: Any, why: str) -> None:
    with pytest.raises(RemoteProtocolError, match=why):
        _verify(change(_signed()))


def test_a_get_signature_is_no_post_signature() -> None:
    stolen = dict(_signed(GET).headers)["Signature"]
    forged = HttpMessage("POST", GET.url, (*_signed(GET).headers, ("Digest", make_digest(BODY))), BODY)
    assert stolen
    with pytest.raises(RemoteProtocolError, match="must cover"):
        _verify(forged)


def test_another_key() -> None:
    with pytest.raises(RemoteProtocolError, match="fit"):
        cavage.verify(_signed(), public_key=rsa_key("theirs").public_key(), now=NOW)


def test_an_hour_either_way() -> None:
    signed = _signed()
    for minutes in (-60, 60):
        _verify(signed, now=NOW + timedelta(minutes=minutes))
    for minutes in (-61, 61):
        with pytest.raises(RemoteProtocolError) as refused:
            _verify(signed, now=NOW + timedelta(minutes=minutes))
        assert refused.value.code == "stale"
        assert refused.value.status == 401


def test_signing_for_a_url_that_is_none() -> None:
    with pytest.raises(RemoteProtocolError):
        cavage.sign(replace(POST, url="file:///etc/passwd"), key_id=KEY_ID, private_key=rsa_key(), now=NOW)


@given(st.text() | st.text(alphabet='keyIdsgnature="(),: 1', max_size=80))
def test_only_refusals(header: str) -> None:
    with pytest.raises(RemoteProtocolError):
        _verify(_with(_signed(), "Signature", header))


@given(st.sampled_from(["Host", "Date", "Digest", "Content-Type"]), st.text(max_size=30))
def test_no_covered_header_can_be_changed(name: str, value: str) -> None:
    signed = _signed()
    if value.strip(" \t") != signed.single(name):
        with contextlib.suppress(RemoteProtocolError):
            _verify(_with(signed, name, value))
            raise AssertionError(f"{name}: {value!r} was accepted")
