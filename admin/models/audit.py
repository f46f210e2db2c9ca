"""Who has done what, in chains that show when somebody has changed or removed a row."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from motcua.admin.models.base import Record
from motcua.admin.models.types import BigId, Identified, UtcDateTime

#: The chain of what concerns no office: the installation's own.
INSTALLATION = 0


class AuditEntry(Identified, Record):
    """One act. Triggers refuse every change but one: ``personal`` may be emptied.

    No column refers to another table, so that nothing has to be changed here
    when a person or an office is removed.
    """

    __tablename__ = "motcua_audit_entry"
    __table_args__ = (
        UniqueConstraint("chain", "sequence", name="uq_motcua_audit_entry_link"),
        Index("ix_motcua_audit_entry_object", "kind", "object_id"),
        Index(
            "ix_motcua_audit_entry_personal",
            "at",
            sqlite_where=text("personal IS NOT NULL"),
            postgresql_where=text("personal IS NOT NULL"),
        ),
    )

    #: The id of the office, or INSTALLATION.
    chain: Mapped[int] = mapped_column(BigInteger, nullable=False)
    #: 1, 2, 3 ... in the chain.
    sequence: Mapped[int] = mapped_column(BigInteger, nullable=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime, nullable=False)
    #: A word of ActorKind. Plain text, so that a forged one can still be read.
    actor_kind: Mapped[str] = mapped_column(String(16), nullable=False)
    actor_id: Mapped[int | None] = mapped_column(Integer)
    #: The user name or the command, as it was called then.
    actor: Mapped[str] = mapped_column(String(200), nullable=False)
    #: A word of AuditAction.
    action: Mapped[str] = mapped_column(String(40), nullable=False)
    #: What kind of thing it was done to, which one, and what people call it.
    kind: Mapped[str] = mapped_column(String(40), nullable=False)
    object_id: Mapped[int | None] = mapped_column(BigInteger)
    object_code: Mapped[str] = mapped_column(String(200), nullable=False)
    #: Before and after, as canonical JSON, without secrets and without anything about a citizen.
    details: Mapped[str] = mapped_column(Text, nullable=False)
    #: What is to be forgotten after a while (address, names, numbers), with its salt, as canonical JSON.
    personal: Mapped[str | None] = mapped_column(Text)
    #: SHA-256 of it, which stays.
    personal_digest: Mapped[str | None] = mapped_column(String(64))
    #: The hash of the row before.
    previous: Mapped[str] = mapped_column(String(64), nullable=False)
    #: SHA-256 over all of the above but ``id`` and ``personal``.
    hash: Mapped[str] = mapped_column(String(64), nullable=False)

    @property
    def office_id(self) -> int | None:
        """The office it concerns."""
        return self.chain or None


class AuditHead(Record):
    """The end of a chain; whoever adds to it holds this row until the commit."""

    __tablename__ = "motcua_audit_head"

    chain: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    sequence: Mapped[int] = mapped_column(BigInteger, nullable=False)
    hash: Mapped[str] = mapped_column(String(64), nullable=False)
