from __future__ import annotations

import copy
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols import ed25519, jcs, multikey, proofs
from protocols.errors import LocalProtocolError, RemoteProtocolError
from tests.protocols.keys import NOW, SEED
from tests.protocols.vectors import ALICE_PUBLIC_TEXT, ALICE_SEED_TEXT, VECTORS, feature_documents

ALICE_SEED = multikey.from_base58btc(ALICE_SEED_TEXT)[2:]
ALICE_PUBLIC = multikey.decode(ALICE_PUBLIC_TEXT)
VECTOR_TIME = datetime(2023, 2, 24, 23, 36, 38, tzinfo=UTC)
METHOD = "https://saint-avold.example/actor#ed25519-key"
PUBLIC = ed25519.public_key(SEED)
DOCUMENT: dict[str, Any] = {"@context": "https://www.w3.org/ns/activitystreams", "id": "https://a.example/1", "n": 1}


def test_w3c_eddsa_jcs_2022_byte_for_byte() -> None:
    folder = VECTORS / "vc-di-eddsa"
    unsigned = json.loads((folder / "unsigned.json").read_text())
    expected = json.loads((folder / "eddsa-jcs-2022" / "signedJCS.json").read_text())
    method = expected["proof"]["verificationMethod"]
    assert jcs.digest(unsigned).hex() == (folder / "eddsa-jcs-2022" / "docHashJCS.txt").read_text().strip()
    signed = proofs.add_proof(unsigned, seed=ALICE_SEED, verification_method=method, created=VECTOR_TIME)
    assert signed == expected
    proofs.verify_proof(expected, public_key=ALICE_PUBLIC, verification_method=method)


def test_fep_8b32_byte_for_byte() -> None:
    document, expected, received, actor = feature_documents("fep-8b32.feature")
    method = actor["assertionMethod"][0]
    signed = proofs.add_proof(document, seed=ALICE_SEED, verification_method=method["id"], created=VECTOR_TIME)
    assert signed == expected
    assert jcs.canonical(signed) == jcs.canonical(received)
    proofs.verify_proof(
        received,
        public_key=multikey.decode(method["publicKeyMultibase"]),
        verification_method=method["id"],
        now=NOW,
    )


def test_fep_c390_embedded_statement_without_context() -> None:
    _, _, actor = feature_documents("fep-c390.feature")
    statement = actor["attachment"][0]
    proofs.verify_proof(statement, public_key=ALICE_PUBLIC, verification_method=statement["subject"])


def _signed(**changes: Any) -> dict[str, Any]:
    return proofs.add_proof({**DOCUMENT, **changes}, seed=SEED, verification_method=METHOD, created=NOW)


def _verify(document: Any, now: datetime | None = NOW) -> None:
    proofs.verify_proof(document, public_key=PUBLIC, verification_method=METHOD, now=now)


def test_round_trip_leaves_the_original_alone() -> None:
    before = copy.deepcopy(DOCUMENT)
    signed = proofs.add_proof(DOCUMENT, seed=SEED, verification_method=METHOD, created=NOW)
    assert before == DOCUMENT
    _verify(signed)
    _verify(json.loads(json.dumps(signed)), now=None)
    assert len(proofs.proofs_of(signed)) == 1
    assert proofs.evidence_digest(signed) == proofs.evidence_digest(DOCUMENT)


def test_two_signers() -> None:
    other_seed, other = bytes(32), "https://metz.example/actor#ed25519-key"
    both = proofs.add_proof(_signed(), seed=other_seed, verification_method=other, created=NOW)
    assert isinstance(both["proof"], list)
    _verify(both)
    proofs.verify_proof(both, public_key=ed25519.public_key(other_seed), verification_method=other, now=NOW)
    with pytest.raises(RemoteProtocolError):
        proofs.verify_proof(both, public_key=PUBLIC, verification_method=other, now=NOW)


def test_fedify_leaves_the_context_out_of_the_proof() -> None:
    signed = _signed()
    del signed["proof"]["@context"]
    _verify(signed)
    signed["@context"] = "https://elsewhere.example/"
    with pytest.raises(RemoteProtocolError):
        _verify(signed)


def _without(name: str) -> Any:
    return lambda d: d["proof"].pop(name)


def _with(**values: Any) -> Any:
    return lambda d: d["proof"].update(values)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda d: d.update(n=2),
        lambda d: d.update(extra=1),
        lambda d: d.pop("n"),
        lambda d: d.update({"@context": ["https://www.w3.org/ns/activitystreams"]}),
        lambda d: d.pop("@context"),
        lambda d: d.update(proof=None),
        lambda d: d.update(proof=[]),
        lambda d: d.update(proof="text"),
        lambda d: d.update(proof=[d["proof"], d["proof"]]),
        lambda d: d.update(proof=[d["proof"], "text"]),
        lambda d: d.update(proof=[d["proof"]] + [{}] * 8),
        lambda d: d.pop("proof"),
        _with(type="Ed25519Signature2020"),
        _with(type=["DataIntegrityProof"]),
        _with(cryptosuite="eddsa-rdfc-2022"),
        _with(proofPurpose="authentication"),
        _with(verificationMethod="https://elsewhere.example/actor#key"),
        _with(verificationMethod=None),
        _with(created="2026-11-22T20:30:01Z"),
        _with(created="yesterday"),
        _with(created=1),
        _with(created=None),
        _with(expires="2000-01-01T00:00:00Z"),
        _with(nonce="1"),
        _with(previousProof="urn:x"),
        _with(proofValue="z11"),
        _with(proofValue=None),
        _with(proofValue="u" + "A" * 86),
        _with(proofValue="z" + "2" * 500),
        _with(**{"@context": "https://elsewhere.example/"}),
        _with(**{"@context": None}),
        _without("proofValue"),
        _without("proofPurpose"),
        _without("cryptosuite"),
        _without("created"),
    ],
)
def test_refuses(spoil: Any) -> None:
    signed = _signed()
    spoil(signed)
    with pytest.raises(RemoteProtocolError):
        _verify(signed)


