"""Whose logins hold."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from motcua.admin.models.base import Record
from motcua.admin.models.types import UtcDateTime


class SessionEpoch(Record):
    """The word that every login of a person carries. Without the row, or under another word, none of them holds."""

    __tablename__ = "motcua_session_epoch"

    user_id: Mapped[int] = mapped_column(
        Integer,
        ForeignKey(User.id, ondelete="CASCADE", name="fk_motcua_session_epoch_user"),
        primary_key=True,
        autoincrement=False,
    )
    #: Random and never given twice: a number would come back when a database gives a person's id to the next.
    epoch: Mapped[str] = mapped_column(String(32), nullable=False)
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime, nullable=False)
