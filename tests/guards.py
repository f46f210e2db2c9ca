"""What nobody but the owner of the database can do: switch the triggers of the audit trail off."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import sqlalchemy as sa

from motcua.admin.models import AuditEntry, AuditHead

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

_TRIGGERS = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'motcua_audit_%'"


@contextmanager
def unguarded(connection: Connection) -> Iterator[None]:
    """Let a transaction change what the triggers guard; they stand again at its end."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
        yield
        connection.execute(sa.text("SET LOCAL session_replication_role = DEFAULT"))
        return
    triggers = connection.execute(sa.text(_TRIGGERS)).all()
    for trigger in triggers:
        connection.execute(sa.text(f"DROP TRIGGER {trigger.name}"))
    yield
    for trigger in triggers:
        connection.exec_driver_sql(trigger.sql)


def forget_audit(connection: Connection) -> None:
    """Empty the audit trail, as between two tests."""
    if connection.scalar(sa.select(AuditHead.chain).limit(1)) is None:
        return
    with unguarded(connection):
        connection.execute(sa.delete(AuditEntry))
        connection.execute(sa.delete(AuditHead))
