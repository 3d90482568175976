"""Accounts: making them, changing them, finding them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from node.accounts import rules
from node.accounts.events import AccountCreated
from node.accounts.keys import make_key
from node.accounts.models import Account, AccountRole
from node.core import audit, throttle
from node.core.errors import Conflict, Forbidden, Invalid, NotFound
from node.core.ids import new_id
from node.core.unit import Unit
from node.core.viewer import Viewer, short_name

PAGE = 50
PASSWORD_TRIES, PASSWORD_TRIES_PER_CALLER, PASSWORD_WINDOW_S = 10, 60, 15 * 60


@dataclass(frozen=True, slots=True)
class AccountSummary:
    """One person as staff and modules see them."""

    id: str
    email: str | None
    given_name: str
    family_name: str
    locale: str
    state: str
    created_at: datetime
    wallet_id: str | None
    has_password: bool
    birth_date: date | None = None

    @property
    def display_name(self) -> str:
        return short_name(self.given_name, self.family_name)

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a password is checked against."""

    account_id: str
    password_hash: str | None


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A line of the list of people."""

    person: AccountSummary
    roles: tuple[str, ...]


def new_account(
    unit: Unit, email: str | None, given_name: str, family_name: str, *, locale: str = "fr", at_desk: bool = False
) -> Account:
    """Make an account and its key. The address must be normal already. Raises Conflict `accounts.email-taken`."""
    if email is not None and by_email(unit, email) is not None:
        raise Conflict("accounts.email-taken", field="email")
    account = Account(id=new_id(), email=email, state="active", created_at=unit.now)
    rename(account, given_name, family_name, locale=locale)
    return _keep(unit, account, at_desk=at_desk)


def nameless_account(unit: Unit, email: str) -> Account:
    """An account for an address nobody has signed in from yet: its owner gives a name when they first come in."""
    account = Account(id=new_id(), email=email, state="active", created_at=unit.now, locale="fr")
    account.given_name = account.family_name = ""
    account.search_text = rules.search_text("", "", email)
    return _keep(unit, account, at_desk=False)


def _keep(unit: Unit, account: Account, *, at_desk: bool) -> Account:
    unit.session.add(account)
    unit.session.flush()
    make_key(unit, account.id)
    unit.emit(AccountCreated(account.id, account.email, at_desk))
    return account


def rename(account: Account, given_name: str, family_name: str, *, locale: str) -> None:
    """Set names and language. Raises Invalid with the field's name."""
    if locale not in rules.LOCALES:
        raise Invalid("accounts.locale", field="locale")
    account.given_name = rules.normal_name(given_name, field="given_name")
    account.family_name = rules.normal_name(family_name, field="family_name", required=False)
    account.locale = locale
    account.search_text = rules.search_text(account.given_name, account.family_name, account.email)


def create_account(unit: Unit, email: str, given_name: str, family_name: str, *, locale: str = "fr") -> AccountSummary:
    """Make an account whose address is known to be theirs (the demo, an import). Raises Invalid, Conflict."""
    return summary_of(new_account(unit, rules.normal_email(email), given_name, family_name, locale=locale))


def create_account_at_desk(
    unit: Unit, actor: Viewer, given_name: str, family_name: str, birth_date: date | None = None
) -> AccountSummary:
    """An agent enters somebody who has no e-mail address. Raises Forbidden, Invalid."""
    require_staff(actor)
    rules.check_birth_date(birth_date, unit.today)
    account = new_account(unit, None, given_name, family_name, at_desk=True)
    account.birth_date = birth_date
    assert actor.account_id is not None
    audit.record(unit, actor.account_id, "accounts.created-at-desk", account.id)
    return summary_of(account)


def create_kept_account(
    unit: Unit, given_name: str, family_name: str, birth_date: date, *, locale: str = "fr"
) -> AccountSummary:
    """An account that somebody else keeps (a child's): no e-mail address, nobody signs in to it. Raises Invalid."""
    rules.check_birth_date(birth_date, unit.today)
    account = new_account(unit, None, given_name, family_name, locale=locale, at_desk=True)
    account.birth_date = birth_date
    return summary_of(account)


def correct_person(
    unit: Unit, account_id: str, given_name: str, family_name: str, birth_date: date | None
) -> AccountSummary:
    """Put a name or a date of birth right; who may is the caller's business. Raises Invalid, NotFound."""
    account = live(unit, account_id)
    rules.check_birth_date(birth_date, unit.today)
    rename(account, given_name, family_name, locale=account.locale)
    account.birth_date = birth_date
    return summary_of(account)


