"""The queue: services, counters, the day's numbers, tickets and what happened to them."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from motcua.admin.enums import Errand, Language, TicketEventKind, TicketState
from motcua.admin.models.base import Record
from motcua.admin.models.office import Office
from motcua.admin.models.types import BigId, Identified, Trackable, UtcDateTime, Versioned, word

if TYPE_CHECKING:
    from motcua.admin.models.devices import PrinterDevice

_ACTIVE_AT_COUNTER = text("counter_id IS NOT NULL AND state IN ('called', 'serving')")

counter_service = Table(
    "motcua_counter_service",
    Record.metadata,
    Column(
        "counter_id",
        BigId,
        ForeignKey("motcua_counter.id", name="fk_motcua_counter_service_counter", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column(
        "service_id",
        BigId,
        ForeignKey("motcua_queue_service.id", name="fk_motcua_counter_service_service", ondelete="CASCADE"),
        primary_key=True,
    ),
)


class QueueService(Identified, Versioned, Record):
    """What a visitor chooses at the kiosk; one letter series of numbers each."""

    __tablename__ = "motcua_queue_service"
    __table_args__ = (
        UniqueConstraint("office_id", "code", name="uq_motcua_queue_service_code"),
        UniqueConstraint("office_id", "series", name="uq_motcua_queue_service_series"),
        CheckConstraint("average_minutes > 0", name="ck_motcua_queue_service_minutes"),
        CheckConstraint("daily_quota IS NULL OR daily_quota > 0", name="ck_motcua_queue_service_quota"),
    )

    office_id: Mapped[int] = mapped_column(
        ForeignKey("motcua_office.id", name="fk_motcua_queue_service_office"), nullable=False
    )
    #: Short word for the API, such as "ho-tich".
    code: Mapped[str] = mapped_column(String(40), nullable=False)
    #: The letter in front of the number: "A" in A012.
    series: Mapped[str] = mapped_column(String(3), nullable=False)
    name_vi: Mapped[str] = mapped_column(String(200), nullable=False)
    name_en: Mapped[str] = mapped_column(String(200), nullable=False)
    position: Mapped[int] = mapped_column(Integer, nullable=False, default=0, server_default="0")
    #: How long one visitor takes until the day's own figures are known, in minutes.
    average_minutes: Mapped[int] = mapped_column(Integer, nullable=False, default=10, server_default="10")
    #: Numbers per day; empty means as many as the series holds.
    daily_quota: Mapped[int | None] = mapped_column(Integer)
    is_open: Mapped[bool] = mapped_column(Boolean, nullable=False, default=True, server_default=text("true"))

    office: Mapped[Office] = relationship()
    counters: Mapped[list[Counter]] = relationship(secondary=counter_service, back_populates="services")

    def name(self, language: Language | str) -> str:
        """Return the name in the visitor's language."""
        return self.name_en if language == Language.EN else self.name_vi

    def __str__(self) -> str:
        return f"{self.series} · {self.name_vi}"


class Counter(Identified, Versioned, Record):
    """A desk (quầy) where an officer sits."""

    __tablename__ = "motcua_counter"
    __table_args__ = (
        UniqueConstraint("office_id", "number", name="uq_motcua_counter_number"),
        CheckConstraint("number > 0", name="ck_motcua_counter_number"),
    )

    office_id: Mapped[int] = mapped_column(
        ForeignKey("motcua_office.id", name="fk_motcua_counter_office"), nullable=False
    )
    number: Mapped[int] = mapped_column(SmallInteger, nullable=False)
    name: Mapped[str | None] = mapped_column(String(100))
    printer_id: Mapped[int | None] = mapped_column(ForeignKey("motcua_printer.id", name="fk_motcua_counter_printer"))
    is_active: Mapped[bool] = mapped_column(Boolean, nullable=False, default=True, server_default=text("true"))

    office: Mapped[Office] = relationship(back_populates="counters")
    printer: Mapped[PrinterDevice | None] = relationship()
    services: Mapped[list[QueueService]] = relationship(
        secondary=counter_service, back_populates="counters", order_by=QueueService.position
    )

    def __str__(self) -> str:
        return f"Quầy {self.number}"


