"""Who is asking: the person behind a request, frozen for the length of it."""

from __future__ import annotations

from dataclasses import dataclass

STAFF = frozenset({"agent", "administrator"})
SESSION_ACCOUNT = "account_id"
"""The key of a web session's data that names the account signed in."""


@dataclass(frozen=True, slots=True)
class Membership:
    """A person's place in an active organisation. kind: association, partner or service; role: manager or member."""

    organisation_id: str
    organisation_name: str
    organisation_slug: str
    kind: str
    role: str


@dataclass(frozen=True, slots=True)
class Viewer:
    """account_id is None for somebody who has not signed in."""

    account_id: str | None = None
    given_name: str = ""
    family_name: str = ""
    email: str | None = None
    locale: str = "fr"
    roles: frozenset[str] = frozenset()
    memberships: tuple[Membership, ...] = ()

    @property
    def is_anonymous(self) -> bool:
        return self.account_id is None

    @property
    def is_staff(self) -> bool:
        """Whether this person works at the desk (agent or administrator)."""
        return bool(self.roles & STAFF)

    @property
    def first_name(self) -> str:
        return self.given_name

    @property
    def display_name(self) -> str:
        """What other people see: "Leïla B."."""
        return short_name(self.given_name, self.family_name)

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()

    def has(self, role: str) -> bool:
        return role in self.roles

    def membership(self, organisation_id: str) -> Membership | None:
        return next((m for m in self.memberships if m.organisation_id == organisation_id), None)

    def manages(self, organisation_id: str) -> bool:
        found = self.membership(organisation_id)
        return found is not None and found.role == "manager"


ANONYMOUS = Viewer()
SYSTEM = Viewer(account_id="system", given_name="Ygor", roles=frozenset({"administrator"}))
"""The command line and the demo: what they do is audited under this name."""


def short_name(given_name: str, family_name: str) -> str:
    """A first name and an initial: enough to recognise a neighbour, not enough to look somebody up."""
    initial = family_name.strip()[:1].upper()
    return f"{given_name.strip()} {initial}.".strip() if initial else given_name.strip()
