"""What has to leave the house, and what has already been answered."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from motcua.admin.enums import MailKind, MailState
from motcua.admin.models.base import Record
from motcua.admin.models.types import Identified, UtcDateTime, word


class OutgoingMail(Identified, Record):
    """One mail to one person for one local day: the truth behind the scheduler's bell."""

    __tablename__ = "motcua_outgoing_mail"
    __table_args__ = (
        UniqueConstraint("recipient_id", "local_day", "kind", name="uq_motcua_outgoing_mail_once"),
        # What a state means, so that no hand and no program can write one that lies.
        CheckConstraint("(state = 'sending') = (lease IS NOT NULL)", name="ck_motcua_outgoing_mail_lease"),
        CheckConstraint("(lease IS NULL) = (lease_until IS NULL)", name="ck_motcua_outgoing_mail_lease_until"),
        CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="ck_motcua_outgoing_mail_sent"),
        CheckConstraint(
            "state NOT IN ('sent', 'uncertain') OR handoff_at IS NOT NULL", name="ck_motcua_outgoing_mail_handed_over"
        ),
        CheckConstraint("state <> 'queued' OR handoff_at IS NULL", name="ck_motcua_outgoing_mail_queued"),
        CheckConstraint(
            "state NOT IN ('failed', 'skipped', 'uncertain') OR error IS NOT NULL", name="ck_motcua_outgoing_mail_why"
        ),
        Index("ix_motcua_outgoing_mail_open", "state", "not_before"),
    )

    kind: Mapped[MailKind] = mapped_column(word(MailKind, "ck_motcua_outgoing_mail_kind"), nullable=False)
    recipient_id: Mapped[int] = mapped_column(
        Integer, ForeignKey(User.__table__.c.id, name="fk_motcua_outgoing_mail_recipient"), nullable=False
    )
    local_day: Mapped[date] = mapped_column(Date, nullable=False)
    state: Mapped[MailState] = mapped_column(
        word(MailState, "ck_motcua_outgoing_mail_state"), nullable=False, default=MailState.QUEUED
    )
    #: Earlier working days for which no mail left; they are named in this one.
    missed_days: Mapped[str | None] = mapped_column(Text)
    #: How many dossiers it speaks of; 0 on a quiet day.
    item_count: Mapped[int | None] = mapped_column(Integer)
    message_id: Mapped[str | None] = mapped_column(String(200))
    attempts: Mapped[int] = mapped_column(SmallInteger, nullable=False, default=0, server_default="0")
    is_second_copy: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False, server_default=text("false"))
    lease: Mapped[str | None] = mapped_column(String(32))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    not_before: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, nullable=False)
    #: Set just before the mail server is spoken to; after it a crash is uncertain, before it a crash is harmless.
    handoff_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: Why it did not leave, or not yet; a sentence for the administrator, or the mail server's own words.
    error: Mapped[str | None] = mapped_column(String(300))

    recipient: Mapped[User] = relationship(User)


class CommandReceipt(Identified, Record):
    """The answer already given to a command: the same key again gets it again."""

    __tablename__ = "motcua_command_receipt"
    __table_args__ = (
        UniqueConstraint("user_id", "idempotency_key", name="uq_motcua_command_receipt_key"),
        Index("ix_motcua_command_receipt_age", "created_at"),
    )

    user_id: Mapped[int] = mapped_column(
        Integer, ForeignKey(User.__table__.c.id, name="fk_motcua_command_receipt_user"), nullable=False
    )
    idempotency_key: Mapped[str] = mapped_column(String(64), nullable=False)
    request_digest: Mapped[str] = mapped_column(String(32), nullable=False)
    answer: Mapped[dict[str, Any]] = mapped_column(JSON, nullable=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, nullable=False)
