"""One-time links: who gets one, what it opens, and only once."""

from __future__ import annotations

import asyncio
import re

import pytest
from sqlalchemy import func, select

from node.accounts import links, public, roles, session_rows
from node.accounts.models import Account, Link
from node.accounts.session_rows import StoredSession
from node.core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from node.core.mail import recent_mails
from node.core.node import Node
from node.core.unit import Unit
from tests.fixtures.nodes import TestClock
from tests.node.accounts.people import person

LEILA = "leila@castanet.example"


def token_of(unit: Unit) -> str:
    """The token in the latest mail."""
    found = re.search(r"/connexion/l/([\w-]+)", recent_mails(unit)[0].body)
    assert found
    return found[1]


def sent(unit: Unit) -> int:
    return len(recent_mails(unit))


def test_a_newcomer_gets_a_mail_and_joins_with_a_first_name(unit: Unit) -> None:
    links.ask_link(unit, "  Leila@Castanet.EXAMPLE ", next_path="/missions")
    unit.session.flush()
    [mail] = recent_mails(unit)
    assert mail.recipient == LEILA
    assert f"{unit.node.base_url}/connexion/l/" in mail.body
    opened = links.open_link(unit, token_of(unit))
    assert (opened.account_id, opened.next_path) == (None, "/missions")
    assert opened.ticket is not None
    assert public.find_by_email(unit, LEILA) is None
    assert links.registering_email(unit, opened.ticket) == LEILA
    account_id, next_path = links.register(unit, opened.ticket, " Leïla ", "Benali", locale="en")
    assert next_path == "/missions"
    viewer = public.viewer(unit, account_id)
    assert (viewer.display_name, viewer.email, viewer.locale) == ("Leïla B.", LEILA, "en")
    assert viewer.roles == {"resident"}


def test_registering_twice_gives_the_same_account(unit: Unit) -> None:
    links.ask_link(unit, LEILA)
    unit.session.flush()
    ticket = links.open_link(unit, token_of(unit)).ticket
    assert ticket is not None
    first = links.register(unit, ticket, "Leïla", "")
    assert links.register(unit, ticket, "Somebody", "Else") == first
    assert public.viewer(unit, first[0]).given_name == "Leïla"


def test_a_name_is_required_and_the_ticket_survives_the_mistake(unit: Unit) -> None:
    links.ask_link(unit, LEILA)
    unit.session.flush()
    ticket = links.open_link(unit, token_of(unit)).ticket
    assert ticket is not None
    with pytest.raises(Invalid) as caught:
        links.register(unit, ticket, "  ", "")
    assert (caught.value.key, caught.value.field) == ("accounts.name-missing", "given_name")
    assert links.register(unit, ticket, "Leïla", "")[0]


def test_a_ticket_is_good_for_an_hour(unit: Unit, clock: TestClock) -> None:
    links.ask_link(unit, LEILA)
    unit.session.flush()
    ticket = links.open_link(unit, token_of(unit)).ticket
    assert ticket is not None
    clock.forward(hours=1)
    unit.now = clock.now
    with pytest.raises(NotFound):
        links.register(unit, ticket, "Leïla", "")
    with pytest.raises(NotFound):
        links.registering_email(unit, ticket)


def test_an_unused_link_is_no_ticket(unit: Unit) -> None:
    """Else whoever reads the table could join in somebody's name."""
    links.ask_link(unit, LEILA)
    unit.session.flush()
    [link] = unit.session.execute(select(Link)).scalars()
    with pytest.raises(NotFound):
        links.register(unit, link.id, "Mallory", "")


def test_a_known_person_is_signed_in(unit: Unit) -> None:
    leila = person(unit)
    links.ask_link(unit, LEILA)
    unit.session.flush()
    token = token_of(unit)
    assert links.look_at(unit, token).has_account
    assert links.open_link(unit, token).account_id == leila.account_id
    with pytest.raises(NotFound, match="link-dead"):
        links.open_link(unit, token)


def test_looking_does_not_use_a_link(unit: Unit) -> None:
    """Mail scanners open every link."""
    links.ask_link(unit, LEILA)
    unit.session.flush()
    for _ in range(3):
        assert links.look_at(unit, token_of(unit)).email == LEILA
    assert links.open_link(unit, token_of(unit)).ticket


