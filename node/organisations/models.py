"""Tables of organisations."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from node.core.database import Base, IdColumn, UtcDateTime


class OrganisationRow(Base):
    """kind: association, partner, service; state: pending, active, closed."""

    __tablename__ = "organisations_organisations"
    id: Mapped[str] = mapped_column(IdColumn, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), index=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    name_key: Mapped[str] = mapped_column(String(200), unique=True)
    summary: Mapped[str] = mapped_column(String(300))
    description: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(String(254))
    website: Mapped[str] = mapped_column(String(300))
    address: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(10), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    requested_by: Mapped[str | None] = mapped_column(IdColumn, index=True)


class Member(Base):
    """role: manager or member."""

    __tablename__ = "organisations_members"
    organisation_id: Mapped[str] = mapped_column(ForeignKey(OrganisationRow.id), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts_accounts.id"), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(String(10))
    joined_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Invitation(Base):
    """Somebody invited by an address that has no account yet; they join when they first come in."""

    __tablename__ = "organisations_invitations"
    organisation_id: Mapped[str] = mapped_column(ForeignKey(OrganisationRow.id), primary_key=True)
    email: Mapped[str] = mapped_column(String(254), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(String(10))
    invited_by: Mapped[str] = mapped_column(IdColumn)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
