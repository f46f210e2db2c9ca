"""A quick look at the audit trail: do its triggers stand, do its chains end where their heads say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, func, or_, select, text

from motcua.admin.models import AuditEntry, AuditHead

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

_ON_SQLITE = "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'motcua_audit_%'"
_ON_POSTGRESQL = (
    "SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D' AND tgname LIKE 'motcua_audit_%' "
    "AND tgrelid IN ('motcua_audit_entry'::regclass, 'motcua_audit_head'::regclass)"
)
#: How many the migration sets up: on SQLite each kind of change has its own.
_GUARDS = {"sqlite": (_ON_SQLITE, 5), "postgresql": (_ON_POSTGRESQL, 4)}


def has_guards(session: Session) -> bool:
    """Tell whether the triggers stand that refuse changes."""
    statement, expected = _GUARDS[session.get_bind().dialect.name]
    return bool(session.scalar(text(statement)) == expected)


def torn_ends(session: Session) -> tuple[int, int]:
    """Return how many chains do not end where their heads say, and how many chains there are."""
    last = and_(AuditEntry.chain == AuditHead.chain, AuditEntry.sequence == AuditHead.sequence)
    torn = or_(AuditEntry.hash.is_(None), AuditEntry.hash != AuditHead.hash)
    ends = select(func.count(), func.count().filter(torn)).select_from(AuditHead).outerjoin(AuditEntry, last)
    chains, broken = session.execute(ends).one()
    return broken, chains
