"""The lights of a page of dossiers, worked out together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from motcua.admin.domain.calendar import working_calendars
from motcua.admin.domain.lights import Light, light_of
from motcua.admin.extension import current_motcua

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy.orm import Session

    from motcua.admin.models import Dossier


def lights_of(session: Session, dossiers: Iterable[Dossier]) -> Mapping[int, Light]:
    """Return the lights of dossiers by their ids; the calendars of their offices are read once."""
    rows = list(dossiers)
    calendars = working_calendars(session, list({dossier.office_id: dossier.office for dossier in rows}.values()))
    now = current_motcua().clock()
    return {dossier.id: light_of(dossier, calendars[dossier.office_id], now) for dossier in rows}