class PriorityGroup(Identified, Versioned, Record):
    """People an office serves first (diện ưu tiên)."""

    __tablename__ = "motcua_priority_group"
    __table_args__ = (UniqueConstraint("office_id", "code", name="uq_motcua_priority_group_code"),)

    office_id: Mapped[int] = mapped_column(
        ForeignKey("motcua_office.id", name="fk_motcua_priority_group_office"), nullable=False
    )
    code: Mapped[str] = mapped_column(String(40), nullable=False)
    name_vi: Mapped[str] = mapped_column(String(200), nullable=False)
    name_en: Mapped[str] = mapped_column(String(200), nullable=False)
    position: Mapped[int] = mapped_column(Integer, nullable=False, default=0, server_default="0")
    is_active: Mapped[bool] = mapped_column(Boolean, nullable=False, default=True, server_default=text("true"))

    office: Mapped[Office] = relationship()

    def __str__(self) -> str:
        return self.name_vi


class ServiceDay(Identified, Record):
    """The numbers of one series on one day: the only place a number comes from.

    ``waiting_count`` is kept with every step of a ticket, so that "people
    ahead" costs the same on the first ticket and on the five-hundred-thousandth.
    """

    __tablename__ = "motcua_service_day"
    __table_args__ = (
        UniqueConstraint("office_id", "series", "day", name="uq_motcua_service_day_series"),
        CheckConstraint("last_number >= 0", name="ck_motcua_service_day_number"),
        CheckConstraint("waiting_count >= 0", name="ck_motcua_service_day_waiting"),
    )

    office_id: Mapped[int] = mapped_column(
        ForeignKey("motcua_office.id", name="fk_motcua_service_day_office"), nullable=False
    )
    series: Mapped[str] = mapped_column(String(3), nullable=False)
    day: Mapped[date] = mapped_column(Date, nullable=False)
    last_number: Mapped[int] = mapped_column(Integer, nullable=False, default=0, server_default="0")
    waiting_count: Mapped[int] = mapped_column(Integer, nullable=False, default=0, server_default="0")
    #: Finished visits and the seconds they took: the day's own pace, for the estimate.
    served_count: Mapped[int] = mapped_column(Integer, nullable=False, default=0, server_default="0")
    served_seconds: Mapped[int] = mapped_column(Integer, nullable=False, default=0, server_default="0")


class Ticket(Identified, Trackable, Versioned, Record):
    """A queue number (số thứ tự) and the visit it stands for."""

    __tablename__ = "motcua_ticket"
    __table_args__ = (
        UniqueConstraint("office_id", "series", "service_day", "number", name="uq_motcua_ticket_number"),
        UniqueConstraint("office_id", "idempotency_key", name="uq_motcua_ticket_idempotency_key"),
        UniqueConstraint("token_digest", name="uq_motcua_ticket_token_digest"),
        Index(
            "uq_motcua_ticket_active_at_counter",
            "counter_id",
            unique=True,
            sqlite_where=_ACTIVE_AT_COUNTER,
            postgresql_where=_ACTIVE_AT_COUNTER,
        ),
        Index("ix_motcua_ticket_line", "service_id", "service_day", "state", "priority_rank", "queued_seq"),
    )

    office_id: Mapped[int] = mapped_column(
        ForeignKey("motcua_office.id", name="fk_motcua_ticket_office"), nullable=False
    )
    service_id: Mapped[int] = mapped_column(
        ForeignKey("motcua_queue_service.id", name="fk_motcua_ticket_service"), nullable=False
    )
    series: Mapped[str] = mapped_column(String(3), nullable=False)
    #: The office's own day at the moment of issue; nothing later derives it from a timestamp.
    service_day: Mapped[date] = mapped_column(Date, nullable=False)
    number: Mapped[int] = mapped_column(Integer, nullable=False)
    #: What people read: "A012". A label, never a key.
    label: Mapped[str] = mapped_column(String(12), nullable=False)
    errand: Mapped[Errand] = mapped_column(word(Errand, "ck_motcua_ticket_errand"), nullable=False)
    priority: Mapped[str | None] = mapped_column(String(40))
    #: 0 before 1: people of a priority group go first.
    priority_rank: Mapped[int] = mapped_column(SmallInteger, nullable=False, default=1, server_default="1")
    language: Mapped[Language] = mapped_column(word(Language, "ck_motcua_ticket_language"), nullable=False)
    state: Mapped[TicketState] = mapped_column(word(TicketState, "ck_motcua_ticket_state"), nullable=False)
    #: Event number at which the ticket joined the queue: the order of every line. A transfer keeps it.
    queued_seq: Mapped[int] = mapped_column(BigInteger, nullable=False)
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime, nullable=False)
    #: What the citizen was told when the number was given; a repeated request gets the same answer.
    ahead_at_issue: Mapped[int] = mapped_column(Integer, nullable=False)
    wait_at_issue: Mapped[int] = mapped_column(Integer, nullable=False)
    device_id: Mapped[int | None] = mapped_column(ForeignKey("motcua_device.id", name="fk_motcua_ticket_device"))
    idempotency_key: Mapped[str] = mapped_column(String(64), nullable=False)
    request_digest: Mapped[str] = mapped_column(String(32), nullable=False)

    counter_id: Mapped[int | None] = mapped_column(ForeignKey("motcua_counter.id", name="fk_motcua_ticket_counter"))
    officer_id: Mapped[int | None] = mapped_column(
        Integer, ForeignKey(User.__table__.c.id, name="fk_motcua_ticket_officer")
    )
    called_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    call_count: Mapped[int] = mapped_column(SmallInteger, nullable=False, default=0, server_default="0")
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    office: Mapped[Office] = relationship()
    service: Mapped[QueueService] = relationship()
    counter: Mapped[Counter | None] = relationship()

    def __str__(self) -> str:
        return self.label


