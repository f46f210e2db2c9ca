"""What has happened to an office's dossiers since somebody last asked, page by page, nothing left out."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from motcua.admin.models import Dossier, DossierEvent, ProcedureVersion

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class FeedPage:
    """The dossiers that changed, as they are now, each once, in the order of their last change on the page."""

    dossiers: tuple[Dossier, ...]
    #: Where to go on.
    next: int
    has_more: bool


def changed_dossiers(
    session: Session, office_id: int, *, after: int, limit: int, settled_at: datetime | None
) -> FeedPage:
    """Return what changed in an office after an event's number; at most ``limit`` changes a page.

    Events are numbered in one order and may be committed in another. Where
    they may, the page ends before the first one later than ``settled_at``, by
    when every earlier number is either there or will never be.
    """
    changes = (
        select(DossierEvent.id, DossierEvent.dossier_id, DossierEvent.at)
        .join(Dossier, Dossier.id == DossierEvent.dossier_id)
        .where(Dossier.office_id == office_id, DossierEvent.id > after)
        .order_by(DossierEvent.id)
        .limit(limit + 1)
    )
    rows = session.execute(changes).all()
    page = list(takewhile(lambda row: settled_at is None or row.at <= settled_at, rows[:limit]))
    last = {row.dossier_id: row.id for row in page}
    wanted = (
        select(Dossier)
        .where(Dossier.id.in_(last))
        .options(joinedload(Dossier.procedure_version).joinedload(ProcedureVersion.procedure))
    )
    found = sorted(session.scalars(wanted), key=lambda dossier: last[dossier.id])
    return FeedPage(tuple(found), page[-1].id if page else after, has_more=len(page) == limit < len(rows))
