"""A grouping's documents: what a reader refuses, and the terms that follow for two members (specs/groupings.md)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocols import ed25519, multikey
from protocols import groupings as wire
from protocols.errors import LocalProtocolError, RemoteProtocolError
from protocols.groupings import Acceptance, GroupingTerms, Listed, MemberList
from protocols.honour import terms as pairwise
from protocols.honour.terms import Party, PartyKey
from protocols.types import JsonObject

SCHEMAS = Path(__file__).parents[2] / "specs" / "schemas" / "groupings"
VECTOR = Path(__file__).parents[2] / "specs" / "vectors" / "groupings" / "members.json"
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HOUSE = Party("https://sicoval.example/ap/actor/sicoval", "https://sicoval.example", "Sicoval")
ANNA = Party("https://a.example/ap/actor/a", "https://a.example", "Castanet-Tolosan")
BOB = Party("https://b.example/ap/actor/b", "https://b.example", "Ramonville")
SEEDS = {HOUSE.actor: bytes([1]) * 32, ANNA.actor: bytes([2]) * 32, BOB.actor: bytes([3]) * 32}


def method(actor: str) -> str:
    return f"{actor}#proof-ed25519"


def key(actor: str) -> PartyKey:
    return PartyKey(method(actor), ed25519.public_key(SEEDS[actor]))


def sign(document: JsonObject, actor: str, at: datetime = NOW) -> JsonObject:
    return wire.sign(document, seed=SEEDS[actor], verification_method=method(actor), created=at)


def terms(**changes: Any) -> GroupingTerms:
    values: dict[str, Any] = {
        "series": "0123456789abcdef", "version": 1, "grouping": HOUSE, "limit": 5000, "day_cap": 60,
        "card_day_cap": 30, "services": ("*",), "till_hold_s": 900, "booking_hold_s": 259_200,
        "statement_period": "month", "dispute_days": 30, "refund_days": 30, "valid_from": date(2026, 11, 1),
        "valid_until": date(2027, 10, 31),
    }  # fmt: skip
    return GroupingTerms(**{**values, **changes})


def offered(**changes: Any) -> JsonObject:
    return sign(wire.TERMS.write(terms(**changes)), HOUSE.actor)


def accepted(member: Party, offer: JsonObject, **changes: Any) -> JsonObject:
    values: dict[str, Any] = {
        "id": f"acceptance-of-{member.name}"[:40].replace(" ", "-"), "grouping": HOUSE.actor,
        "terms": wire.digest(offer), "member": member, "code": "31113", "created": NOW,
    }  # fmt: skip
    return sign(wire.ACCEPTANCE.write(Acceptance(**{**values, **changes})), member.actor)


def listed(offer: JsonObject, *members: Party, **changes: Any) -> MemberList:
    entries = tuple(Listed(each.actor, NOW, (accepted(each, offer),)) for each in members)
    values: dict[str, Any] = {"grouping": HOUSE, "version": 7, "created": NOW, "terms": (offer,), "members": entries}
    return MemberList(**{**values, **changes})


def signed_list(value: MemberList) -> JsonObject:
    return sign(wire.MEMBER_LIST.write(value), HOUSE.actor)


def verify(document: JsonObject) -> MemberList:
    return wire.verify_list(document, actor=HOUSE.actor, keys=[key(HOUSE.actor)], now=NOW)


def test_a_signed_list_is_read_as_it_was_written() -> None:
    value = listed(offered(), ANNA, BOB)
    assert verify(signed_list(value)) == value


def test_both_members_and_anybody_derive_the_same_terms() -> None:
    one, other = wire.pair_terms(terms(), ANNA, BOB), wire.pair_terms(terms(), BOB, ANNA)
    assert one == other
    assert pairwise.problems(one) == ()
    assert pairwise.terms_hash(one) != pairwise.terms_hash(wire.pair_terms(terms(), ANNA, HOUSE))
    assert pairwise.terms_hash(one) != pairwise.terms_hash(wire.pair_terms(terms(series="f" * 16), ANNA, BOB))
    assert one.convert(7, "a-at-b") == one.convert(7, "b-at-a") == 7


def _unsigned(value: MemberList) -> JsonObject:
    return wire.MEMBER_LIST.write(value)


def _by_a_member(value: MemberList) -> JsonObject:
    return sign(wire.MEMBER_LIST.write(value), ANNA.actor)


def _changed_after_signing(value: MemberList) -> JsonObject:
    return {**signed_list(value), "version": 8}


def _terms_of_nobody(value: MemberList) -> JsonObject:
    return signed_list(replace(value, terms=(wire.TERMS.write(terms()),)))


def _twice(value: MemberList) -> JsonObject:
    return signed_list(replace(value, members=(*value.members, value.members[0])))


def _lists_itself(value: MemberList) -> JsonObject:
    return signed_list(replace(value, members=(Listed(HOUSE.actor, NOW, ()),)))


def _acceptance_of_another_member(value: MemberList) -> JsonObject:
    borrowed = Listed(BOB.actor, NOW, value.members[0].acceptances)
    return signed_list(replace(value, members=(borrowed,)))


def _acceptance_of_other_terms(value: MemberList) -> JsonObject:
    stale = accepted(ANNA, offered(day_cap=50))
    return signed_list(replace(value, members=(Listed(ANNA.actor, NOW, (stale,)),)))


def _acceptance_for_another_grouping(value: MemberList) -> JsonObject:
    foreign = accepted(ANNA, offered(), grouping="https://other.example/ap/actor/other")
    return signed_list(replace(value, members=(Listed(ANNA.actor, NOW, (foreign,)),)))


def _terms_of_another_grouping(value: MemberList) -> JsonObject:
    return signed_list(replace(value, grouping=replace(HOUSE, actor="https://sicoval.example/ap/actor/other")))


def _terms_that_do_not_follow(value: MemberList) -> JsonObject:
    later = offered(version=3, replaces="0" * 64, previous_until=date(2026, 12, 31))
    return signed_list(replace(value, terms=(later, value.terms[0])))


def _too_many(value: MemberList) -> JsonObject:
    many = tuple(Listed(f"https://m{number}.example/a", NOW, ()) for number in range(wire.MOST_MEMBERS + 1))
    return signed_list(replace(value, members=many))


@pytest.mark.parametrize(
    "forge",
    [
        _unsigned, _by_a_member, _changed_after_signing, _terms_of_nobody, _twice, _lists_itself,
        _acceptance_of_another_member, _acceptance_of_other_terms, _acceptance_for_another_grouping,
        _terms_of_another_grouping, _terms_that_do_not_follow, _too_many,
    ],
)  # fmt: skip
def test_a_forged_list_is_refused(forge: Callable[[MemberList], JsonObject]) -> None:
    with pytest.raises(RemoteProtocolError):
        verify(forge(listed(offered(), ANNA, BOB)))


def test_a_list_of_another_grouping_is_refused_though_well_signed() -> None:
    document = signed_list(listed(offered(), ANNA))
    with pytest.raises(RemoteProtocolError, match="another grouping"):
        wire.verify_list(document, actor="https://other.example/a", keys=[key(HOUSE.actor)], now=NOW)


def test_versions_only_grow_and_each_names_one_list() -> None:
    assert wire.is_news(8, "b", known_version=7, known_hash="a")
    assert not wire.is_news(7, "a", known_version=7, known_hash="a")
    with pytest.raises(RemoteProtocolError) as stale:
        wire.is_news(6, "a", known_version=7, known_hash="a")
    with pytest.raises(RemoteProtocolError) as fork:
        wire.is_news(7, "b", known_version=7, known_hash="a")
    assert (stale.value.code, fork.value.code) == ("stale", "fork")


def test_an_acceptance_signed_by_another_key_is_refused() -> None:
    document = accepted(ANNA, offered())
    wire.verify_author(document, ANNA.actor, [key(ANNA.actor)], NOW)
    with pytest.raises(RemoteProtocolError):
        wire.verify_author(document, ANNA.actor, [key(BOB.actor)], NOW)
    with pytest.raises(RemoteProtocolError):
        wire.verify_author(document, BOB.actor, [key(ANNA.actor)], NOW)
    with pytest.raises(RemoteProtocolError):
        wire.read_acceptance({**document, "member": {**ANNA_JSON, "baseUrl": "https://b.example"}})


ANNA_JSON: JsonObject = {"actor": ANNA.actor, "baseUrl": ANNA.base_url, "name": ANNA.name}


def test_the_next_version_says_which_it_replaces() -> None:
    first = terms()
    until = date(2026, 12, 31)
    second = terms(version=2, day_cap=50, replaces=wire.digest(wire.TERMS.write(first)), previous_until=until)
    assert wire.succeeds(second, first)
    assert not wire.succeeds(replace(second, series="f" * 16), first)
    assert not wire.succeeds(replace(second, replaces="0" * 64), first)
    verify(signed_list(listed(sign(wire.TERMS.write(second), HOUSE.actor), ANNA, terms=(
        sign(wire.TERMS.write(second), HOUSE.actor), offered()))))  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"day_cap": 6000}, "day_cap"),
        ({"card_day_cap": 61}, "card_day_cap"),
        ({"services": ("*", "piscine")}, "services"),
        ({"valid_until": date(2026, 10, 1)}, "valid_until"),
        ({"booking_hold_s": 60}, "booking_hold_s"),
        ({"version": 2}, "replaces"),
        ({"replaces": "0" * 64, "previous_until": date(2026, 12, 1)}, "replaces"),
        ({"version": 2, "replaces": "0" * 64, "previous_until": date(2028, 1, 1)}, "previous_until"),
    ],
)
def test_terms_that_nobody_may_sign(changes: dict[str, Any], field: str) -> None:
    wrong = terms(**changes)
    assert [problem.field for problem in wire.problems(wrong)] == [field]
    with pytest.raises(RemoteProtocolError):
        wire.read_terms(wire.TERMS.write(wrong))
    with pytest.raises(LocalProtocolError):
        wire.signed_terms(wrong, seed=SEEDS[HOUSE.actor], verification_method=method(HOUSE.actor), created=NOW)


def test_four_hundred_members_with_two_acceptances_fit_what_readers_take_in() -> None:
    from protocols import jcs

    offer = offered()
    one = accepted(ANNA, offer)
    entries = tuple(
        Listed(f"https://participer.saint-germain-en-laye-{number}.example/ap/actor/participer", NOW, (one, one))
        for number in range(wire.MOST_MEMBERS)
    )
    document = signed_list(listed(offer, members=entries))
    assert len(jcs.canonical(document)) < wire.MOST_BYTES


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=8,
)


GOOD = signed_list(listed(offered(), ANNA))


@settings(max_examples=60, deadline=timedelta(seconds=2))
@given(name=st.sampled_from(["version", "members", "terms", "grouping", "created", "type", "extra"]), value=JSON)
def test_no_list_makes_anything_but_a_refusal(name: str, value: Any) -> None:
    document = {**GOOD, name: value}
    try:
        verify(document)
    except RemoteProtocolError:
        return
    assert document[name] == GOOD.get(name)


@pytest.mark.parametrize("name", sorted(wire.schemas()))
def test_the_published_schemas_are_those_of_the_code(name: str) -> None:
    """`python -m tests.protocols.test_groupings` writes them again after a change."""
    assert (SCHEMAS / f"{name}.json").read_text(encoding="utf-8") == schema_text(name)


def vector() -> JsonObject:
    """A list of two members with the keys that sign in it, and the terms that follow for every two parties."""
    offer = offered()
    document = signed_list(listed(offer, ANNA, BOB))
    pairs = {
        f"{one.name} – {other.name}": pairwise.terms_hash(wire.pair_terms(terms(), one, other))
        for one, other in ((ANNA, BOB), (HOUSE, ANNA), (HOUSE, BOB))
    }
    keys = {method(actor): multikey.encode(ed25519.public_key(seed)) for actor, seed in SEEDS.items()}
    return {"keys": keys, "list": document, "hash": wire.digest(document), "pairs": pairs}  # type: ignore[dict-item]  # JSON


def test_the_published_vector_is_what_the_code_makes() -> None:
    assert json.loads(VECTOR.read_text(encoding="utf-8")) == vector()
    verify(vector()["list"])  # type: ignore[arg-type]  # an object


def schema_text(name: str) -> str:
    return json.dumps(wire.schemas()[name], indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    VECTOR.write_text(json.dumps(vector(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    for each in wire.schemas():
        (SCHEMAS / f"{each}.json").write_text(schema_text(each), encoding="utf-8")
