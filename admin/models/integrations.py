"""Programs of other houses that push dossiers, read how they stand, and attach results."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from motcua.admin.models.base import Record
from motcua.admin.models.office import Office
from motcua.admin.models.types import Identified, UtcDateTime, Versioned


class Integration(Identified, Versioned, Record):
    """A connected system (hệ thống kết nối) of one office. Its key is shown once; only a digest is kept."""

    __tablename__ = "motcua_integration"
    __table_args__ = (
        UniqueConstraint("key_digest", name="uq_motcua_integration_key_digest"),
        UniqueConstraint("office_id", "name", name="uq_motcua_integration_name"),
        UniqueConstraint("user_id", name="uq_motcua_integration_user"),
        CheckConstraint("may_push OR may_read OR may_attach", name="ck_motcua_integration_scope"),
    )

    office_id: Mapped[int] = mapped_column(
        ForeignKey("motcua_office.id", name="fk_motcua_integration_office"), nullable=False
    )
    name: Mapped[str] = mapped_column(String(60), nullable=False)
    #: Who stands in a dossier's history: a login of the platform under which nobody can log in.
    user_id: Mapped[int] = mapped_column(
        Integer, ForeignKey(User.__table__.c.id, name="fk_motcua_integration_user"), nullable=False
    )
    #: How the key begins, for finding it in a configuration or a log; says nothing of the rest.
    key_prefix: Mapped[str] = mapped_column(String(20), nullable=False)
    key_digest: Mapped[str] = mapped_column(String(64), nullable=False)
    may_push: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False, server_default=text("false"))
    may_read: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False, server_default=text("false"))
    may_attach: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False, server_default=text("false"))
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime, nullable=False)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, nullable=False)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: To the minute: not every request writes.
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    office: Mapped[Office] = relationship()
    user: Mapped[User] = relationship(User)

    def __str__(self) -> str:
        return self.name
