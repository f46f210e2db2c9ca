"""Administrative procedures (thủ tục hành chính), versioned: a dossier keeps the one it came in under."""

from __future__ import annotations

from datetime import date, time

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    SmallInteger,
    String,
    Text,
    Time,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from motcua.admin.enums import DurationUnit, SupplementPolicy
from motcua.admin.models.base import Record
from motcua.admin.models.types import Identified, Versioned, word


class Field(Identified, Versioned, Record):
    """A field of administration (lĩnh vực), such as civil status."""

    __tablename__ = "motcua_field"
    __table_args__ = (UniqueConstraint("name", name="uq_motcua_field_name"),)

    name: Mapped[str] = mapped_column(String(200), nullable=False)
    position: Mapped[int] = mapped_column(Integer, nullable=False, default=0, server_default="0")

    procedures: Mapped[list[Procedure]] = relationship(back_populates="field")

    def __str__(self) -> str:
        return self.name


class Procedure(Identified, Versioned, Record):
    """What a national code such as 1.001193 stands for, whatever version is in force."""

    __tablename__ = "motcua_procedure"
    __table_args__ = (
        UniqueConstraint("code", name="uq_motcua_procedure_code"),
        Index("ix_motcua_procedure_field", "field_id"),
    )

    code: Mapped[str] = mapped_column(String(40), nullable=False)
    field_id: Mapped[int] = mapped_column(
        ForeignKey("motcua_field.id", name="fk_motcua_procedure_field"), nullable=False
    )
    #: As published: "Cấp xã", "Cấp tỉnh", ...
    level: Mapped[str] = mapped_column(String(80), nullable=False)
    is_active: Mapped[bool] = mapped_column(Boolean, nullable=False, default=True, server_default=text("true"))

    field: Mapped[Field] = relationship(back_populates="procedures")
    versions: Mapped[list[ProcedureVersion]] = relationship(
        back_populates="procedure", cascade="all, delete-orphan", order_by="ProcedureVersion.number"
    )

    @property
    def latest(self) -> ProcedureVersion | None:
        """The newest version, in force or not."""
        return self.versions[-1] if self.versions else None

    def __str__(self) -> str:
        return f"{self.code} {self.latest.name if self.latest else ''}".strip()


class ProcedureVersion(Identified, Versioned, Record):
    """One published state of a procedure: time, papers, fees, from a day on."""

    __tablename__ = "motcua_procedure_version"
    __table_args__ = (
        UniqueConstraint("procedure_id", "number", name="uq_motcua_procedure_version_number"),
        CheckConstraint(
            "effective_to IS NULL OR effective_to > effective_from", name="ck_motcua_procedure_version_span"
        ),
        CheckConstraint("duration_amount IS NULL OR duration_amount >= 0", name="ck_motcua_procedure_version_duration"),
        CheckConstraint("fee_vnd IS NULL OR fee_vnd >= 0", name="ck_motcua_procedure_version_fee"),
    )

    procedure_id: Mapped[int] = mapped_column(
        ForeignKey("motcua_procedure.id", name="fk_motcua_procedure_version_procedure", ondelete="CASCADE"),
        nullable=False,
    )
    #: 1, 2, 3 ... within the procedure.
    number: Mapped[int] = mapped_column(Integer, nullable=False, default=1)
    effective_from: Mapped[date] = mapped_column(Date, nullable=False)
    effective_to: Mapped[date | None] = mapped_column(Date)
    name: Mapped[str] = mapped_column(String(500), nullable=False)
    #: Steps (trình tự thực hiện), for the public posting.
    process: Mapped[str | None] = mapped_column(Text)

    #: The processing time exactly as it was published.
    time_as_published: Mapped[str] = mapped_column(Text, nullable=False, default="")
    duration_amount: Mapped[float | None] = mapped_column(Numeric(6, 2, asdecimal=False))
    duration_unit: Mapped[DurationUnit] = mapped_column(
        word(DurationUnit, "ck_motcua_procedure_version_unit"), nullable=False, default=DurationUnit.UNSPECIFIED
    )
    #: Received at or after this local time, same-day work moves to the next working day.
    same_day_cutoff: Mapped[time | None] = mapped_column(Time)
    #: Extra time in named cases, such as "+3 working days when the facts must be verified".
    extension_amount: Mapped[float | None] = mapped_column(Numeric(6, 2, asdecimal=False))
    extension_unit: Mapped[DurationUnit | None] = mapped_column(
        word(DurationUnit, "ck_motcua_procedure_version_ext_unit")
    )
    extension_reason: Mapped[str | None] = mapped_column(String(300))

    fee_as_published: Mapped[str] = mapped_column(Text, nullable=False, default="")
    #: Whole đồng; empty when the province decides or the text gives no single figure.
    fee_vnd: Mapped[int | None] = mapped_column(Integer)
    supplement_policy: Mapped[SupplementPolicy] = mapped_column(
        word(SupplementPolicy, "ck_motcua_procedure_version_policy"), nullable=False, default=SupplementPolicy.UNSET
    )
    supplement_extra_days: Mapped[int | None] = mapped_column(SmallInteger)

    source: Mapped[str | None] = mapped_column(Text)
    #: Every column has support in a source that somebody checked.
    is_verified: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False, server_default=text("false"))
    #: What a person still has to decide, in words; empty when nothing is open.
    review_note: Mapped[str | None] = mapped_column(Text)
    #: What the imported row looked like, so that importing it again adds nothing; empty for versions made by hand.
    row_digest: Mapped[str | None] = mapped_column(String(32))

    procedure: Mapped[Procedure] = relationship(back_populates="versions")
    papers: Mapped[list[ProcedurePaper]] = relationship(
        back_populates="procedure_version", cascade="all, delete-orphan", order_by="ProcedurePaper.position"
    )

    def __str__(self) -> str:
        return self.name


class ProcedurePaper(Identified, Record):
    """One paper a dossier of this procedure consists of (thành phần hồ sơ)."""

    __tablename__ = "motcua_procedure_paper"
    __table_args__ = (UniqueConstraint("procedure_version_id", "position", name="uq_motcua_procedure_paper_position"),)

    procedure_version_id: Mapped[int] = mapped_column(
        ForeignKey("motcua_procedure_version.id", name="fk_motcua_procedure_paper_version", ondelete="CASCADE"),
        nullable=False,
    )
    position: Mapped[int] = mapped_column(SmallInteger, nullable=False)
    name: Mapped[str] = mapped_column(Text, nullable=False)
    #: "(nếu có)": only in some cases.
    is_conditional: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False, server_default=text("false"))
    #: "xuất trình": shown and given back, not kept.
    is_shown_only: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False, server_default=text("false"))

    procedure_version: Mapped[ProcedureVersion] = relationship(back_populates="papers")

    def __str__(self) -> str:
        return self.name
