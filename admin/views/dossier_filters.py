"""The lists of dossiers people ask for: late, today, soon, waiting, done."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, or_

from motcua.admin.domain.calendar import NoWorkingDayError, working_calendar
from motcua.admin.domain.lateness import RUNNING, WAITING_FOR_CITIZEN, is_running
from motcua.admin.domain.lights import SOON_WORKING_DAYS
from motcua.admin.domain.text import unaccented
from motcua.admin.enums import DossierStatus
from motcua.admin.extension import current_motcua
from motcua.admin.language import lazy_gettext
from motcua.admin.models import Dossier, Office
from motcua.admin.views.datamodel import ScopedInterface
from motcua.admin.views.listing import Preset

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

OPEN = (DossierStatus.REGISTERED, *RUNNING, *WAITING_FOR_CITIZEN)
_CLOSED = (DossierStatus.REFUSED, DossierStatus.WITHDRAWN, DossierStatus.STOPPED)


def midnight_after(days: int = 0) -> datetime:
    """Return the end of the local day so many days from now."""
    motcua = current_motcua()
    zone = ZoneInfo(motcua.settings.time_zone)
    day = motcua.clock().astimezone(zone).date() + timedelta(days=days + 1)
    return datetime.combine(day, time(), tzinfo=zone)


def end_of_soon() -> datetime:
    """Return until when something is due soon, by the calendar of the first office the person sees."""
    office = ScopedInterface(Office).rows().order_by(Office.level, Office.id).first()
    if office is None:
        return midnight_after(SOON_WORKING_DAYS)
    motcua = current_motcua()
    calendar = working_calendar(ScopedInterface(Office).session, office)
    today = motcua.clock().astimezone(calendar.zone).date()
    try:
        last = calendar.add_working_days(today, SOON_WORKING_DAYS)
    except NoWorkingDayError:  # an office without hours yet
        return midnight_after(SOON_WORKING_DAYS)
    return calendar.moment(last + timedelta(days=1), time())


def is_overdue() -> ColumnElement[bool]:
    """Return the condition that we are late."""
    return and_(is_running(), Dossier.due_at < current_motcua().clock())


def is_due_today() -> ColumnElement[bool]:
    """Return the condition that the promise is for later today."""
    return and_(is_running(), Dossier.due_at >= current_motcua().clock(), Dossier.due_at < midnight_after())


def is_due_soon() -> ColumnElement[bool]:
    """Return the condition that the promise is for one of the next working days."""
    return and_(is_running(), Dossier.due_at >= midnight_after(), Dossier.due_at < end_of_soon())


PRESETS = (
    Preset("open", lazy_gettext("Being worked on"), lambda: Dossier.status.in_(OPEN)),
    Preset("late", lazy_gettext("Overdue"), is_overdue),
    Preset("today", lazy_gettext("Due today"), is_due_today),
    Preset("soon", lazy_gettext("Due soon"), is_due_soon),
    Preset("waiting", lazy_gettext("Waiting for the citizen"), lambda: Dossier.status.in_(WAITING_FOR_CITIZEN)),
    Preset("ready", lazy_gettext("Result ready"), lambda: Dossier.status == DossierStatus.DONE),
    Preset("returned", lazy_gettext("Handed over"), lambda: Dossier.status == DossierStatus.RETURNED),
    Preset("closed", lazy_gettext("Closed"), lambda: Dossier.status.in_(_CLOSED)),
    Preset("all", lazy_gettext("All")),
)


def matches(text: str) -> Any:
    """Return the condition that a dossier answers to: part of its code or of a name, a whole phone or ID number."""
    return or_(
        Dossier.code.icontains(text, autoescape=True),
        Dossier.applicant_search.contains(unaccented(text), autoescape=True),
        Dossier.applicant_phone == text,
        Dossier.applicant_id_number == text,
    )
