"""The figures of the start page, each within what the person may see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import url_for
from sqlalchemy import and_, func, select

from motcua.admin.clock import local_day
from motcua.admin.domain.lateness import WAITING_FOR_CITIZEN
from motcua.admin.enums import DossierStatus, MailState, PrintState, TicketState
from motcua.admin.extension import current_motcua
from motcua.admin.health import readiness
from motcua.admin.language import gettext
from motcua.admin.models import (
    CalendarYear,
    Dossier,
    OutgoingMail,
    PrinterDevice,
    PrintJob,
    Procedure,
    ProcedureVersion,
    QueueService,
    ServiceDay,
    Ticket,
)
from motcua.admin.views.datamodel import ScopedInterface
from motcua.admin.views.desk import desk_of
from motcua.admin.views.dossier_filters import is_due_soon, is_due_today, is_overdue
from motcua.admin.views.printers import printer_status

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy.orm import Query

    from motcua.admin.views.wording import Tone

_TROUBLED = ("paper_end", "cover_open", "fault", "offline", "unreachable")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that leads to the rows behind it."""

    label: str
    count: int
    url: str
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Line:
    """A service's line today."""

    name: str
    series: str
    waiting: int
    given: int


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that needs a person, and where to go."""

    text: str
    url: str
    tone: Tone = "soon"


def today() -> date:
    """Return the deployment's own day."""
    motcua = current_motcua()
    return local_day(motcua.clock(), motcua.settings.time_zone)


def _count(query: Query[Any]) -> int:
    entity: Any = query.column_descriptions[0]["entity"]
    (key,) = entity.__table__.primary_key.columns
    return int(query.with_entities(func.count(key)).scalar() or 0)


def hall() -> tuple[list[Figure], list[Line]]:
    """Return how the hall stands now, and each line."""
    of_today = and_(
        ServiceDay.office_id == QueueService.office_id,
        ServiceDay.series == QueueService.series,
        ServiceDay.day == today(),
    )
    rows = (
        ScopedInterface(QueueService)
        .rows()
        .outerjoin(ServiceDay, of_today)
        .order_by(QueueService.office_id, QueueService.position)
        .with_entities(QueueService.name_vi, QueueService.series, ServiceDay.waiting_count, ServiceDay.last_number)
        .all()
    )
    lines = [Line(name, series, waiting or 0, given or 0) for name, series, waiting, given in rows]
    states = dict(
        ScopedInterface(Ticket)
        .rows()
        .where(Ticket.service_day == today())
        .group_by(Ticket.state)
        .with_entities(Ticket.state, func.count(Ticket.id))
        .all()
    )

    def figure(label: str, count: int, **arguments: Any) -> Figure:
        return Figure(label, count, url_for("MotcuaTicketView.list", **arguments))

    at_counters = states.get(TicketState.CALLED, 0) + states.get(TicketState.SERVING, 0)
    return [
        figure(gettext("Waiting"), states.get(TicketState.WAITING, 0), state="waiting"),
        figure(gettext("At the counters"), at_counters, view="open"),
        figure(gettext("Finished today"), states.get(TicketState.FINISHED, 0), state="finished"),
        figure(gettext("Numbers given today"), sum(line.given for line in lines)),
    ], lines


def deadlines(of_person: int | None = None) -> list[Figure]:
    """Return how the promises stand: of the person's offices, or of one person's desk."""
    rows = ScopedInterface(Dossier).rows() if of_person is None else desk_of(of_person)
    rows = rows.join(Dossier.procedure_version)
    more: dict[str, Any] = {} if of_person is None else {"officer": str(of_person)}

    def figure(label: str, key: str, condition: Any, tone: Tone) -> Figure:
        count = _count(rows.where(condition))
        url = url_for("MotcuaDossierView.list", view=key, **more)
        return Figure(label, count, url, tone if count else "plain")

    return [
        figure(gettext("Overdue"), "late", is_overdue(), "late"),
        figure(gettext("Due today"), "today", is_due_today(), "soon"),
        figure(gettext("Due soon"), "soon", is_due_soon(), "soon"),
        figure(gettext("Waiting for the citizen"), "waiting", Dossier.status.in_(WAITING_FOR_CITIZEN), "plain"),
    ] + (
        [figure(gettext("Result ready"), "ready", Dossier.status == DossierStatus.DONE, "ok")]
        if of_person is None
        else []
    )


def alarms(*, may_open: Any, sees_machines: bool) -> list[Alarm]:
    """Return what needs a person, the gravest first."""
    found: list[Alarm] = []
    if sees_machines:
        found += _parts()
    if may_open("MotcuaPrinterView"):
        found += _printers()
    if may_open("MotcuaPaperView"):
        found += _papers()
    if may_open("MotcuaMailView"):
        found += _mails()
    if may_open("MotcuaProcedureView"):
        found += _procedures()
    if may_open("MotcuaYearView"):
        found += _years()
    return sorted(found, key=lambda alarm: alarm.tone != "late")


def _parts() -> list[Alarm]:
    return [
        Alarm(check.text, "", "late" if check.state == "fail" else "soon")
        for check in readiness(current_motcua())
        if check.state != "ok"
    ]


def _printers() -> list[Alarm]:
    rows: Sequence[PrinterDevice] = (
        ScopedInterface(PrinterDevice)
        .rows()
        .where(PrinterDevice.is_active.is_(True), PrinterDevice.last_status.in_(_TROUBLED))
        .all()
    )
    return [
        Alarm(f"{row.name}: {printer_status(row)}", url_for("MotcuaPrinterView.show", pk=row.id), "late")
        for row in rows
    ]


def _papers() -> list[Alarm]:
    failed = ScopedInterface(PrintJob).rows().where(PrintJob.state == PrintState.FAILED)
    newest = select(func.max(PrintJob.id)).scalar_subquery()
    count = _count(failed.where(PrintJob.id > newest - 5000))
    text = gettext("{count} papers were not printed.", count=count)
    return [Alarm(text, url_for("MotcuaPaperView.list", view="stuck"), "late")] if count else []


def _mails() -> list[Alarm]:
    count = _count(ScopedInterface(OutgoingMail).rows().where(OutgoingMail.state == MailState.FAILED))
    text = gettext("{count} mails were not sent.", count=count)
    return [Alarm(text, url_for("MotcuaMailView.list", view="stuck"), "late")] if count else []


def _procedures() -> list[Alarm]:
    newest = (
        select(func.max(ProcedureVersion.number))
        .where(ProcedureVersion.procedure_id == Procedure.id)
        .correlate(Procedure)
        .scalar_subquery()
    )
    open_notes = (
        ScopedInterface(Procedure)
        .rows()
        .join(Procedure.versions)
        .where(
            Procedure.is_active.is_(True),
            ProcedureVersion.number == newest,
            ProcedureVersion.review_note.is_not(None),
        )
    )
    count = _count(open_notes)
    text = gettext("{count} procedures wait for a decision.", count=count)
    return [Alarm(text, url_for("MotcuaProcedureView.list", view="review"))] if count else []


def _years() -> list[Alarm]:
    year = today().year
    rows: Any = ScopedInterface(CalendarYear).rows().where(CalendarYear.is_announced.is_(True))
    known = {row.year for row in rows}
    missing = [wanted for wanted in (year, year + 1) if wanted not in known]
    return [
        Alarm(
            gettext("The days off of {year} are not entered: due dates in it are provisional.", year=wanted),
            url_for("MotcuaYearView.list"),
            "late" if wanted == year else "soon",
        )
        for wanted in missing
    ]
