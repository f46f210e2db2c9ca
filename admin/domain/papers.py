"""How far the paper of a ticket or dossier has come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from motcua.admin.models import PrintJob

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from motcua.admin.enums import PrintState


def paper_state(session: Session, ticket_id: int) -> PrintState | None:
    """Return the state of the ticket's newest paper; None when none was ordered."""
    return session.scalar(
        select(PrintJob.state).where(PrintJob.ticket_id == ticket_id).order_by(PrintJob.copy_number.desc()).limit(1)
    )
