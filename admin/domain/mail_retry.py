"""Sending a mail again that the server once refused, because somebody has put right what was wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import update

from motcua.admin.enums import MailState
from motcua.admin.models import OutgoingMail

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def retry_mail(session: Session, mail_id: int) -> bool:
    """Put a failed mail back into the line; False when it is not failed (any more). The caller commits."""
    moved = session.execute(
        update(OutgoingMail)
        .where(OutgoingMail.id == mail_id, OutgoingMail.state == MailState.FAILED)
        .values(state=MailState.QUEUED, not_before=None, attempts=0)
        .returning(OutgoingMail.id)
        .execution_options(synchronize_session=False)
    )
    return moved.first() is not None
