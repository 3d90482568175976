from __future__ import annotations

import base64
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from hypothesis import given
from hypothesis import strategies as st

from protocols import ed25519, rfc9421
from protocols.digests import make_content_digest
from protocols.errors import LocalProtocolError, RemoteProtocolError
from protocols.messages import HttpMessage
from tests.protocols.keys import KEY_ID, NOW, SEED, rsa_key

URL = "https://metz.example/inbox?shared=1"
BODY = b'{"type":"Follow"}'
POST = HttpMessage("POST", URL, (("Content-Type", "application/activity+json"), ("Host", "metz.example")), BODY)
GET = HttpMessage("GET", "https://metz.example/actor", (), None)
PUBLIC = rsa_key().public_key()
CREATED = int(NOW.timestamp())
FULL = '"@method" "@target-uri" "@authority" "content-digest"'


def _signed(message: HttpMessage = POST, key: Any = None) -> HttpMessage:
    added = rfc9421.sign(message, key_id=KEY_ID, private_key=key or rsa_key(), now=NOW)
    return replace(message, headers=message.headers + tuple(added.items()))


def _verify(message: HttpMessage, now: datetime = NOW, key: Any = PUBLIC) -> None:
    rfc9421.verify(message, public_key=key, now=now)


def _with(message: HttpMessage, name: str, value: str | None) -> HttpMessage:
    kept = tuple(header for header in message.headers if header[0].lower() != name.lower())
    return replace(message, headers=kept if value is None else (*kept, (name, value)))


def _by_hand(covered: str, parameters: str | None = None, label: str = "sig1") -> HttpMessage:
    """A request signed by the right key over the components we choose, base built here from RFC 9421 §2.5."""
    values = {
        '"@method"': "POST",
        '"@target-uri"': URL,
        '"@authority"': "metz.example",
        '"@path"': "/inbox",
        '"@query"': "?shared=1",
        '"@request-target"': "/inbox?shared=1",
        '"content-digest"': make_content_digest(BODY),
        '"content-type"': "application/activity+json",
    }
    if parameters is None:
        parameters = f';created={CREATED};keyid="{KEY_ID}"'
    lines = [f"{name}: {values[name]}" for name in covered.split(" ") if name]
    lines.append(f'"@signature-params": ({covered}){parameters}')
    signature = base64.b64encode(rsa_key().sign("\n".join(lines).encode(), PKCS1v15(), hashes.SHA256())).decode()
    return replace(
        POST,
        headers=(
            *POST.headers,
            ("Content-Digest", make_content_digest(BODY)),
            ("Signature-Input", f"{label}=({covered}){parameters}"),
            ("Signature", f"{label}=:{signature}:"),
        ),
    )


def test_round_trip_rsa_and_ed25519() -> None:
    for message in (POST, GET, replace(POST, body=b"")):
        _verify(_signed(message))
        _verify(_signed(message, SEED), key=ed25519.public_key(SEED))
    parameters = rfc9421.parse(_signed())
    assert parameters.key_id == KEY_ID
    assert parameters.created == CREATED
    assert parameters.covered == ("@method", "@target-uri", "@authority", "content-digest")
    assert parameters.algorithm is None
    assert len(rfc9421.parse(_signed(key=SEED)).signature) == 64


def test_rfc9421_signature_base_by_hand() -> None:
    by_hand = _by_hand(FULL)
    _verify(by_hand)
    assert set(_signed().headers) == set(by_hand.headers), "RSA PKCS #1 v1.5 is deterministic: same bytes"


@pytest.mark.parametrize(
    "covered",
    [
        '"@method" "@target-uri" "content-digest"',
        '"@method" "@authority" "@path" "@query" "content-digest"',
        '"@method" "@authority" "@request-target" "content-digest" "content-type"',
    ],
)
def test_other_whole_targets(covered: str) -> None:
    _verify(_by_hand(covered))


@pytest.mark.parametrize(
    "covered",
    [
        "",
        '"@target-uri" "content-digest"',
        '"@method" "content-digest"',
        '"@method" "@authority" "content-digest"',
        '"@method" "@authority" "@path" "content-digest"',
        '"@method" "@path" "@query" "content-digest"',
        '"@method" "@target-uri"',
    ],
)
def test_each_part_must_be_covered(covered: str) -> None:
    with pytest.raises(RemoteProtocolError, match="must cover"):
        _verify(_by_hand(covered))


@pytest.mark.parametrize(
    "parameters",
    [
        "",
        f';keyid="{KEY_ID}"',
        f";created={CREATED}",
        f';created={CREATED};keyid=""',
        f";created={CREATED};keyid=token",
        f';created={CREATED};keyid="{"k" * 2049}"',
        f';created="{CREATED}";keyid="{KEY_ID}"',
        f';created={CREATED}.5;keyid="{KEY_ID}"',
        f';created=@{CREATED};keyid="{KEY_ID}"',
        f';created={CREATED};keyid="{KEY_ID}";expires={CREATED - 1}',
        f';created={CREATED};keyid="{KEY_ID}";alg="rsa-pss-sha512"',
        f';created={CREATED};keyid="{KEY_ID}";alg="hmac-sha256"',
        f';created={CREATED};keyid="{KEY_ID}";alg="ed25519"',
        f';created={CREATED};keyid="{KEY_ID}";invented=1',
        f';created=1;created={CREATED};keyid="{KEY_ID}"',
    ],
)
def test_parameters_refused(parameters: str) -> None:
    with pytest.raises(RemoteProtocolError):
        _verify(_by_hand(FULL, parameters))