def look_up(unit: Unit, text: str, birth_date: date | None, *, limit: int) -> tuple[AccountSummary, ...]:
    """Active people whose name holds every word (none: whatever the name) and who were born that day (None: any)."""
    wanted = select(Account).where(Account.state == "active")
    for word in rules.plain(text).split()[:6]:
        wanted = wanted.where(Account.search_text.contains(word, autoescape=True))
    if birth_date is not None:
        wanted = wanted.where(Account.birth_date == birth_date)
    ordered = wanted.order_by(Account.family_name, Account.given_name, Account.id).limit(limit)
    return tuple(summary_of(account) for account in unit.session.execute(ordered).scalars())


def change_profile(unit: Unit, account_id: str, given_name: str, family_name: str, locale: str) -> AccountSummary:
    """A person changes their own names and language. Raises Invalid."""
    account = live(unit, account_id)
    rename(account, given_name, family_name, locale=locale)
    return summary_of(account)


def count_password_try(unit: Unit, email: str, caller: str) -> None:
    """Count one try, in a unit of its own. Raises `core.too-many`, known address or not."""
    throttle.count(unit, f"pw:{caller[:64]}", limit=PASSWORD_TRIES_PER_CALLER, window_s=PASSWORD_WINDOW_S)
    address = rules.digest(email.strip().lower())[:32]
    throttle.count(unit, f"pw-to:{address}", limit=PASSWORD_TRIES, window_s=PASSWORD_WINDOW_S)


def credentials(unit: Unit, email: str) -> Credentials | None:
    """What to check a password against; None for an address nobody may sign in with."""
    try:
        account = by_email(unit, rules.normal_email(email))
    except Invalid:
        return None
    if account is None or account.state != "active" or not account.given_name:
        return None
    return Credentials(account.id, account.password_hash)


def own_credentials(unit: Unit, account_id: str) -> Credentials:
    """The same for somebody signed in. Raises NotFound."""
    return Credentials(account_id, live(unit, account_id).password_hash)


def set_password(unit: Unit, account_id: str, password_hash: str, *, replaces: str | None) -> None:
    """Keep a new hash if the old one is still what the person was asked for. Raises Conflict `core.stale`."""
    account = live(unit, account_id)
    if account.password_hash != replaces:
        raise Conflict("core.stale")
    account.password_hash = password_hash


def set_wallet(unit: Unit, account_id: str, wallet_id: str) -> None:
    """Tie an account to its wallet in the ledger."""
    live(unit, account_id).wallet_id = wallet_id


def search(unit: Unit, actor: Viewer, text: str = "", *, role: str = "", page: int = 1) -> tuple[list[PersonRow], int]:
    """People whose names or address hold every word, newest first, a page of 50 at a time; and how many there are.

    Raises Forbidden for anybody but staff.
    """
    require_staff(actor)
    wanted = select(Account)
    for word in rules.plain(text).split()[:6]:
        wanted = wanted.where(Account.search_text.contains(word, autoescape=True))
    if role:
        wanted = wanted.where(Account.id.in_(select(AccountRole.account_id).where(AccountRole.role == role)))
    total = unit.session.execute(select(func.count()).select_from(wanted.subquery())).scalar_one()
    ordered = wanted.order_by(Account.created_at.desc(), Account.id.desc())
    ordered = ordered.limit(PAGE).offset((max(page, 1) - 1) * PAGE)
    accounts = list(unit.session.execute(ordered).scalars())
    roles: dict[str, list[str]] = {account.id: [] for account in accounts}
    held = select(AccountRole.account_id, AccountRole.role).where(AccountRole.account_id.in_(roles))
    for account_id, name in unit.session.execute(held.order_by(AccountRole.role)):
        roles[account_id].append(name)
    return [PersonRow(summary_of(account), tuple(roles[account.id])) for account in accounts], total


def by_email(unit: Unit, address: str) -> Account | None:
    """The row behind a normal address."""
    return unit.session.execute(select(Account).where(Account.email == address)).scalar()


def live(unit: Unit, account_id: str) -> Account:
    """The row of an active account. Raises NotFound `accounts.unknown`."""
    account = unit.session.get(Account, account_id)
    if account is None or account.state != "active":
        raise NotFound("accounts.unknown")
    return account


def require_staff(actor: Viewer) -> None:
    if not actor.is_staff:
        raise Forbidden("core.forbidden")


def summary_of(account: Account) -> AccountSummary:
    return AccountSummary(
        id=account.id,
        email=account.email,
        given_name=account.given_name,
        family_name=account.family_name,
        locale=account.locale,
        state=account.state,
        created_at=account.created_at,
        wallet_id=account.wallet_id,
        has_password=account.password_hash is not None,
        birth_date=account.birth_date,
    )