def test_a_link_dies_after_twenty_minutes(unit: Unit, clock: TestClock) -> None:
    person(unit)
    links.ask_link(unit, LEILA)
    unit.session.flush()
    token = token_of(unit)
    clock.forward(minutes=19, seconds=59)
    unit.now = clock.now
    links.look_at(unit, token)
    clock.forward(seconds=1)
    unit.now = clock.now
    for use in (links.look_at, links.open_link):
        with pytest.raises(NotFound, match="link-dead"):
            use(unit, token)


def test_the_table_holds_no_token(unit: Unit) -> None:
    links.ask_link(unit, LEILA)
    unit.session.flush()
    [link] = unit.session.execute(select(Link)).scalars()
    assert token_of(unit) not in {link.id, link.email, link.next_path}
    with pytest.raises(NotFound):
        links.open_link(unit, link.id)


@pytest.mark.parametrize(
    "target", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:x", "/a b"]
)
def test_a_link_leads_nowhere_else(unit: Unit, target: str) -> None:
    person(unit)
    links.ask_link(unit, LEILA, next_path=target)
    unit.session.flush()
    assert links.open_link(unit, token_of(unit)).next_path == "/"


def test_known_and_unknown_addresses_get_the_same_answer_and_the_same_mail(unit: Unit) -> None:
    person(unit)
    answers = []
    for address in (LEILA, "nobody@castanet.example"):
        answers.append(links.ask_link(unit, address))  # type: ignore[func-returns-value]  # that is what is tested
        unit.session.flush()
    known, unknown = recent_mails(unit)
    assert answers == [None, None]
    bare = [re.sub(r"/l/[\w-]+", "", mail.body) for mail in (known, unknown)]
    assert bare[0] == bare[1]
    assert known.subject == unknown.subject


async def test_a_link_used_twice_at_once_signs_in_once(node: Node) -> None:
    def prepare(unit: Unit) -> str:
        person(unit)
        return links.make_link(unit, LEILA, purpose="sign-in")

    token = await node.write(prepare)
    results = await asyncio.gather(*(node.write(links.open_link, token) for _ in range(12)), return_exceptions=True)
    good = [result for result in results if isinstance(result, links.Opened)]
    assert len(good) == 1
    assert all(isinstance(result, NotFound) for result in results if result is not good[0])


async def test_two_tickets_of_one_address_make_one_account(node: Node) -> None:
    def ticket(unit: Unit) -> str:
        found = links.open_link(unit, links.make_link(unit, LEILA, purpose="sign-in")).ticket
        assert found is not None
        return found

    tickets = [await node.write(ticket) for _ in range(4)]
    results = await asyncio.gather(*(node.write(links.register, ticket, "Leïla", "") for ticket in tickets))
    assert len({account_id for account_id, _ in results}) == 1
    assert await node.read(lambda unit: unit.session.execute(select(func.count(Account.id))).scalar()) == 1


async def test_asking_is_limited_by_address_and_by_caller(node: Node) -> None:
    async def ask(address: str, caller: str) -> str:
        try:
            await node.write(links.count_request, address, caller)
        except DomainError as error:
            return error.key
        return ""

    # The same for an address without account: the limit tells nothing either.
    assert [await ask("Nobody@x.example", f"192.0.2.{i}") for i in range(6)] == [""] * 5 + ["core.too-many"]
    assert await ask("nobody@X.example", "192.0.2.99") == "core.too-many"
    answers = [await ask(f"p{i}@x.example", "198.51.100.1") for i in range(41)]
    assert answers == [""] * 40 + ["core.too-many"]


async def test_the_limit_passes(node: Node, clock: TestClock) -> None:
    for _ in range(5):
        await node.write(links.count_request, LEILA, "192.0.2.1")
    clock.forward(minutes=15)
    await node.write(links.count_request, LEILA, "192.0.2.1")


def test_a_reset_sets_the_password_and_ends_every_session_and_link(unit: Unit) -> None:
    leila = person(unit)
    assert leila.account_id is not None
    stored = StoredSession({"account_id": leila.account_id}, unit.now, unit.now, unit.now.replace(year=2027), "")
    session_rows.save(unit, "a" * 64, stored)
    other = links.make_link(unit, LEILA, purpose="sign-in")
    links.ask_link(unit, LEILA, purpose="reset")
    unit.session.flush()
    opened = links.open_link(unit, token_of(unit), password_hash="$argon2id$new")
    assert opened.account_id == leila.account_id
    unit.session.expire_all()
    account = unit.session.get(Account, leila.account_id)
    assert account is not None
    assert account.password_hash == "$argon2id$new"
    assert session_rows.load(unit, "a" * 64) is None
    with pytest.raises(NotFound):
        links.open_link(unit, other)