def test_parameters_accepted() -> None:
    for more in (f";expires={CREATED + 9}", ';alg="rsa-v1_5-sha256"', ';nonce="n";tag="ygor"'):
        _verify(_by_hand(FULL, f';created={CREATED};keyid="{KEY_ID}"{more}'))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda m: replace(m, body=BODY + b" "), "Content-Digest"),
        (lambda m: replace(m, body=None), "Content-Digest"),
        (lambda m: replace(m, method="PUT"), "fit"),
        (lambda m: replace(m, url="https://metz.example/inbox"), "fit"),
        (lambda m: _with(replace(m, url="https://nancy.example/inbox?shared=1"), "Host", None), "fit"),
        (lambda m: _with(m, "Host", "nancy.example"), "another host"),
        (lambda m: replace(m, url="no url"), "URL"),
        (lambda m: _with(replace(m, url="no url"), "Host", None), "fit"),
        (lambda m: _with(m, "Content-Digest", make_content_digest(b"other")), "Content-Digest"),
        (lambda m: _with(m, "Content-Digest", None), "fit"),
        (lambda m: _with(m, "Signature", None), "signature"),
        (lambda m: _with(m, "Signature-Input", None), "signature-input"),
        (lambda m: _with(m, "Signature", "sig1=1"), "Malformed"),
        (lambda m: _with(m, "Signature", "sig1=::"), "Malformed"),
        (lambda m: _with(m, "Signature", "sig2=:AAAA:"), "Exactly one"),
        (lambda m: _with(m, "Signature-Input", "sig1=1"), "Malformed"),
        (lambda m: _with(m, "Signature-Input", 'sig1=("@method" "@method");created=1;keyid="k"'), "Repeated"),
        (lambda m: _with(m, "Signature-Input", 'sig1=("@method";req);created=1;keyid="k"'), "Unknown covered"),
        (lambda m: _with(m, "Signature-Input", 'sig1=(method);created=1;keyid="k"'), "Unknown covered"),
        (lambda m: _with(m, "Signature-Input", 'sig1=(' + '"a" ' * 40 + ');created=1;keyid="k"'), "Too many"),
        (lambda m: _with(m, "Signature-Input", "a" * 9000), "acceptable"),
        (lambda m: _with(m, "Signature-Input", "é"), "Malformed"),
        (lambda m: replace(m, headers=(*m.headers, ("signature", "sig2=:AA==:"))), "more than once"),
        (lambda m: replace(m, headers=(*m.headers, ("content-digest", make_content_digest(BODY)))), "more than once"),
        (lambda m: replace(m, headers=(*m.headers, ("host", "metz.example"))), "more than once"),
    ],
)  # fmt: skip
def test_refuses(change: Any, why: str) -> None:
    with pytest.raises(RemoteProtocolError, match=why):
        _verify(change(_signed()))


def test_repeated_labels_and_second_signatures() -> None:
    signed = _signed()
    given_input, given = signed.single("signature-input"), signed.single("signature")
    assert given_input is not None
    assert given is not None
    for name, twice in (("Signature-Input", f"{given_input}, {given_input}"), ("Signature", f"{given}, {given}")):
        with pytest.raises(RemoteProtocolError, match="Repeated"):
            _verify(_with(signed, name, twice))
    second = _with(signed, "Signature", f"{given}, sig2=:AAAA:")
    second = _with(second, "Signature-Input", f'{given_input}, sig2=("@method");created=1;keyid="k"')
    with pytest.raises(RemoteProtocolError, match="Exactly one"):
        _verify(second)


def test_wrong_keys() -> None:
    for key in (rsa_key("theirs").public_key(), ed25519.public_key(SEED), b"short", bytes(32)):
        with pytest.raises(RemoteProtocolError, match="fit"):
            _verify(_signed(), key=key)
    with pytest.raises(RemoteProtocolError, match="fit"):
        _verify(_signed(key=SEED))


def test_an_hour_either_way() -> None:
    for minutes in (-60, 60):
        _verify(_signed(), now=NOW + timedelta(minutes=minutes))
    for minutes in (-61, 61):
        with pytest.raises(RemoteProtocolError) as refused:
            _verify(_signed(), now=NOW + timedelta(minutes=minutes))
        assert refused.value.code == "stale"


def test_what_cannot_be_signed() -> None:
    with pytest.raises(RemoteProtocolError):
        _signed(replace(POST, url="/inbox"))
    with pytest.raises(LocalProtocolError):
        _signed(replace(POST, method="post"))
    with pytest.raises(LocalProtocolError):
        _signed(key=b"short")


@given(st.sampled_from(["Signature", "Signature-Input", "Content-Digest"]), st.text(max_size=60))
def test_only_refusals(name: str, value: str) -> None:
    with pytest.raises(RemoteProtocolError):
        _verify(_with(_signed(), name, value))


@given(st.text(alphabet='sig1=("@method" target-uri);created:,AB', max_size=80))
def test_only_refusals_near_the_grammar(value: str) -> None:
    with pytest.raises(RemoteProtocolError):
        _verify(_with(_signed(), "Signature-Input", value))
