"""Organisations and who acts for them, in the domain."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import func, select

from node.accounts import links
from node.accounts import public as accounts
from node.core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from node.core.mail import recent_mails
from node.core.node import Node
from node.core.unit import Unit
from node.core.viewer import ANONYMOUS, SYSTEM, Viewer
from node.organisations import gdpr, membership, public, rules, service
from node.organisations.events import MemberJoined, OrganisationClosed, OrganisationOpened
from node.organisations.models import Invitation, OrganisationRow
from node.organisations.service import Draft
from tests.node.accounts.people import again, person


def pool(unit: Unit, kind: str = "partner", name: str = "Piscine de Castanet") -> public.Organisation:
    return service.create(unit, SYSTEM, Draft(name=name, kind=kind))


def identity(viewer: Viewer) -> str:
    assert viewer.account_id is not None
    return viewer.account_id


class Heard:
    """Collects the events of a unit."""

    def __init__(self, unit: Unit) -> None:
        self.events: list[object] = []
        types = (OrganisationOpened, OrganisationClosed, MemberJoined)
        unit.subscribers = {**unit.subscribers, **dict.fromkeys(types, (self._hear,))}

    def _hear(self, unit: Unit, event: object) -> None:
        self.events.append(event)


def test_the_desk_makes_one_that_is_active_at_once(unit: Unit) -> None:
    heard, agent = Heard(unit), person(unit, "Omar Sy", "agent")
    made = service.create(
        unit, agent, Draft("  Arbres  et Paysages ", "association", "Des haies.", "# Nous", "A@Arbres.example",
                           "https://arbres.example/", "2 rue du Bois")
    )  # fmt: skip
    assert (made.name, made.slug, made.state) == ("Arbres et Paysages", "arbres-et-paysages", "active")
    assert (made.email, made.requested_by) == ("a@arbres.example", None)
    assert public.by_slug(unit, made.slug) == public.get(unit, made.id) == made
    assert heard.events == [OrganisationOpened(made.id, "association", made.name)]
    assert public.listing(unit, kind="partner") == ()
    assert public.names(unit, [made.id, "x"]) == {made.id: made.name}


def test_a_request_waits_and_its_author_becomes_manager_when_agreed(unit: Unit) -> None:
    heard, leila, agent = Heard(unit), person(unit), person(unit, "Omar Sy", "agent")
    asked = service.create(unit, leila, Draft("Voisins solidaires"))
    assert (asked.state, asked.requested_by) == ("pending", leila.account_id)
    assert public.listing(unit) == ()
    assert again(unit, leila).roles == {"resident"}, "waiting gives no role"
    with pytest.raises(Forbidden):
        service.approve(unit, again(unit, leila), asked.id)
    service.approve(unit, agent, asked.id)
    found = again(unit, leila)
    assert found.has("association_member")
    assert found.manages(asked.id)
    assert heard.events == [
        OrganisationOpened(asked.id, "association", asked.name),
        MemberJoined(asked.id, identity(leila), "manager"),
    ]
    assert recent_mails(unit)[0].recipient == leila.email
    with pytest.raises(Conflict, match="not-pending"):
        service.approve(unit, agent, asked.id)


def test_a_refused_request_frees_its_name_but_not_its_address(unit: Unit) -> None:
    leila, agent = person(unit), person(unit, "Omar Sy", "agent")
    asked = service.create(unit, leila, Draft("Voisins solidaires"))
    service.refuse(unit, agent, asked.id)
    second = service.create(unit, leila, Draft("voisins  SOLIDAIRES"))
    assert second.slug == "voisins-solidaires-2"
    assert public.by_slug(unit, "voisins-solidaires").id == asked.id
    with pytest.raises(Conflict, match="closed"):
        service.update(unit, leila, asked.id, Draft("Other"))


def test_requests_are_bounded(unit: Unit) -> None:
    leila = person(unit)
    for number in range(rules.MOST_REQUESTS):
        service.create(unit, leila, Draft(f"Association {number}"))
    with pytest.raises(Conflict, match="too-many-requests"):
        service.create(unit, leila, Draft("Association encore"))


@pytest.mark.parametrize(
    ("draft", "key", "field"),
    [
        (Draft(""), "name", "name"),
        (Draft("x"), "name", "name"),
        (Draft("\u202e\u200b!!"), "name", "name"),
        (Draft("x" * 121), "name", "name"),
        (Draft("Piscine", "emperor"), "kind", "kind"),
        (Draft("Piscine", summary="x" * 301), "summary", "summary"),
        (Draft("Piscine", description="x" * 10_001), "description", "description"),
        (Draft("Piscine", address="x" * 201), "address", "address"),
        (Draft("Piscine", website="javascript:alert(1)"), "website", "website"),
        (Draft("Piscine", website="https://user@evil.example"), "website", "website"),
        (Draft("Piscine", website="https://["), "website", "website"),
    ],
)
def test_bad_drafts_are_refused(unit: Unit, draft: Draft, key: str, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        service.create(unit, SYSTEM, draft)
    assert (caught.value.key, caught.value.field) == (f"organisations.{key}", field)
    assert unit.session.execute(select(func.count(OrganisationRow.id))).scalar() == 0


def test_who_may_make_what(unit: Unit) -> None:
    leila = person(unit)
    with pytest.raises(Forbidden, match="kind-staff"):
        service.create(unit, leila, Draft("Voirie", "service"))
    with pytest.raises(Forbidden):
        service.create(unit, ANONYMOUS, Draft("Voirie"))
    assert service.create(unit, SYSTEM, Draft("Voirie", "service")).kind == "service"


def test_a_name_is_taken_however_it_is_written(unit: Unit) -> None:
    pool(unit)
    other = pool(unit, name="Théâtre")
    for name in ("PISCINE de castanet", "Piscine-de-Castanet"):
        with pytest.raises(Conflict, match="name-taken"):
            service.create(unit, SYSTEM, Draft(name))
    with pytest.raises(Conflict, match="name-taken"):
        service.update(unit, SYSTEM, other.id, Draft("Piscine de Castanet"))
    assert service.update(unit, SYSTEM, other.id, Draft("Théâtre !")).slug == "theatre"


async def test_one_name_asked_for_twice_at_once(node: Node) -> None:
    works = [node.write(service.create, SYSTEM, Draft("Piscine")) for _ in range(6)]
    results = await asyncio.gather(*works, return_exceptions=True)
    assert sum(isinstance(result, public.Organisation) for result in results) == 1
    assert sum(isinstance(result, Conflict) for result in results) == 5


@pytest.mark.parametrize(
    ("kind", "role"), [("association", "association_member"), ("partner", "partner_operator"), ("service", None)]
)
def test_roles_follow_from_membership(unit: Unit, kind: str, role: str | None) -> None:
    leila, organisation = person(unit), pool(unit, kind)
    membership.add(unit, SYSTEM, organisation.id, identity(leila))
    assert again(unit, leila).roles == {"resident"} | ({role} if role else set())
    assert not again(unit, leila).manages(organisation.id)
    service.close(unit, SYSTEM, organisation.id)
    assert again(unit, leila).roles == {"resident"}
    assert again(unit, leila).memberships == ()


def test_adding_by_address(unit: Unit) -> None:
    heard, leila, nadia = Heard(unit), person(unit), person(unit, "Nadia K")
    organisation = pool(unit)
    assert membership.add_by_email(unit, SYSTEM, organisation.id, "LEILA@castanet.example", "manager")
    assert MemberJoined(organisation.id, identity(leila), "manager") in heard.events
    boss = again(unit, leila)
    assert boss.manages(organisation.id)
    assert membership.add_by_email(unit, boss, organisation.id, "nadia@castanet.example")
    with pytest.raises(Conflict, match="already-member"):
        membership.add_by_email(unit, boss, organisation.id, "nadia@castanet.example")
    with pytest.raises(Forbidden):
        membership.add_by_email(unit, again(unit, nadia), organisation.id, "x@castanet.example")
    with pytest.raises(Invalid, match=r"accounts\.email"):
        membership.add_by_email(unit, boss, organisation.id, "x")
    with pytest.raises(Invalid, match="role"):
        membership.add_by_email(unit, boss, organisation.id, "x@castanet.example", "emperor")
    assert [(m.account_id, m.role) for m in public.members(unit, organisation.id)] == [
        (leila.account_id, "manager"),
        (nadia.account_id, "member"),
    ]
    assert {mail.recipient for mail in recent_mails(unit)} == {leila.email, nadia.email}


def test_somebody_invited_joins_when_they_come_in(unit: Unit) -> None:
    organisation, other = pool(unit), pool(unit, name="Théâtre")
    for each in (organisation, other):
        assert not membership.add_by_email(unit, SYSTEM, each.id, "New@castanet.example", "manager")
        assert not membership.add_by_email(unit, SYSTEM, each.id, "new@castanet.example", "manager")
    assert [line.email for line in membership.listed(unit, SYSTEM, organisation.id)] == ["new@castanet.example"]
    service.close(unit, SYSTEM, other.id)
    ticket = links.open_link(unit, links.make_link(unit, "new@castanet.example", purpose="sign-in")).ticket
    assert ticket is not None
    account_id, _ = links.register(unit, ticket, "Nouvelle", "")
    assert [m.organisation_id for m in accounts.viewer(unit, account_id).memberships] == [organisation.id]
    assert unit.session.execute(select(func.count(Invitation.email))).scalar() == 0


def test_an_invitation_is_withdrawn(unit: Unit) -> None:
    organisation = pool(unit)
    membership.add_by_email(unit, SYSTEM, organisation.id, "new@castanet.example")
    unit.session.flush()
    membership.withdraw_invitation(unit, SYSTEM, organisation.id, "new@castanet.example")
    unit.session.flush()
    with pytest.raises(NotFound):
        membership.withdraw_invitation(unit, SYSTEM, organisation.id, "new@castanet.example")
    assert accounts.viewer(unit, person(unit, "New Comer").account_id).memberships == ()


def test_invitations_are_bounded(unit: Unit) -> None:
    organisation = pool(unit)
    for number in range(membership.INVITATIONS_A_DAY):
        membership.add_by_email(unit, SYSTEM, organisation.id, f"p{number}@castanet.example")
    with pytest.raises(DomainError, match="too-many"):
        membership.add_by_email(unit, SYSTEM, organisation.id, "more@castanet.example")


def test_the_last_manager_stays(unit: Unit) -> None:
    organisation, leila, nadia = pool(unit), person(unit), person(unit, "Nadia K")
    membership.add(unit, SYSTEM, organisation.id, identity(leila), "manager")
    membership.add(unit, SYSTEM, organisation.id, identity(nadia))
    boss = again(unit, leila)
    for act in (
        lambda: membership.remove(unit, boss, organisation.id, identity(leila)),
        lambda: membership.change_role(unit, boss, organisation.id, identity(leila), "member"),
        lambda: membership.remove(unit, SYSTEM, organisation.id, identity(leila)),
    ):
        with pytest.raises(Conflict, match="last-manager"):
            act()
    membership.change_role(unit, boss, organisation.id, identity(nadia), "manager")
    unit.session.flush()
    membership.remove(unit, boss, organisation.id, identity(leila))
    assert [m.account_id for m in public.members(unit, organisation.id)] == [nadia.account_id]
    with pytest.raises(Forbidden):
        membership.add_by_email(unit, boss, organisation.id, "x@castanet.example")
    with pytest.raises(NotFound, match="not-member"):
        membership.remove(unit, again(unit, nadia), organisation.id, identity(leila))


async def test_two_managers_cannot_leave_at_once(node: Node) -> None:
    def prepare(unit: Unit) -> tuple[str, Viewer, Viewer]:
        organisation, leila, nadia = pool(unit), person(unit), person(unit, "Nadia K")
        for who in (leila, nadia):
            membership.add(unit, SYSTEM, organisation.id, identity(who), "manager")
        return organisation.id, again(unit, leila), again(unit, nadia)

    organisation_id, *bosses = await node.write(prepare)
    results = await asyncio.gather(
        *(node.write(membership.remove, boss, organisation_id, identity(boss)) for boss in bosses),
        return_exceptions=True,
    )
    assert sum(isinstance(result, Conflict) for result in results) == 1
    assert len(await node.read(public.members, organisation_id)) == 1


def test_members_may_leave_and_strangers_may_not_look(unit: Unit) -> None:
    organisation, leila, nadia = pool(unit), person(unit), person(unit, "Nadia K")
    membership.add(unit, SYSTEM, organisation.id, identity(leila))
    membership.remove(unit, again(unit, leila), organisation.id, identity(leila))
    assert again(unit, leila).memberships == ()
    for stranger in (nadia, ANONYMOUS):
        with pytest.raises(Forbidden):
            membership.listed(unit, stranger, organisation.id)
        with pytest.raises(Forbidden):
            service.update(unit, stranger, organisation.id, Draft("Piscine"))
        with pytest.raises(Forbidden):
            service.close(unit, stranger, organisation.id)


def test_what_a_person_takes_along(unit: Unit) -> None:
    organisation, leila = pool(unit), person(unit)
    membership.add(unit, SYSTEM, organisation.id, identity(leila), "manager")
    assert gdpr.export(unit, identity(leila))["memberships"][0]["name"] == organisation.name


def test_unknown_ones(unit: Unit) -> None:
    for ask in (public.get, public.by_slug):
        with pytest.raises(NotFound):
            ask(unit, "nobody")


@pytest.mark.parametrize(
    ("name", "slug"),
    [("L’Œuvre d’été", "l-oeuvre-d-ete"), ("C++ & Cie", "c-cie"), ("A" * 90, "a" * 60), ("東京", "")],
)
def test_slugs(name: str, slug: str) -> None:
    assert rules.slug_of(name) == slug


def test_a_reserved_slug_is_not_handed_out(unit: Unit) -> None:
    assert pool(unit, name="Nouvelle").slug == "nouvelle-2"