def test_a_sign_in_link_cannot_set_a_password(unit: Unit) -> None:
    leila = person(unit)
    token = links.make_link(unit, LEILA, purpose="sign-in")
    links.open_link(unit, token, password_hash="$argon2id$sneaky")
    account = unit.session.get(Account, leila.account_id)
    assert account is not None
    assert account.password_hash is None


def test_a_reset_for_nobody_becomes_an_invitation(unit: Unit) -> None:
    links.ask_link(unit, LEILA, purpose="reset")
    unit.session.flush()
    assert links.look_at(unit, token_of(unit)).purpose == "sign-in"


def test_a_new_address_counts_once_its_owner_opens_the_link(unit: Unit) -> None:
    leila, nadia = person(unit), person(unit, "Nadia K")
    assert leila.account_id is not None
    links.ask_email_change(unit, leila.account_id, "new@castanet.example")
    unit.session.flush()
    token = token_of(unit)
    assert public.viewer(unit, leila.account_id).email == LEILA
    for stranger in (None, nadia.account_id):
        with pytest.raises(Forbidden, match="link-of-another"):
            links.open_link(unit, token, signed_in_as=stranger)
        unit.session.execute(Link.__table__.update().values(used_at=None))
        unit.session.expire_all()
    links.open_link(unit, token, signed_in_as=leila.account_id)
    assert public.viewer(unit, leila.account_id).email == "new@castanet.example"


def test_a_taken_address_is_not_told_and_not_given(unit: Unit) -> None:
    leila = person(unit)
    person(unit, "Nadia K")
    assert leila.account_id is not None
    links.ask_email_change(unit, leila.account_id, "nadia@castanet.example")
    unit.session.flush()
    assert sent(unit) == 0
    late = links.make_link(unit, "nadia@castanet.example", purpose="verify", account_id=leila.account_id)
    with pytest.raises(Conflict, match="email-taken"):
        links.open_link(unit, late, signed_in_as=leila.account_id)


def test_a_closed_account_gets_no_link_and_opens_none(unit: Unit) -> None:
    leila = person(unit)
    token = links.make_link(unit, LEILA, purpose="sign-in")
    account = unit.session.get(Account, leila.account_id)
    assert account is not None
    account.state = "closed"
    unit.session.flush()
    links.ask_link(unit, LEILA)
    unit.session.flush()
    assert sent(unit) == 0
    with pytest.raises(NotFound):
        links.open_link(unit, token)


@pytest.mark.parametrize(
    "typed", ["", "leila", "leila@", "@x.fr", "a@b", "Leïla <l@x.fr>", "l@x.fr\nBcc: all@x.fr", "é@x.fr", "l@x..fr"]
)
def test_what_is_no_address_is_refused(unit: Unit, typed: str) -> None:
    with pytest.raises(Invalid, match=r"accounts\.email"):
        links.ask_link(unit, typed)


def test_the_first_administrator_gives_a_name_first(unit: Unit, clock: TestClock) -> None:
    url = roles.create_admin(unit, "Maire@castanet.example")
    token = url.rpartition("/")[2]
    assert url == f"{unit.node.base_url}/connexion/l/{token}"
    clock.forward(hours=23)
    unit.now = clock.now
    opened = links.open_link(unit, token)
    assert opened.account_id is None
    assert opened.ticket is not None
    account_id, _ = links.register(unit, opened.ticket, "Awa", "Diop")
    assert public.viewer(unit, account_id).has("administrator")
    roles.create_admin(unit, "maire@castanet.example")
    assert roles.count(unit, "administrator") == 1


def test_old_links_are_forgotten(unit: Unit, clock: TestClock) -> None:
    links.make_link(unit, LEILA, purpose="sign-in")
    clock.forward(days=1, minutes=21)
    unit.now = clock.now
    links.make_link(unit, LEILA, purpose="sign-in")
    links.forget_old(unit)
    assert unit.session.execute(select(func.count(Link.id))).scalar() == 1
