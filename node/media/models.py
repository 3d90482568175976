"""Tables of the files: what lies in `media/`, and who uses it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from node.core.database import Base, UtcDateTime


class File(Base):
    """One file, named by the SHA-256 of its bytes and its ending. `put_at`: when it was last sent in."""

    __tablename__ = "media_files"
    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    size_bytes: Mapped[int] = mapped_column(Integer)
    put_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class Use(Base):
    """Something that shows a file: `used_by` is `part:id`. A file nobody uses is swept away."""

    __tablename__ = "media_uses"
    name: Mapped[str] = mapped_column(ForeignKey("media_files.name"), primary_key=True)
    used_by: Mapped[str] = mapped_column(String(80), primary_key=True, index=True)
