"""Tables of the news: articles of the town hall, and what neighbours published."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from node.core.database import Base, IdColumn, UtcDateTime


class Article(Base):
    """One article. `publish_at`: when a scheduled one appears; `edited_at`: when one that was published was changed,
    which readers are told. Names of files are those of `node.media`, empty for none; `version` grows with each edit."""

    __tablename__ = "news_articles"
    id: Mapped[str] = mapped_column(IdColumn, primary_key=True)
    title: Mapped[str] = mapped_column(String(140))
    summary: Mapped[str] = mapped_column(String(400))
    text: Mapped[str] = mapped_column(Text)
    theme: Mapped[str] = mapped_column(String(40))
    search_text: Mapped[str] = mapped_column(Text)
    picture: Mapped[str] = mapped_column(String(80))
    picture_small: Mapped[str] = mapped_column(String(80))
    picture_width: Mapped[int] = mapped_column(Integer)
    picture_height: Mapped[int] = mapped_column(Integer)
    picture_alt: Mapped[str] = mapped_column(String(300))
    film: Mapped[str] = mapped_column(String(80))
    film_link: Mapped[str] = mapped_column(String(500))
    captions: Mapped[str] = mapped_column(String(80))
    transcript: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(12))
    version: Mapped[int] = mapped_column(Integer)
    created_by: Mapped[str] = mapped_column(IdColumn)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    publish_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    edited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("ix_news_articles_state_published_at", "state", "published_at"),
        Index("ix_news_articles_state_publish_at", "state", "publish_at"),
    )


class Neighbour(Base):
    """An article of another node, as it was last received. A withdrawn one stays as a tombstone, so that an older
    message that comes late cannot bring it back."""

    __tablename__ = "news_neighbours"
    id: Mapped[str] = mapped_column(IdColumn, primary_key=True)
    uri: Mapped[str] = mapped_column(String(500), unique=True)
    url: Mapped[str] = mapped_column(String(500))
    peer_host: Mapped[str] = mapped_column(String(255), index=True)
    peer_name: Mapped[str] = mapped_column(String(120))
    title: Mapped[str] = mapped_column(String(140))
    summary: Mapped[str] = mapped_column(String(400))
    theme: Mapped[str] = mapped_column(String(40))
    search_text: Mapped[str] = mapped_column(Text)
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(12))

    __table_args__ = (Index("ix_news_neighbours_state_published_at", "state", "published_at"),)
