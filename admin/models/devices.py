"""Machines in the hall: kiosks, displays, printers, and the papers they owe."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from motcua.admin.enums import DeviceKind, PrintKind, PrintReason, PrintState
from motcua.admin.models.base import Record
from motcua.admin.models.dossier import Dossier
from motcua.admin.models.office import Office
from motcua.admin.models.queue import Ticket
from motcua.admin.models.types import Identified, UtcDateTime, Versioned, word


class PrinterDevice(Identified, Versioned, Record):
    """A thermal printer, reached by an address such as tcp://10.0.0.9:9100 or virtual:FOLDER."""

    __tablename__ = "motcua_printer"
    __table_args__ = (
        UniqueConstraint("office_id", "name", name="uq_motcua_printer_name"),
        CheckConstraint("paper_mm IN (58, 80)", name="ck_motcua_printer_paper"),
    )

    office_id: Mapped[int] = mapped_column(
        ForeignKey("motcua_office.id", name="fk_motcua_printer_office"), nullable=False
    )
    name: Mapped[str] = mapped_column(String(100), nullable=False)
    uri: Mapped[str] = mapped_column(String(300), nullable=False)
    paper_mm: Mapped[int] = mapped_column(SmallInteger, nullable=False, default=80, server_default="80")
    is_active: Mapped[bool] = mapped_column(Boolean, nullable=False, default=True, server_default=text("true"))
    #: What the printer last said of itself: "ok", "paper_end", "unknown", "unreachable" ...
    last_status: Mapped[str | None] = mapped_column(String(40))
    last_status_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    office: Mapped[Office] = relationship()

    def __str__(self) -> str:
        return self.name


class Device(Identified, Versioned, Record):
    """An enrolled kiosk or display. Its token is shown once; only a digest is kept."""

    __tablename__ = "motcua_device"
    __table_args__ = (
        UniqueConstraint("token_digest", name="uq_motcua_device_token_digest"),
        UniqueConstraint("office_id", "name", name="uq_motcua_device_name"),
    )

    office_id: Mapped[int] = mapped_column(
        ForeignKey("motcua_office.id", name="fk_motcua_device_office"), nullable=False
    )
    name: Mapped[str] = mapped_column(String(100), nullable=False)
    kind: Mapped[DeviceKind] = mapped_column(word(DeviceKind, "ck_motcua_device_kind"), nullable=False)
    token_digest: Mapped[str] = mapped_column(String(64), nullable=False)
    printer_id: Mapped[int | None] = mapped_column(ForeignKey("motcua_printer.id", name="fk_motcua_device_printer"))
    enrolled_at: Mapped[datetime] = mapped_column(UtcDateTime, nullable=False)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    office: Mapped[Office] = relationship()
    printer: Mapped[PrinterDevice | None] = relationship()

    def __str__(self) -> str:
        return self.name


class PrintJob(Identified, Record):
    """A paper owed to somebody; written with the ticket or dossier, put out by the print worker."""

    __tablename__ = "motcua_print_job"
    __table_args__ = (
        CheckConstraint("(ticket_id IS NULL) <> (dossier_id IS NULL)", name="ck_motcua_print_job_subject"),
        UniqueConstraint("ticket_id", "kind", "copy_number", name="uq_motcua_print_job_ticket_copy"),
        # Partial, unlike that of the tickets: a hall of tickets need not be written into the index of the receipts.
        Index(
            "uq_motcua_print_job_dossier_copy",
            "dossier_id",
            "kind",
            "copy_number",
            unique=True,
            sqlite_where=text("dossier_id IS NOT NULL"),
            postgresql_where=text("dossier_id IS NOT NULL"),
        ),
        Index(
            "ix_motcua_print_job_open",
            "state",
            "id",
            sqlite_where=text("state IN ('queued', 'sending')"),
            postgresql_where=text("state IN ('queued', 'sending')"),
        ),
        # A printer is given one paper at a time, however many workers there are.
        Index(
            "uq_motcua_print_job_one_sending",
            "printer_id",
            unique=True,
            sqlite_where=text("state = 'sending'"),
            postgresql_where=text("state = 'sending'"),
        ),
    )

    office_id: Mapped[int] = mapped_column(
        ForeignKey("motcua_office.id", name="fk_motcua_print_job_office"), nullable=False
    )
    printer_id: Mapped[int | None] = mapped_column(ForeignKey("motcua_printer.id", name="fk_motcua_print_job_printer"))
    kind: Mapped[PrintKind] = mapped_column(word(PrintKind, "ck_motcua_print_job_kind"), nullable=False)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("motcua_ticket.id", name="fk_motcua_print_job_ticket"))
    dossier_id: Mapped[int | None] = mapped_column(ForeignKey("motcua_dossier.id", name="fk_motcua_print_job_dossier"))
    #: 1 for the first paper, 2 and on for reprints.
    copy_number: Mapped[int] = mapped_column(SmallInteger, nullable=False, default=1, server_default="1")
    reason: Mapped[PrintReason] = mapped_column(
        word(PrintReason, "ck_motcua_print_job_reason"), nullable=False, default=PrintReason.FIRST
    )
    requested_by_id: Mapped[int | None] = mapped_column(
        Integer, ForeignKey(User.__table__.c.id, name="fk_motcua_print_job_requested_by")
    )
    state: Mapped[PrintState] = mapped_column(
        word(PrintState, "ck_motcua_print_job_state"), nullable=False, default=PrintState.QUEUED
    )
    attempts: Mapped[int] = mapped_column(SmallInteger, nullable=False, default=0, server_default="0")
    lease: Mapped[str | None] = mapped_column(String(32))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    not_before: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: When the paper was owed; a second copy made because the first may be spoilt keeps the first one's moment.
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, nullable=False)
    #: Set just before the printer is spoken to; after it a crash may have left a paper, before it it can't have.
    handoff_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: Why it failed, for the staff; never shown to a citizen.
    error: Mapped[str | None] = mapped_column(String(300))

    printer: Mapped[PrinterDevice | None] = relationship()
    ticket: Mapped[Ticket | None] = relationship()
    dossier: Mapped[Dossier | None] = relationship()
