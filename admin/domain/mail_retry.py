"""Sending a mail again that the server once refused, because somebody has put right what was wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import update

from motcua.admin.domain import audit
from motcua.admin.enums import AuditAction, MailState
from motcua.admin.models import OutgoingMail

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def retry_mail(session: Session, mail_id: int) -> bool:
    """Put a failed mail back into the line; False when it is not failed (any more). The caller commits."""
    moved = session.execute(
        update(OutgoingMail)
        .where(OutgoingMail.id == mail_id, OutgoingMail.state == MailState.FAILED)
        .values(state=MailState.QUEUED, not_before=None, attempts=0)
        .returning(OutgoingMail.recipient_id)
        .execution_options(synchronize_session=False)
    )
    recipient_id = moved.scalar()
    if recipient_id is not None:
        audit.record(session, AuditAction.MAIL_RETRIED, "mail", object_id=mail_id, person_id=recipient_id)
    return recipient_id is not None
