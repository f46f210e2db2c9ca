"""Whose logins hold, and what they need beside the password."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from motcua.admin.models.base import Record
from motcua.admin.models.types import UtcDateTime


class SessionEpoch(Record):
    """The words that a person's logins carry. Without the row, or under other words, none of them holds."""

    __tablename__ = "motcua_session_epoch"

    user_id: Mapped[int] = mapped_column(
        Integer,
        ForeignKey(User.id, ondelete="CASCADE", name="fk_motcua_session_epoch_user"),
        primary_key=True,
        autoincrement=False,
    )
    #: Random and never given twice: a number would come back when a database gives a person's id to the next.
    epoch: Mapped[str] = mapped_column(String(32), nullable=False)
    #: What the API's tokens carry: they end with each logout, too.
    token_epoch: Mapped[str] = mapped_column(String(32), nullable=False)
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime, nullable=False)


class RevokedLogin(Record):
    """A login that was logged out of; the row goes when a copy of its cookie would have ended by itself."""

    __tablename__ = "motcua_revoked_login"
    __table_args__ = (Index("ix_motcua_revoked_login_expires", "expires_at"),)

    login_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, nullable=False)


class SecondFactor(Record):
    """The second factor of a person, once a code has shown that the phone has the secret."""

    __tablename__ = "motcua_second_factor"

    user_id: Mapped[int] = mapped_column(
        Integer,
        ForeignKey(User.id, ondelete="CASCADE", name="fk_motcua_second_factor_user"),
        primary_key=True,
        autoincrement=False,
    )
    #: As it is: whoever is to check a code must know it. Nobody is shown it again.
    secret: Mapped[str] = mapped_column(String(64), nullable=False)
    enrolled_at: Mapped[datetime] = mapped_column(UtcDateTime, nullable=False)
    #: The half minute of the code that was accepted last; neither it nor an earlier one is taken again.
    last_step: Mapped[int] = mapped_column(BigInteger, nullable=False)


class SpareCode(Record):
    """A code for the day the phone is lost; the row goes when it is used."""

    __tablename__ = "motcua_spare_code"
    __table_args__ = (Index("ix_motcua_spare_code_user", "user_id"),)

    #: Of the person and the code; the codes themselves are nowhere.
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(
        Integer, ForeignKey(User.id, ondelete="CASCADE", name="fk_motcua_spare_code_user"), nullable=False
    )
