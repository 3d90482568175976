"""Roles, sessions, tokens, keys, passwords and searching, in the domain."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from nacl.exceptions import CryptoError
from nacl.signing import VerifyKey
from sqlalchemy import select

from node.accounts import gdpr, passwords, public, roles, rules, service, session_rows, tokens
from node.accounts.jobs import tidy
from node.accounts.models import Account, ApiToken, ResidentKey, WebSession
from node.accounts.session_rows import StoredSession
from node.core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from node.core.models import AuditEntry
from node.core.node import Node
from node.core.unit import Unit
from node.core.viewer import ANONYMOUS, Viewer
from protocols import multikey
from tests.fixtures.nodes import TestClock
from tests.node.accounts.people import again, person


def stored(unit: Unit, account_id: str | None, days: int = 30, agent: str = "") -> StoredSession:
    data = {"account_id": account_id} if account_id else {"ticket": "x"}
    return StoredSession(data, unit.now, unit.now, unit.now + timedelta(days=days), agent)


def test_roles_are_given_taken_and_audited(unit: Unit) -> None:
    awa, leila = person(unit, "Awa Diop", "administrator"), person(unit)
    assert leila.account_id is not None
    roles.grant(unit, awa, leila.account_id, "elected_member")
    roles.grant(unit, awa, leila.account_id, "elected_member")
    assert again(unit, leila).roles == {"resident", "elected_member"}
    assert [a.id for a in public.accounts_with_role(unit, "elected_member")] == [leila.account_id]
    roles.revoke(unit, awa, leila.account_id, "elected_member")
    assert again(unit, leila).roles == {"resident"}
    unit.session.flush()
    entries = unit.session.execute(select(AuditEntry).order_by(AuditEntry.id)).scalars().all()
    assert [(e.actor_id, e.action, e.subject) for e in entries] == [
        (awa.account_id, "accounts.role-granted", leila.account_id),
        (awa.account_id, "accounts.role-revoked", leila.account_id),
    ]


@pytest.mark.parametrize("who", ["nobody", "resident", "agent", "elected_member"])
def test_only_administrators_give_roles(unit: Unit, who: str) -> None:
    actor = ANONYMOUS if who == "nobody" else person(unit, "Omar Sy", *({who} - {"resident"}))
    leila = person(unit)
    assert leila.account_id is not None
    for change in (roles.grant, roles.revoke):
        with pytest.raises(Forbidden):
            change(unit, actor, leila.account_id, "administrator")
    assert again(unit, leila).roles == {"resident"}


@pytest.mark.parametrize("role", ["resident", "association_member", "partner_operator", "emperor", ""])
def test_derived_and_unknown_roles_cannot_be_given(unit: Unit, role: str) -> None:
    awa = person(unit, "Awa Diop", "administrator")
    assert awa.account_id is not None
    with pytest.raises(Invalid):
        roles.grant(unit, awa, awa.account_id, role)


async def test_two_administrators_cannot_remove_each_other_at_once(node: Node) -> None:
    awa = await node.write(person, "Awa Diop", "administrator")
    omar = await node.write(person, "Omar Sy", "administrator")
    assert awa.account_id is not None
    assert omar.account_id is not None
    results = await asyncio.gather(
        node.write(roles.revoke, awa, omar.account_id, "administrator"),
        node.write(roles.revoke, omar, awa.account_id, "administrator"),
        return_exceptions=True,
    )
    assert sum(isinstance(result, Conflict) for result in results) == 1
    assert await node.read(roles.count, "administrator") == 1


def test_a_closed_administrator_does_not_count(unit: Unit) -> None:
    awa, omar = person(unit, "Awa Diop", "administrator"), person(unit, "Omar Sy", "administrator")
    account = unit.session.get(Account, omar.account_id)
    assert account is not None
    account.state = "closed"
    unit.session.flush()
    assert awa.account_id is not None
    with pytest.raises(Conflict, match="last-administrator"):
        roles.revoke(unit, awa, awa.account_id, "administrator")


def test_nobody_without_address_gets_a_role(unit: Unit) -> None:
    awa = person(unit, "Awa Diop", "administrator")
    jeanne = public.create_account_at_desk(unit, awa, "Jeanne", "B")
    with pytest.raises(Conflict, match="role-without-email"):
        roles.grant(unit, awa, jeanne.id, "agent")


def test_people_at_the_desk(unit: Unit) -> None:
    agent, leila = person(unit, "Omar Sy", "agent"), person(unit)
    first = public.create_account_at_desk(unit, agent, "Jeanne", "Bé")
    public.create_account_at_desk(unit, agent, "Jean", "Bé")
    assert first.email is None
    assert public.names(unit, [first.id, "nobody"]) == {first.id: "Jeanne B."}
    with pytest.raises(Forbidden):
        public.create_account_at_desk(unit, leila, "Jeanne", "B")
    with pytest.raises(Forbidden):
        service.search(unit, leila, "jeanne")


def test_searching(unit: Unit) -> None:
    agent = person(unit, "Omar Sy", "agent")
    leila = person(unit, "Leïla Bén%ali")

    def found(text: str, **more: str) -> list[str]:
        return [row.person.given_name for row in service.search(unit, agent, text, **more)[0]]

    assert found("leila") == found("LEÏLA ben%") == found("castanet leila") == ["Leïla"]
    assert found("%") == ["Leïla"]
    assert found("leila omar") == []
    assert found("", role="agent") == ["Omar"]
    assert leila.account_id is not None
    service.change_profile(unit, leila.account_id, "Lila", "B", "fr")
    assert found("benali") == []
    assert found("lila") == ["Lila"]


def test_pages_of_people(unit: Unit) -> None:
    agent = person(unit, "Omar Sy", "agent")
    for number in range(service.PAGE + 3):
        public.create_account_at_desk(unit, agent, f"P{number}", "")
    rows, total = service.search(unit, agent, page=2)
    assert (len(rows), total) == (4, service.PAGE + 4)


@pytest.mark.parametrize("name", ["a\u202eb", "a\x00b", "x" * 81, "\ud800"])
def test_names_that_do_not_write_are_refused(unit: Unit, name: str) -> None:
    with pytest.raises(Invalid):
        public.create_account(unit, "x@castanet.example", name, "")
    with pytest.raises(Invalid):
        public.create_account(unit, "x@castanet.example", "X", name)


def test_an_address_has_one_account(unit: Unit) -> None:
    person(unit)
    with pytest.raises(Conflict, match="email-taken"):
        public.create_account(unit, "LEILA@castanet.example", "Other", "")


def test_who_is_not_there_is_anonymous(unit: Unit) -> None:
    leila = person(unit)
    assert public.viewer(unit, None) == public.viewer(unit, "nobody") == ANONYMOUS
    account = unit.session.get(Account, leila.account_id)
    assert account is not None
    account.state = "closed"
    assert public.viewer(unit, leila.account_id).is_anonymous


def test_sessions_are_kept_listed_and_ended(unit: Unit, clock: TestClock) -> None:
    leila, nadia = person(unit), person(unit, "Nadia K")
    assert leila.account_id is not None
    assert nadia.account_id is not None
    firefox = "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"
    session_rows.save(unit, "a" * 64, stored(unit, leila.account_id, agent=firefox))
    session_rows.save(unit, "b" * 64, stored(unit, leila.account_id))
    session_rows.save(unit, "c" * 64, stored(unit, nadia.account_id))
    session_rows.save(unit, "d" * 64, stored(unit, None))
    listed = session_rows.sessions_of(unit, leila.account_id, current="a" * 64)
    assert {(s.id[0], s.device, s.current) for s in listed} == {("a", "Firefox, Android", True), ("b", "", False)}
    with pytest.raises(NotFound):
        session_rows.revoke(unit, nadia.account_id, "a" * 64)
    session_rows.revoke(unit, leila.account_id, "b" * 64)
    assert session_rows.load(unit, "b" * 64) is None
    session_rows.save(unit, "b" * 64, stored(unit, leila.account_id))
    assert session_rows.load(unit, "b" * 64) is None, "a request under way must not bring it back"
    assert session_rows.revoke_all(unit, leila.account_id) == 1
    assert session_rows.load(unit, "a" * 64) is None
    assert session_rows.load(unit, "c" * 64) is not None
    ended = unit.session.get(WebSession, "a" * 64, populate_existing=True)
    assert ended is not None
    assert ended.data == {}
    clock.forward(days=30)
    unit.now = clock.now
    assert session_rows.load(unit, "c" * 64) is None
    clock.forward(days=2)
    unit.now = clock.now
    tidy(unit)
    assert unit.session.execute(select(WebSession)).first() is None


def test_a_session_of_nobody_known_is_not_kept(unit: Unit) -> None:
    session_rows.save(unit, "a" * 64, stored(unit, "nobody"))
    assert session_rows.load(unit, "a" * 64) is None


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64) AppleWebKit Chrome/140 Safari/537 Edg/140", "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19 Safari/604", "Safari, iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit Chrome/140 Safari/537", "Chrome, Linux"),
        ("curl/8", ""),
        ("<script>", ""),
    ],
)
def test_devices_in_words(agent: str, device: str) -> None:
    assert rules.device(agent) == device


def test_tokens(unit: Unit, clock: TestClock) -> None:
    leila, nadia = person(unit), person(unit, "Nadia K")
    assert leila.account_id is not None
    assert nadia.account_id is not None
    secret = tokens.create(unit, leila.account_id, "Agenda", ["wallet:read", "missions:read", "wallet:read"])
    unit.session.flush()
    grant = public.check_api_token(unit, secret)
    assert grant is not None
    assert (grant.account_id, grant.scopes, grant.stale) == (leila.account_id, {"wallet:read", "missions:read"}, True)
    tokens.touch(unit, grant.token_id)
    fresh = public.check_api_token(unit, secret)
    assert fresh is not None
    assert not fresh.stale
    row = unit.session.get(ApiToken, grant.token_id)
    assert row is not None
    assert secret not in (row.digest, row.name)
    assert public.check_api_token(unit, row.digest) is None
    with pytest.raises(NotFound):
        tokens.revoke(unit, nadia.account_id, grant.token_id)
    tokens.revoke(unit, leila.account_id, grant.token_id)
    unit.session.flush()
    assert public.check_api_token(unit, secret) is None
    assert tokens.tokens_of(unit, leila.account_id) == []
    for scopes in ([], ["missions:all"], ["missions:read", "admin"]):
        with pytest.raises(Invalid, match="scopes"):
            tokens.create(unit, leila.account_id, "x", scopes)


def test_tokens_are_bounded_and_end_with_the_account(unit: Unit) -> None:
    leila = person(unit)
    assert leila.account_id is not None
    secrets = [tokens.create(unit, leila.account_id, f"t{n}", ["profile:read"]) for n in range(rules.MOST_API_TOKENS)]
    with pytest.raises(Conflict, match="too-many-tokens"):
        tokens.create(unit, leila.account_id, "one more", ["profile:read"])
    account = unit.session.get(Account, leila.account_id)
    assert account is not None
    account.state = "closed"
    unit.session.flush()
    assert public.check_api_token(unit, secrets[0]) is None


def test_every_resident_has_a_sealed_key(unit: Unit) -> None:
    leila, nadia = person(unit), person(unit, "Nadia K")
    assert leila.account_id is not None
    assert nadia.account_id is not None
    seed = public.resident_seed(unit, leila.account_id)
    assert len(seed) == 32
    assert seed != public.resident_seed(unit, nadia.account_id)
    signature = public.sign_as(unit, leila.account_id, b"hello")
    VerifyKey(public.resident_public_key(unit, leila.account_id)).verify(b"hello", signature)
    assert multikey.from_did_key(public.resident_did(unit, leila.account_id)) == public.resident_public_key(
        unit, leila.account_id
    )
    row = unit.session.execute(select(ResidentKey).where(ResidentKey.account_id == leila.account_id)).scalar_one()
    assert row.custodial
    assert row.sealed_seed is not None
    assert seed not in row.sealed_seed
    row.sealed_seed = row.sealed_seed[:-1] + bytes([row.sealed_seed[-1] ^ 1])
    unit.session.flush()
    with pytest.raises(CryptoError):
        public.resident_seed(unit, leila.account_id)
    with pytest.raises(NotFound):
        public.resident_seed(unit, "nobody")


def test_a_password_is_checked() -> None:
    hashed = passwords.hash_password(rules.normal_password("trois petits chats", "leila@x.fr"))
    assert hashed.startswith("$argon2id$v=19$m=65536,t=2,p=1$")
    assert passwords.check_password(hashed, "trois petits chats")
    assert not passwords.check_password(hashed, "trois petits chat")
    assert not passwords.check_password(hashed, "")
    assert not passwords.check_password(None, "nobody signs in with this")
    accent = passwords.hash_password(rules.normal_password("caf\u00e9 au lait", None))
    assert passwords.check_password(accent, "cafe\u0301 au lait"), "one word however the keyboard composes it"


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("neufchars", "short"),
        ("x" * 129 + "abcdef", "long"),
        ("aaabbbaaabbb", "easy"),
        ("Leila@Castanet.example", "easy"),
    ],
)
def test_weak_passwords_are_refused(typed: str, key: str) -> None:
    with pytest.raises(Invalid) as caught:
        rules.normal_password(typed, "leila@castanet.example")
    assert (caught.value.key, caught.value.field) == (f"accounts.password-{key}", "password")


def test_a_password_changed_meanwhile_is_not_overwritten(unit: Unit) -> None:
    leila = person(unit)
    assert leila.account_id is not None
    service.set_password(unit, leila.account_id, "one", replaces=None)
    with pytest.raises(Conflict, match="stale"):
        service.set_password(unit, leila.account_id, "two", replaces=None)
    assert service.own_credentials(unit, leila.account_id).password_hash == "one"


async def test_password_tries_count_per_address_and_per_caller(node: Node) -> None:
    async def attempt(email: str, caller: str) -> bool:
        try:
            await node.write(service.count_password_try, email, caller)
        except DomainError as error:
            return (error.key, error.status) != ("core.too-many", 429)
        return True

    assert [await attempt("Leila@x.fr", f"192.0.2.{n}") for n in range(11)] == [True] * 10 + [False]
    assert not await attempt(" leila@X.fr", "203.0.113.9")
    assert [await attempt(f"p{n}@x.fr", "198.51.100.7") for n in range(61)] == [True] * 60 + [False]


def test_what_a_person_takes_along_holds_no_secret(unit: Unit) -> None:
    leila = person(unit)
    assert leila.account_id is not None
    secret = tokens.create(unit, leila.account_id, "Agenda", ["profile:read"])
    service.set_password(unit, leila.account_id, "$argon2id$x", replaces=None)
    session_rows.save(unit, "a" * 64, stored(unit, leila.account_id))
    unit.session.flush()
    taken = gdpr.export(unit, leila.account_id)
    assert taken["email"] == "leila@castanet.example"
    assert taken["api_tokens"][0]["name"] == "Agenda"
    for hidden in (secret, rules.digest(secret), "argon2id", "a" * 64):
        assert hidden not in str(taken)


def test_names_of_a_viewer() -> None:
    viewer = Viewer("x", "Leïla", "benali")
    assert (viewer.display_name, viewer.full_name, viewer.first_name) == ("Leïla B.", "Leïla benali", "Leïla")
    assert Viewer("x", "Leïla").display_name == "Leïla"
    assert not viewer.manages("o")
