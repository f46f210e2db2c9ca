"""Offices, their people, their hours and their calendar."""

from __future__ import annotations

from datetime import date, time
from typing import TYPE_CHECKING

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
    Time,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from motcua.admin.enums import HolidayKind, OfficeLevel, StaffRole
from motcua.admin.models.base import Record
from motcua.admin.models.types import Identified, Versioned, word

if TYPE_CHECKING:
    from motcua.admin.models.queue import Counter


class Office(Identified, Versioned, Record):
    """A one-stop centre (Trung tâm Phục vụ hành chính công), in a tree province → commune."""

    __tablename__ = "motcua_office"
    __table_args__ = (
        UniqueConstraint("code", name="uq_motcua_office_code"),
        CheckConstraint("parent_id IS NULL OR parent_id <> id", name="ck_motcua_office_parent"),
    )

    #: Short name in addresses, such as "chau-ninh".
    code: Mapped[str] = mapped_column(String(40), nullable=False)
    #: Full name, printed on tickets and receipts.
    name: Mapped[str] = mapped_column(String(200), nullable=False)
    level: Mapped[OfficeLevel] = mapped_column(word(OfficeLevel, "ck_motcua_office_level"), nullable=False)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("motcua_office.id", name="fk_motcua_office_parent"))
    #: Agency identifier (mã định danh) that opens every dossier code; only the province can give it.
    identifier: Mapped[str | None] = mapped_column(String(40))
    address: Mapped[str | None] = mapped_column(String(300))
    hotline: Mapped[str | None] = mapped_column(String(40))
    #: Where suggestions and complaints go (hòm thư góp ý): a mail address, or where the box hangs.
    suggestion_box: Mapped[str | None] = mapped_column(String(200))
    time_zone: Mapped[str] = mapped_column(
        String(64), nullable=False, default="Asia/Ho_Chi_Minh", server_default="Asia/Ho_Chi_Minh"
    )
    #: For trials: the kiosk gives numbers at any hour. Due dates still follow the hours.
    always_open: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False, server_default=text("false"))
    is_active: Mapped[bool] = mapped_column(Boolean, nullable=False, default=True, server_default=text("true"))

    parent: Mapped[Office | None] = relationship(remote_side="Office.id", back_populates="children")
    children: Mapped[list[Office]] = relationship(back_populates="parent")
    hours: Mapped[list[OfficeHours]] = relationship(
        back_populates="office", cascade="all, delete-orphan", order_by="OfficeHours.weekday, OfficeHours.opens_at"
    )
    staff: Mapped[list[StaffMember]] = relationship(back_populates="office")
    counters: Mapped[list[Counter]] = relationship(back_populates="office", order_by="Counter.number")

    def __str__(self) -> str:
        return self.name


class OfficeHours(Identified, Record):
    """One stretch of opening time on a weekday; a lunch break makes two rows."""

    __tablename__ = "motcua_office_hours"
    __table_args__ = (
        UniqueConstraint("office_id", "weekday", "opens_at", name="uq_motcua_office_hours_start"),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="ck_motcua_office_hours_weekday"),
        CheckConstraint("opens_at < closes_at", name="ck_motcua_office_hours_order"),
    )

    office_id: Mapped[int] = mapped_column(
        ForeignKey("motcua_office.id", name="fk_motcua_office_hours_office", ondelete="CASCADE"), nullable=False
    )
    #: 0 is Monday.
    weekday: Mapped[int] = mapped_column(SmallInteger, nullable=False)
    opens_at: Mapped[time] = mapped_column(Time, nullable=False)
    closes_at: Mapped[time] = mapped_column(Time, nullable=False)

    office: Mapped[Office] = relationship(back_populates="hours")

    def __str__(self) -> str:
        return f"{self.weekday}: {self.opens_at:%H:%M}-{self.closes_at:%H:%M}"


class StaffMember(Identified, Versioned, Record):
    """A login of the platform, placed in an office with a role."""

    __tablename__ = "motcua_staff_member"
    __table_args__ = (
        UniqueConstraint("user_id", "office_id", "role", name="uq_motcua_staff_member_place"),
        Index("ix_motcua_staff_member_office", "office_id", "role"),
    )

    user_id: Mapped[int] = mapped_column(
        Integer, ForeignKey(User.__table__.c.id, name="fk_motcua_staff_member_user"), nullable=False
    )
    office_id: Mapped[int] = mapped_column(
        ForeignKey("motcua_office.id", name="fk_motcua_staff_member_office"), nullable=False
    )
    role: Mapped[StaffRole] = mapped_column(word(StaffRole, "ck_motcua_staff_member_role"), nullable=False)
    is_active: Mapped[bool] = mapped_column(Boolean, nullable=False, default=True, server_default=text("true"))

    office: Mapped[Office] = relationship(back_populates="staff")
    user: Mapped[User] = relationship(User)

    def __str__(self) -> str:
        return f"{self.user} ({self.role})"


class Holiday(Identified, Versioned, Record):
    """A day off or a make-up working day, by an announcement; without office: nationwide."""

    __tablename__ = "motcua_holiday"
    __table_args__ = (
        Index(
            "uq_motcua_holiday_national",
            "day",
            unique=True,
            sqlite_where=text("office_id IS NULL"),
            postgresql_where=text("office_id IS NULL"),
        ),
        UniqueConstraint("office_id", "day", name="uq_motcua_holiday_office_day"),
    )

    office_id: Mapped[int | None] = mapped_column(ForeignKey("motcua_office.id", name="fk_motcua_holiday_office"))
    day: Mapped[date] = mapped_column(Date, nullable=False)
    kind: Mapped[HolidayKind] = mapped_column(word(HolidayKind, "ck_motcua_holiday_kind"), nullable=False)
    name: Mapped[str] = mapped_column(String(200), nullable=False)
    source_document: Mapped[str | None] = mapped_column(String(200))

    office: Mapped[Office | None] = relationship()

    def __str__(self) -> str:
        return f"{self.day:%d/%m/%Y} {self.name}"


class CalendarYear(Versioned, Record):
    """Whether a year's holidays are announced; due dates in other years are provisional."""

    __tablename__ = "motcua_calendar_year"
    __table_args__ = (CheckConstraint("year BETWEEN 2000 AND 2200", name="ck_motcua_calendar_year_range"),)

    year: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    is_announced: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False, server_default=text("false"))
    source_document: Mapped[str | None] = mapped_column(String(200))

    def __str__(self) -> str:
        return str(self.year)
