"""The audit trail at work: under every command of ours, and under the platform's own session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import event, inspect
from sqlalchemy.orm import Session

from motcua.admin.clock import system_clock
from motcua.admin.domain.audit import SYSTEM, Actor, forget_pending, has_pending, write_down
from motcua.admin.domain.audited_rows import put_down_changes
from motcua.admin.enums import ActorKind
from motcua.admin.models import AuditHead

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import SessionTransaction

    from motcua.admin.clock import Clock


_NOT_ASKED = frozenset({ActorKind.SYSTEM, ActorKind.COMMAND})


class RecordSession(Session):
    """A session of ours whose changed rows are put down for the trail."""


event.listen(RecordSession, "after_flush", put_down_changes)


class Trail:
    """Writes down what sessions have put down, with who and when."""

    def __init__(self, clock: Clock = system_clock, actor: Callable[[], Actor] = lambda: SYSTEM) -> None:
        self.clock = clock
        self.actor = actor
        self._is_there = False

    def write(self, session: Session) -> None:
        """Write what was put down; the commit follows. Without anything, this costs nothing."""
        if not has_pending(session):
            return
        if self._is_kept(session):
            write_down(session, actor=self.actor(), now=self.clock())
        else:
            forget_pending(session)

    def follow(self, sessions: Any, *, grown_role: str) -> None:
        """Write down also what the platform's own sessions change, on its screens and in its commands.

        Not that its Admin role, ``grown_role``, gets permissions outside any
        request: so it keeps step with its screens when it starts.
        """

        def put_down(session: Session, context: object) -> None:
            put_down_changes(session, context)
            if has_pending(session) and self.actor().kind in _NOT_ASKED:
                forget_pending(session, kind="role", code=grown_role)

        def write(session: Session) -> None:
            session.flush()
            self.write(session)

        def undo(session: Session, undone: SessionTransaction) -> None:
            if not undone.nested:  # what came before a savepoint is still to be kept
                forget_pending(session)

        event.listen(sessions, "after_flush", put_down)
        event.listen(sessions, "before_commit", write)
        event.listen(sessions, "after_soft_rollback", undo)

    def _is_kept(self, session: Session) -> bool:
        """Tell whether the trail has begun: before ``motcua upgrade`` the platform already has people and roles."""
        if not self._is_there:
            self._is_there = inspect(session.connection()).has_table(AuditHead.__tablename__)
        return self._is_there
