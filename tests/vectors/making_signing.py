"""Cases of canonical form, digests, keys and requests."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from protocols import cavage, digests, ed25519, multikey, rfc9421
from protocols.messages import HttpMessage
from tests.vectors.parties import (
    A_SEED,
    B_SEED,
    LEA,
    NOW,
    NOW_TEXT,
    A,
    Object,
    ed_public,
    private_pem,
    rsa_key,
    rsa_public,
)

Cases = Iterator[tuple[str, str, Object, Object]]
VALID: Object = {"verdict": "valid"}
REFUSED: Object = {"verdict": "refused"}
BAD: Object = {"verdict": "refused", "status": 401, "code": "bad-signature"}
DIGEST: Object = {"verdict": "refused", "status": 401, "code": "bad-digest"}
STALE: Object = {"verdict": "refused", "status": 401, "code": "stale"}
BODY = '{"type":"Follow","summary":"é"}'
URL = "https://bourg.example/in?x=1&y=%C3%A9"
RSA_ID, ED_ID = f"{A}#main-key", f"{A}#http-ed25519"
POST = HttpMessage("POST", URL, (("Content-Type", "application/activity+json"),), BODY.encode())
GET = HttpMessage("GET", URL, (("Accept", "application/activity+json"),), None)


def canonical() -> Cases:
    values: dict[str, Any] = {
        "names are sorted by UTF-16 code units": {"€": 1, "\r": 2, "דּ": 3, "1": 4, "😂": 5, "": 6, "ö": 7},
        "numbers are written as ECMAScript does": [
            333333333.33333329,
            1e30,
            4.50,
            2e-3,
            1e-27,
            -0.0,
            1.0,
            9007199254740991,
        ],
        "text is not normalised": ["é", "e\u0301", "\u2028", "\u0007", '"\\/'],
        "nothing": {},
        "a nested document": {"b": [None, True, {"z": "", "a": [[]]}], "a": {"c": False}},
    }
    for name, value in values.items():
        yield name, "canonical", {"value": value}, VALID
    texts = {
        "white space and escapes mean nothing": (b'{ "b" : "\\u00e9", "a":1.0 }', VALID),
        "a name twice": (b'{"a":1,"a":1}', REFUSED),
        "NaN": (b'{"a":NaN}', REFUSED),
        "an integer that a double cannot hold": (b'{"a":9007199254740992}', REFUSED),
        "the greatest integer": (b'{"a":9007199254740991}', VALID),
        "a number beyond a double": (b'{"a":1e999}', REFUSED),
        "a lone surrogate": (b'{"a":"\\ud800"}', REFUSED),
        "a lone surrogate in a name": (b'{"\\udfff":1}', REFUSED),
        "a byte order mark": (b'\xef\xbb\xbf{"a":1}', REFUSED),
        "bytes that are not UTF-8": (b'{"a":"\xe9"}', REFUSED),
        "not an object": (b'["a"]', REFUSED),
        "two objects": (b'{"a":1}{}', REFUSED),
        "32 levels": (b'{"a":' * 32 + b"1" + b"}" * 32, VALID),
        "33 levels": (b'{"a":' * 33 + b"1" + b"}" * 33, REFUSED),
    }
    for name, (data, expect) in texts.items():
        yield f"read: {name}", "read-json", {"base64": base64.b64encode(data).decode()}, expect


def digests_of(body: str) -> tuple[str, str]:
    return digests.make_digest(body.encode()), digests.make_content_digest(body.encode())


def bodies() -> Cases:
    old, new = digests_of(BODY)
    wrong_old, wrong_new = digests_of(BODY + " ")
    given = {
        "cavage": ("Digest", old, VALID),
        "cavage, algorithm in lower case": ("Digest", old.replace("SHA-256", "sha-256"), VALID),
        "cavage, of another body": ("Digest", wrong_old, DIGEST),
        "cavage, of an unknown algorithm": ("Digest", old.replace("SHA-256", "MD5"), DIGEST),
        "cavage, a good one and a bad one": ("Digest", f"{old},{wrong_old}", DIGEST),
        "cavage, a good and an unknown one": ("Digest", f"{old},unixsum=30637", DIGEST),
        "cavage, not base64": ("Digest", "SHA-256=%%%", DIGEST),
        "RFC 9530": ("Content-Digest", new, VALID),
        "RFC 9530, of another body": ("Content-Digest", wrong_new, DIGEST),
        "RFC 9530, not bytes": ("Content-Digest", 'sha-256="abc"', DIGEST),
        "RFC 9530, unknown alone": ("Content-Digest", new.replace("sha-256", "md5"), DIGEST),
        "RFC 9530, empty": ("Content-Digest", "", DIGEST),
    }
    for name, (header, value, expect) in given.items():
        yield name, "digest", {"header": header, "value": value, "body": BODY}, expect


def keys() -> Cases:
    public = ed25519.public_key(A_SEED)
    text = multikey.encode(public)
    yield "a Multikey", "multikey", {"text": text}, {**VALID, "publicKey": public.hex()}
    yield "a did:key", "multikey", {"text": LEA}, VALID
    yield "another multibase", "multikey", {"text": "u" + text[1:]}, REFUSED
    yield "another kind of key", "multikey", {"text": multikey.base58btc(b"\xe7\x01" + public)}, REFUSED
    yield "a key too short", "multikey", {"text": multikey.base58btc(b"\xed\x01" + public[:31])}, REFUSED
    yield "a letter that base58 has not", "multikey", {"text": text[:-1] + "0"}, REFUSED
    signature = ed25519.sign(A_SEED, b"ygor")
    given = {"publicKey": public.hex(), "signature": signature.hex(), "data": b"ygor".hex()}
    yield "an Ed25519 signature", "ed25519", given, VALID
    yield "over other data", "ed25519", {**given, "data": b"Ygor".hex()}, BAD
    order = 2**252 + 27742317777372353535851937790883648493
    scalar = int.from_bytes(signature[32:], "little") + order
    malleable = signature[:32] + scalar.to_bytes(32, "little")
    yield "the same signature in a second spelling", "ed25519", {**given, "signature": malleable.hex()}, BAD
    small = {"publicKey": "01" + "00" * 31, "signature": "01" + "00" * 63, "data": b"anything".hex()}
    yield "a key of small order, which signs everything", "ed25519", small, BAD


def request(message: HttpMessage, added: dict[str, str] | None = None, **changes: Any) -> Object:
    """A request with headers added, in the notation of the vectors; a header changed to None is left out."""
    headers = dict(message.headers) | (added or {}) | changes.pop("headers", {})
    body = None if message.body is None else message.body.decode()
    pairs = [[name, value] for name, value in headers.items() if value is not None]
    return {"method": message.method, "url": message.url, "headers": pairs, "body": body, **changes}


def _verifying(asked: Object, key: Object, now: str = NOW_TEXT) -> Object:
    return {"request": asked, "key": key, "now": now}


def cavage_requests() -> Cases:
    key, public = {"privateKeyPem": private_pem()}, rsa_public()
    for name, message in (("a POST", POST), ("a GET", GET)):
        given = {"request": request(message), "dialect": "cavage", "keyId": RSA_ID, "key": key, "now": NOW_TEXT}
        yield f"sign {name}", "sign-request", given, VALID
    got = cavage.sign(GET, key_id=RSA_ID, private_key=rsa_key(), now=NOW)
    made = cavage.sign(POST, key_id=RSA_ID, private_key=rsa_key(), now=NOW)
    yield "a GET", "verify-request", _verifying(request(GET, got), public), VALID
    yield "a POST", "verify-request", _verifying(request(POST, made), public), VALID
    old = made["Signature"]
    hs2019 = {"headers": {"Signature": old.replace("rsa-sha256", "hs2019")}}
    yield "hs2019 means the same", "verify-request", _verifying(request(POST, made, **hs2019), public), VALID
    yield "fifty-nine minutes late", "verify-request", _verifying(request(POST, made), public, _later(59)), VALID
    yield "an hour and a minute late", "verify-request", _verifying(request(POST, made), public, _later(61)), STALE
    yield "an hour and a minute early", "verify-request", _verifying(request(POST, made), public, _later(-61)), STALE
    yield "another key", "verify-request", _verifying(request(POST, made), rsa_public("second")), BAD
    changes: dict[str, tuple[Object, Object]] = {
        "another body": ({"body": BODY + " "}, DIGEST),
        "another body and its digest": (
            {"body": BODY + " ", "headers": {"Digest": digests_of(BODY + " ")[0]}},
            BAD,
        ),
        "another path": ({"url": URL.replace("/in", "/inbox")}, BAD),
        "another query": ({"url": URL.replace("x=1", "x=2")}, BAD),
        "another host": ({"url": URL.replace("bourg", "cite")}, BAD),
        "the method of a reader": ({"method": "PUT"}, BAD),
        "no Date": ({"headers": {"Date": None}}, BAD),
        "no Digest": ({"headers": {"Digest": None}}, BAD),
        "no Signature": ({"headers": {"Signature": None}}, BAD),
        "an unknown algorithm": ({"headers": {"Signature": old.replace("rsa-sha256", "ecdsa-sha256")}}, BAD),
        "a parameter twice": ({"headers": {"Signature": f'keyId="x",{old}'}}, BAD),
        "a name covered twice": ({"headers": {"Signature": old.replace(" date ", " date date ")}}, BAD),
        "an obsolete date": ({"headers": {"Date": "Sunday, 22-Nov-26 10:00:00 GMT"}}, REFUSED),
    }
    for name, (change, expect) in changes.items():
        yield name, "verify-request", _verifying(request(POST, made, **change), public), expect
    loose = cavage.sign(HttpMessage("POST", URL, POST.headers, None), key_id=RSA_ID, private_key=rsa_key(), now=NOW)
    unsigned = {"headers": {"Digest": digests_of(BODY)[0]}}
    asked = request(POST, loose, **unsigned)
    yield "a digest that is not covered", "verify-request", _verifying(asked, public), BAD
    twice = request(POST, made)
    twice["headers"].append(["Date", made["Date"]])
    yield "a header twice", "verify-request", _verifying(twice, public), {"verdict": "refused", "code": "bad-signature"}


def rfc9421_requests() -> Cases:
    given: Object = {"dialect": "rfc9421", "now": NOW_TEXT}
    ed, rsa = {"seed": A_SEED.hex()}, {"privateKeyPem": private_pem()}
    post, get = request(POST), request(GET)
    nonce = "bm9uY2Utb2YtMTI"
    yield (
        "sign a POST, Ed25519",
        "sign-request",
        {**given, "request": post, "keyId": ED_ID, "key": ed, "nonce": nonce},
        VALID,
    )
    yield "sign a GET, Ed25519", "sign-request", {**given, "request": get, "keyId": ED_ID, "key": ed}, VALID
    yield "sign a POST, RSA", "sign-request", {**given, "request": post, "keyId": RSA_ID, "key": rsa}, VALID
    public = ed_public(A_SEED)
    made = rfc9421.sign(POST, key_id=ED_ID, private_key=A_SEED, now=NOW, nonce=nonce)
    by_rsa = rfc9421.sign(POST, key_id=RSA_ID, private_key=rsa_key(), now=NOW)
    got = rfc9421.sign(GET, key_id=ED_ID, private_key=A_SEED, now=NOW)
    yield "a POST, Ed25519", "verify-request", _verifying(request(POST, made), public), VALID
    yield "a GET, Ed25519", "verify-request", _verifying(request(GET, got), public), VALID
    yield "a POST, RSA", "verify-request", _verifying(request(POST, by_rsa), rsa_public()), VALID
    yield "an hour and a minute late", "verify-request", _verifying(request(POST, made), public, _later(61)), STALE
    yield "an hour and a minute early", "verify-request", _verifying(request(POST, made), public, _later(-61)), STALE
    yield "another key", "verify-request", _verifying(request(POST, made), ed_public(B_SEED)), BAD
    said, signature = made["Signature-Input"], made["Signature"]
    changes: dict[str, tuple[Object, Object]] = {
        "another label": (
            {"headers": {"Signature-Input": "other" + said[4:], "Signature": "other" + signature[4:]}},
            VALID,
        ),
        "another body": ({"body": BODY + " "}, DIGEST),
        "another path": ({"url": URL.replace("/in", "/inbox")}, BAD),
        "another host": ({"url": URL.replace("bourg", "cite")}, BAD),
        "a Host header for another host": ({"headers": {"Host": "cite.example"}}, BAD),
        "the method of a reader": ({"method": "PUT"}, BAD),
        "no Content-Digest": ({"headers": {"Content-Digest": None}}, BAD),
        "no Signature": ({"headers": {"Signature": None}}, BAD),
        "two labels": (
            {"headers": {"Signature-Input": f"{said}, {said.replace('sig1', 'sig2')}"}},
            BAD,
        ),
        "labels that differ": ({"headers": {"Signature": signature.replace("sig1", "sig2")}}, BAD),
        "no created": ({"headers": {"Signature-Input": said.replace(f";created={int(NOW.timestamp())}", "")}}, BAD),
        "a parameter that is not known": ({"headers": {"Signature-Input": said + ";x=1"}}, BAD),
        "the digest not covered": ({"headers": {"Signature-Input": said.replace(' "content-digest"', "")}}, BAD),
        "the target not covered": ({"headers": {"Signature-Input": said.replace(' "@target-uri"', "")}}, BAD),
        "a component with parameters": (
            {"headers": {"Signature-Input": said.replace('"@method"', '"@method";req')}},
            BAD,
        ),
        "the nonce changed": ({"headers": {"Signature-Input": said.replace(nonce, nonce[::-1])}}, BAD),
    }
    for name, (change, expect) in changes.items():
        yield name, "verify-request", _verifying(request(POST, made, **change), public), expect


def _later(minutes: int) -> str:
    return (NOW + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")