class TicketEvent(Identified, Record):
    """What happened to a ticket, in the order of the office (append-only)."""

    __tablename__ = "motcua_ticket_event"
    __table_args__ = (
        UniqueConstraint("office_id", "seq", name="uq_motcua_ticket_event_seq"),
        Index("ix_motcua_ticket_event_ticket", "ticket_id"),
    )

    office_id: Mapped[int] = mapped_column(
        ForeignKey("motcua_office.id", name="fk_motcua_ticket_event_office"), nullable=False
    )
    #: 1, 2, 3 ... per office, given inside the write transaction, so a reader never skips one.
    seq: Mapped[int] = mapped_column(BigInteger, nullable=False)
    ticket_id: Mapped[int] = mapped_column(
        ForeignKey("motcua_ticket.id", name="fk_motcua_ticket_event_ticket"), nullable=False
    )
    kind: Mapped[TicketEventKind] = mapped_column(word(TicketEventKind, "ck_motcua_ticket_event_kind"), nullable=False)
    from_state: Mapped[TicketState | None] = mapped_column(word(TicketState, "ck_motcua_ticket_event_from"))
    to_state: Mapped[TicketState] = mapped_column(word(TicketState, "ck_motcua_ticket_event_to"), nullable=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime, nullable=False)
    label: Mapped[str] = mapped_column(String(12), nullable=False)
    service_id: Mapped[int] = mapped_column(
        ForeignKey("motcua_queue_service.id", name="fk_motcua_ticket_event_service"), nullable=False
    )
    counter_id: Mapped[int | None] = mapped_column(
        ForeignKey("motcua_counter.id", name="fk_motcua_ticket_event_counter")
    )
    counter_number: Mapped[int | None] = mapped_column(SmallInteger)
    actor_id: Mapped[int | None] = mapped_column(
        Integer, ForeignKey(User.__table__.c.id, name="fk_motcua_ticket_event_actor")
    )
    device_id: Mapped[int | None] = mapped_column(ForeignKey("motcua_device.id", name="fk_motcua_ticket_event_device"))
    reason: Mapped[str | None] = mapped_column(String(300))

    ticket: Mapped[Ticket] = relationship()


class EventHead(Record):
    """The last event number of an office, and the day its counters are at."""

    __tablename__ = "motcua_event_head"

    office_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("motcua_office.id", name="fk_motcua_event_head_office", ondelete="CASCADE"), primary_key=True
    )
    last_seq: Mapped[int] = mapped_column(BigInteger, nullable=False, default=0, server_default="0")
    #: The day whose numbers are being called; what earlier days left open has been closed.
    open_day: Mapped[date | None] = mapped_column(Date)
