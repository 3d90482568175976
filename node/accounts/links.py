"""One-time links: how people sign in, join, choose a new password and confirm a new address.

Whoever asks gets the same answer whether or not the address is known; only the owner of the mailbox learns more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from sqlalchemy import delete, select, update

from node.accounts import letters, rules, session_rows
from node.accounts.events import AccountTakenOver
from node.accounts.models import Account, Link, Takeover
from node.accounts.service import by_email, new_account, rename
from node.core import mail, throttle
from node.core.errors import Conflict, Forbidden, NotFound
from node.core.ids import new_secret
from node.core.unit import Unit

Purpose = Literal["sign-in", "reset", "verify", "takeover"]
PER_ADDRESS, PER_ADDRESS_S = 5, 15 * 60
PER_CALLER, PER_CALLER_S = 40, 60 * 60


@dataclass(frozen=True, slots=True)
class LinkView:
    """What the page of an unused link may show its holder."""

    email: str
    purpose: str
    has_account: bool


@dataclass(frozen=True, slots=True)
class Opened:
    """A link was used. `account_id` is None for somebody who has yet to give a name: `ticket` lets them register."""

    account_id: str | None
    ticket: str | None
    next_path: str
    purpose: str


def count_request(unit: Unit, email: str, caller: str) -> None:
    """Count one request for a link, in a unit of its own. Raises `core.too-many`."""
    throttle.count(unit, f"link:{caller[:64]}", limit=PER_CALLER, window_s=PER_CALLER_S)
    address = rules.digest(rules.normal_email(email))[:32]
    throttle.count(unit, f"link-to:{address}", limit=PER_ADDRESS, window_s=PER_ADDRESS_S)


def ask_link(unit: Unit, email: str, *, purpose: Purpose = "sign-in", next_path: str = "/", locale: str = "fr") -> None:
    """Send a link to an address, known or not. A reset for an unknown address becomes an invitation to come in."""
    address = rules.normal_email(email)
    account = by_email(unit, address)
    if account is not None and account.state != "active":
        return
    if purpose == "reset" and account is None:
        purpose = "sign-in"
    token = make_link(unit, address, purpose=purpose, next_path=next_path)
    _send(unit, address, purpose, account.locale if account else locale, token)


def ask_email_change(unit: Unit, account_id: str, email: str) -> None:
    """Send a link to a person's new address; it counts once they open it, signed in. Same answer if it is taken."""
    address = rules.normal_email(email)
    account = unit.session.get(Account, account_id)
    if account is None:
        raise NotFound("accounts.unknown")
    if address == account.email:
        raise Conflict("accounts.email-same", field="email")
    if by_email(unit, address) is None:
        token = make_link(unit, address, purpose="verify", next_path="/moi/compte", account_id=account_id)
        _send(unit, address, "verify", account.locale, token)


def ask_takeover(unit: Unit, account_id: str, email: str) -> None:
    """Send a link to the address of somebody who typed a good takeover code; it counts once they open it. Same answer
    if the address serves another account. Raises Invalid, NotFound `accounts.unknown`."""
    address = rules.normal_email(email)
    account = unit.session.get(Account, account_id)
    if account is None or account.state != "active":
        raise NotFound("accounts.unknown")
    if by_email(unit, address) is None:
        token = make_link(unit, address, purpose="takeover", next_path="/moi/compte", account_id=account_id)
        _send(unit, address, "takeover", account.locale, token)


def make_link(
    unit: Unit,
    email: str,
    *,
    purpose: Purpose,
    next_path: str = "/",
    account_id: str | None = None,
    life: timedelta = rules.LINK_LIFE,
) -> str:
    """Keep a fresh link for an address already normal; answers its token, which is kept nowhere else."""
    token = new_secret()
    link = Link(
        id=rules.digest(token),
        email=email,
        purpose=purpose,
        account_id=account_id,
        next_path=rules.local_path(next_path),
        created_at=unit.now,
        expires_at=unit.now + life,
    )
    unit.session.add(link)
    return token


def look_at(unit: Unit, token: str) -> LinkView:
    """What a link is for, without using it: mail scanners open links too. Raises NotFound `accounts.link-dead`."""
    link = _live(unit, token)
    account = by_email(unit, link.email)
    known = link.purpose == "takeover" or (account is not None and bool(account.given_name))
    return LinkView(link.email, link.purpose, known)