def test_a_proof_for_another_purpose_is_refused_though_it_fits() -> None:
    signed = proofs.add_proof(DOCUMENT, seed=SEED, verification_method=METHOD, created=NOW, purpose="authentication")
    with pytest.raises(RemoteProtocolError):
        _verify(signed)


def test_a_proof_from_the_future_is_refused_though_it_fits() -> None:
    signed = _signed()
    _verify(signed, now=NOW - timedelta(minutes=59))
    with pytest.raises(RemoteProtocolError) as refused:
        _verify(signed, now=NOW - timedelta(minutes=61))
    assert refused.value.code == "stale"


@pytest.mark.parametrize(
    "change",
    [
        {"type": "Ed25519Signature2020"},
        {"cryptosuite": "eddsa-rdfc-2022"},
        {"@context": "https://elsewhere.example/"},
        {"previousProof": "urn:uuid:1"},
        {"created": 1},
    ],
)
def test_odd_options_are_refused_though_they_are_signed(change: dict[str, Any]) -> None:
    options = _signed()["proof"] | change
    del options["proofValue"]
    value = ed25519.sign(SEED, jcs.digest(options) + jcs.digest(DOCUMENT))
    with pytest.raises(RemoteProtocolError):
        _verify({**DOCUMENT, "proof": {**options, "proofValue": multikey.base58btc(value)}})


def test_expiry_is_signed_and_obeyed() -> None:
    options = {**_signed()["proof"], "expires": "2026-11-22T21:00:00Z"}
    del options["proofValue"]
    value = ed25519.sign(SEED, jcs.digest(options) + jcs.digest(DOCUMENT))
    signed: Any = {**DOCUMENT, "proof": {**options, "proofValue": multikey.base58btc(value)}}
    _verify(signed)
    with pytest.raises(RemoteProtocolError) as refused:
        _verify(signed, now=NOW + timedelta(minutes=31))
    assert refused.value.code == "stale"


def test_our_own_mistakes() -> None:
    with pytest.raises(LocalProtocolError):
        proofs.add_proof({"a": float("nan")}, seed=SEED, verification_method=METHOD, created=NOW)
    with pytest.raises(LocalProtocolError):
        proofs.add_proof({}, seed=b"", verification_method=METHOD, created=NOW)
    with pytest.raises(LocalProtocolError):
        proofs.add_proof({}, seed=SEED, verification_method=METHOD, created=NOW.replace(tzinfo=None))
    crowded: Any = {"proof": [{}] * 8}
    with pytest.raises(LocalProtocolError):
        proofs.add_proof(crowded, seed=SEED, verification_method=METHOD, created=NOW)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just(METHOD),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["type", "cryptosuite", "verificationMethod", "proofPurpose", "proofValue", "created"]),
                inner,
                max_size=6,
            )
        ),
        max_leaves=12,
    )
)
def test_only_refusals(proof: Any) -> None:
    with pytest.raises(RemoteProtocolError):
        _verify({**DOCUMENT, "proof": proof})


@given(st.sampled_from(sorted(_signed()["proof"])), st.none() | st.integers() | st.text() | st.lists(st.text()))
def test_no_option_can_be_changed(name: str, value: Any) -> None:
    signed = _signed()
    if signed["proof"][name] != value:
        signed["proof"][name] = value
        with pytest.raises(RemoteProtocolError):
            _verify(signed)


def test_two_proofs_by_one_method() -> None:
    """Two readers could look at different ones."""
    signed = _signed()
    later = proofs.add_proof(DOCUMENT, seed=SEED, verification_method=METHOD, created=NOW + timedelta(minutes=1))
    with pytest.raises(RemoteProtocolError):
        _verify({**DOCUMENT, "proof": [signed["proof"], later["proof"]]})


def test_a_proof_for_another_context() -> None:
    """Signed as it stands, and still refused: the document would mean something else to who processes JSON-LD."""
    options = _signed()["proof"] | {"@context": "https://elsewhere.example/"}
    del options["proofValue"]
    value = ed25519.sign(SEED, jcs.digest(options) + jcs.digest(DOCUMENT))
    with pytest.raises(RemoteProtocolError):
        _verify({**DOCUMENT, "proof": {**options, "proofValue": multikey.base58btc(value)}})
