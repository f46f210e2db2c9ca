"""How often somebody has tried, for every process of the server to see."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from motcua.admin.models.base import Record
from motcua.admin.models.types import UtcDateTime


class RateCounter(Record):
    """The tries of one address, or one address and user name, in one span of time."""

    __tablename__ = "motcua_rate_counter"
    __table_args__ = (Index("ix_motcua_rate_counter_expires", "expires_at"),)

    #: A digest: who tried what is not for this table to tell.
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    count: Mapped[int] = mapped_column(Integer, nullable=False)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, nullable=False)