def open_link(unit: Unit, token: str, *, password_hash: str | None = None, signed_in_as: str | None = None) -> Opened:
    """Use a link, once. `password_hash` goes with a reset, `signed_in_as` with a new address.

    Raises NotFound `accounts.link-dead` (unknown, expired, used), Forbidden `accounts.link-of-another`,
    Conflict `accounts.email-taken`.
    """
    link = _live(unit, token)
    used = unit.session.execute(update(Link).where(Link.id == link.id, Link.used_at.is_(None)).values(used_at=unit.now))
    if getattr(used, "rowcount", 0) != 1:
        raise NotFound("accounts.link-dead")
    if link.purpose == "verify":
        return _change_email(unit, link, signed_in_as)
    if link.purpose == "takeover":
        return _take_over(unit, link)
    account = by_email(unit, link.email)
    if account is not None and account.state != "active":
        raise NotFound("accounts.link-dead")
    if account is None or not account.given_name:
        return Opened(None, link.id, link.next_path, link.purpose)
    if link.purpose == "reset" and password_hash is not None:
        account.password_hash = password_hash
        session_rows.revoke_all(unit, account.id)
        drop_links(unit, account.email)
    return Opened(account.id, None, link.next_path, link.purpose)


def register(unit: Unit, ticket: str, given_name: str, family_name: str, *, locale: str = "fr") -> tuple[str, str]:
    """Join with the ticket of a link just opened: account id and where to go. Doing it twice gives the same account.

    Raises NotFound `accounts.link-dead` for a ticket that is too old, Invalid for the names.
    """
    link = unit.session.get(Link, ticket)
    if link is None or link.used_at is None or link.used_at + rules.REGISTER_WITHIN <= unit.now:
        raise NotFound("accounts.link-dead")
    account = by_email(unit, link.email)
    if account is None:
        account = new_account(unit, link.email, given_name, family_name, locale=locale)
    elif account.state != "active":
        raise NotFound("accounts.link-dead")
    elif not account.given_name:
        rename(account, given_name, family_name, locale=locale)
    return account.id, link.next_path


def registering_email(unit: Unit, ticket: str) -> str:
    """The address a ticket proves. Raises NotFound `accounts.link-dead`."""
    link = unit.session.get(Link, ticket)
    if link is None or link.used_at is None or link.used_at + rules.REGISTER_WITHIN <= unit.now:
        raise NotFound("accounts.link-dead")
    return link.email


def drop_links(unit: Unit, email: str | None) -> None:
    """Make every unused link to an address worthless (a new password was set)."""
    unit.session.execute(delete(Link).where(Link.email == email, Link.used_at.is_(None)))


def forget_old(unit: Unit) -> None:
    """Drop links that expired more than a day ago."""
    unit.session.execute(delete(Link).where(Link.expires_at < unit.now - timedelta(days=1)))


def _live(unit: Unit, token: str) -> Link:
    wanted = select(Link).where(Link.id == rules.digest(token), Link.used_at.is_(None), Link.expires_at > unit.now)
    link = unit.session.execute(wanted).scalar()
    if link is None:
        raise NotFound("accounts.link-dead")
    return link


def _change_email(unit: Unit, link: Link, signed_in_as: str | None) -> Opened:
    if signed_in_as is None or signed_in_as != link.account_id:
        raise Forbidden("accounts.link-of-another")
    if by_email(unit, link.email) is not None:
        raise Conflict("accounts.email-taken")
    account = unit.session.get(Account, link.account_id)
    assert account is not None, "the link's foreign key"
    drop_links(unit, account.email)
    account.email = link.email
    account.search_text = rules.search_text(account.given_name, account.family_name, account.email)
    return Opened(account.id, None, link.next_path, link.purpose)


def _take_over(unit: Unit, link: Link) -> Opened:
    account = unit.session.get(Account, link.account_id)
    assert account is not None, "the link's foreign key"
    if account.state != "active" or account.email is not None:
        raise NotFound("accounts.link-dead")
    if by_email(unit, link.email) is not None:
        raise Conflict("accounts.email-taken")
    account.email = link.email
    account.search_text = rules.search_text(account.given_name, account.family_name, account.email)
    unused = update(Takeover).where(Takeover.account_id == account.id, Takeover.used_at.is_(None))
    unit.session.execute(unused.values(used_at=unit.now))
    unit.emit(AccountTakenOver(account.id))
    return Opened(account.id, None, link.next_path, link.purpose)


def _send(unit: Unit, address: str, purpose: Purpose, locale: str, token: str) -> None:
    minutes = int(rules.LINK_LIFE.total_seconds() // 60)
    url = unit.node.url(f"/connexion/l/{token}")
    subject, body = letters.link_letter(purpose, locale, unit.node, url, minutes)
    mail.queue(unit, address, subject, body)
