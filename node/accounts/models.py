"""Tables of people: accounts, roles, sessions, one-time links, personal tokens, resident keys."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, Date, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from node.core.database import Base, IdColumn, JsonColumn, UtcDateTime

DigestColumn = String(64)


class Account(Base):
    """One person. Without an e-mail address the account was entered at the desk and nobody can sign in to it."""

    __tablename__ = "accounts_accounts"
    id: Mapped[str] = mapped_column(IdColumn, primary_key=True)
    email: Mapped[str | None] = mapped_column(String(254), unique=True)
    given_name: Mapped[str] = mapped_column(String(80))
    family_name: Mapped[str] = mapped_column(String(80))
    search_text: Mapped[str] = mapped_column(String(420))
    locale: Mapped[str] = mapped_column(String(5))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(10))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    wallet_id: Mapped[str | None] = mapped_column(String(80))
    birth_date: Mapped[date | None] = mapped_column(Date)


class AccountRole(Base):
    """A role an administrator gave. The other roles follow from having an account and from memberships."""

    __tablename__ = "accounts_roles"
    account_id: Mapped[str] = mapped_column(ForeignKey(Account.id), primary_key=True)
    role: Mapped[str] = mapped_column(String(30), primary_key=True, index=True)
    granted_by: Mapped[str] = mapped_column(IdColumn)
    granted_at: Mapped[datetime] = mapped_column(UtcDateTime)


class WebSession(Base):
    """A browser's session, kept under the SHA-256 of its cookie. Ended ones stay until they expire, so that a request
    still under way cannot bring them back."""

    __tablename__ = "accounts_sessions"
    id: Mapped[str] = mapped_column(DigestColumn, primary_key=True)
    account_id: Mapped[str | None] = mapped_column(ForeignKey(Account.id), index=True)
    data: Mapped[Any] = mapped_column(JsonColumn)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    device: Mapped[str] = mapped_column(String(80))
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Link(Base):
    """A one-time link sent by mail, kept under its SHA-256. `account_id`: for whom an address is to be changed."""

    __tablename__ = "accounts_links"
    id: Mapped[str] = mapped_column(DigestColumn, primary_key=True)
    email: Mapped[str] = mapped_column(String(254), index=True)
    purpose: Mapped[str] = mapped_column(String(10))
    account_id: Mapped[str | None] = mapped_column(ForeignKey(Account.id))
    next_path: Mapped[str] = mapped_column(String(400))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Takeover(Base):
    """A printed code by which somebody without an e-mail address takes their account over, kept under its SHA-256."""

    __tablename__ = "accounts_takeovers"
    id: Mapped[str] = mapped_column(DigestColumn, primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey(Account.id), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ApiToken(Base):
    """A personal token for the JSON API, kept under its SHA-256."""

    __tablename__ = "accounts_api_tokens"
    id: Mapped[str] = mapped_column(IdColumn, primary_key=True)
    digest: Mapped[str] = mapped_column(DigestColumn, unique=True)
    account_id: Mapped[str] = mapped_column(ForeignKey(Account.id), index=True)
    name: Mapped[str] = mapped_column(String(60))
    scopes: Mapped[Any] = mapped_column(JsonColumn)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ResidentKey(Base):
    """A resident's Ed25519 key. `custodial`: the commune keeps the seed, sealed with the node's secret."""

    __tablename__ = "accounts_keys"
    id: Mapped[str] = mapped_column(IdColumn, primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey(Account.id), index=True)
    public_key: Mapped[str] = mapped_column(String(64), unique=True)
    sealed_seed: Mapped[bytes | None] = mapped_column(LargeBinary)
    custodial: Mapped[bool] = mapped_column(Boolean)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
