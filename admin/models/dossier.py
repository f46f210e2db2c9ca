"""Dossiers (hồ sơ): what a citizen hands in, until the result is given back."""

from __future__ import annotations

from datetime import date, datetime

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import (
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

from motcua.admin.enums import DossierChannel, DossierStatus, SupplementPolicy
from motcua.admin.models.base import Record
from motcua.admin.models.office import Office
from motcua.admin.models.procedure import ProcedureVersion
from motcua.admin.models.queue import Ticket
from motcua.admin.models.types import BigId, Identified, IntEnumType, Trackable, UtcDateTime, Versioned, word


class Dossier(Identified, Trackable, Versioned, Record):
    """One request with its papers, code, due date and status."""

    __tablename__ = "motcua_dossier"
    __table_args__ = (
        UniqueConstraint("code", name="uq_motcua_dossier_code"),
        UniqueConstraint("token_digest", name="uq_motcua_dossier_token_digest"),
        UniqueConstraint("office_id", "idempotency_key", name="uq_motcua_dossier_idempotency_key"),
        CheckConstraint("status BETWEEN 1 AND 10", name="ck_motcua_dossier_status"),
        CheckConstraint("channel BETWEEN 1 AND 3", name="ck_motcua_dossier_channel"),
        Index("ix_motcua_dossier_office_due", "office_id", "status", "due_at"),
        Index("ix_motcua_dossier_ticket", "ticket_id"),
        Index("ix_motcua_dossier_assigned", "assigned_to_id", "status"),
    )

    #: Dossier code (mã hồ sơ) {identifier}-{yymmdd}-{nnnn}, unique and never reused.
    code: Mapped[str] = mapped_column(String(60), nullable=False)
    office_id: Mapped[int] = mapped_column(
        ForeignKey("motcua_office.id", name="fk_motcua_dossier_office"), nullable=False
    )
    procedure_version_id: Mapped[int] = mapped_column(
        ForeignKey("motcua_procedure_version.id", name="fk_motcua_dossier_procedure"), nullable=False
    )
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("motcua_ticket.id", name="fk_motcua_dossier_ticket"))
    status: Mapped[DossierStatus] = mapped_column(IntEnumType(DossierStatus), nullable=False)
    channel: Mapped[DossierChannel] = mapped_column(
        IntEnumType(DossierChannel), nullable=False, default=DossierChannel.IN_PERSON
    )

    applicant_name: Mapped[str] = mapped_column(String(200), nullable=False)
    #: Unaccented, lower case, for searching without a Vietnamese keyboard.
    applicant_search: Mapped[str] = mapped_column(String(200), nullable=False, default="")
    applicant_id_number: Mapped[str | None] = mapped_column(String(20))
    applicant_phone: Mapped[str | None] = mapped_column(String(20))
    applicant_address: Mapped[str | None] = mapped_column(String(300))
    note: Mapped[str | None] = mapped_column(Text)

    received_by_id: Mapped[int | None] = mapped_column(
        Integer, ForeignKey(User.__table__.c.id, name="fk_motcua_dossier_received_by")
    )
    #: The case officer (chuyên viên) whose desk it lies on.
    assigned_to_id: Mapped[int | None] = mapped_column(
        Integer, ForeignKey(User.__table__.c.id, name="fk_motcua_dossier_assigned_to")
    )
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, nullable=False)
    #: As first printed on the receipt; empty when the procedure promises no day.
    original_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: The due date falls in a year whose holidays are not announced yet.
    due_is_provisional: Mapped[bool] = mapped_column(
        Boolean, nullable=False, default=False, server_default=text("false")
    )
    #: When processing ended (status 9); lateness is judged by this, not by collection.
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    returned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: When the apology for lateness (văn bản xin lỗi) was sent.
    apology_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    idempotency_key: Mapped[str | None] = mapped_column(String(64))

    office: Mapped[Office] = relationship()
    procedure_version: Mapped[ProcedureVersion] = relationship()
    ticket: Mapped[Ticket | None] = relationship()
    received_by: Mapped[User | None] = relationship(User, foreign_keys=[received_by_id])
    assigned_to: Mapped[User | None] = relationship(User, foreign_keys=[assigned_to_id])
    papers: Mapped[list[DossierPaper]] = relationship(
        back_populates="dossier", cascade="all, delete-orphan", order_by="DossierPaper.position"
    )
    events: Mapped[list[DossierEvent]] = relationship(back_populates="dossier", order_by="DossierEvent.id")

    def __str__(self) -> str:
        return self.code


class DossierPaper(Identified, Record):
    """A paper that was actually taken in."""

    __tablename__ = "motcua_dossier_paper"
    __table_args__ = (
        UniqueConstraint("dossier_id", "position", name="uq_motcua_dossier_paper_position"),
        CheckConstraint("copies > 0", name="ck_motcua_dossier_paper_copies"),
    )

    dossier_id: Mapped[int] = mapped_column(
        ForeignKey("motcua_dossier.id", name="fk_motcua_dossier_paper_dossier", ondelete="CASCADE"), nullable=False
    )
    position: Mapped[int] = mapped_column(SmallInteger, nullable=False)
    name: Mapped[str] = mapped_column(Text, nullable=False)
    copies: Mapped[int] = mapped_column(SmallInteger, nullable=False, default=1, server_default="1")

    dossier: Mapped[Dossier] = relationship(back_populates="papers")

    def __str__(self) -> str:
        return self.name


class DossierEvent(Identified, Record):
    """What happened to a dossier: who, when, from, to, why (append-only)."""

    __tablename__ = "motcua_dossier_event"
    __table_args__ = (Index("ix_motcua_dossier_event_dossier", "dossier_id"),)

    dossier_id: Mapped[int] = mapped_column(
        ForeignKey("motcua_dossier.id", name="fk_motcua_dossier_event_dossier"), nullable=False
    )
    at: Mapped[datetime] = mapped_column(UtcDateTime, nullable=False)
    actor_id: Mapped[int | None] = mapped_column(
        Integer, ForeignKey(User.__table__.c.id, name="fk_motcua_dossier_event_actor")
    )
    from_status: Mapped[DossierStatus | None] = mapped_column(IntEnumType(DossierStatus))
    to_status: Mapped[DossierStatus] = mapped_column(IntEnumType(DossierStatus), nullable=False)
    due_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
    due_to: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str | None] = mapped_column(Text)
    #: On a request for more papers: what it does to the due date, as it was decided then.
    supplement_policy: Mapped[SupplementPolicy | None] = mapped_column(
        word(SupplementPolicy, "ck_motcua_dossier_event_policy")
    )
    supplement_extra_days: Mapped[int | None] = mapped_column(SmallInteger)

    dossier: Mapped[Dossier] = relationship(back_populates="events")


class DossierCodeCounter(Record):
    """The last dossier number of an office on a day."""

    __tablename__ = "motcua_dossier_code_counter"

    office_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("motcua_office.id", name="fk_motcua_dossier_code_counter_office"), primary_key=True
    )
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    last_number: Mapped[int] = mapped_column(Integer, nullable=False, default=0, server_default="0")
