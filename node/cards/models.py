"""The table of cards."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from node.accounts.models import Account
from node.core.database import Base, IdColumn, UtcDateTime

LIVE = text("state = 'live'")


class Card(Base):
    """A card. `digest` finds it (it is what travels between nodes), `sealed_code` shows it again to its holder."""

    __tablename__ = "cards_cards"
    __table_args__ = (Index("uq_cards_live", "account_id", unique=True, sqlite_where=LIVE, postgresql_where=LIVE),)
    id: Mapped[str] = mapped_column(IdColumn, primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey(Account.id), index=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    sealed_code: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(String(8))
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[str | None] = mapped_column(IdColumn)
