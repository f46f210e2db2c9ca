"""The list of dossiers as a file, Excel or CSV: what the screen shows, all pages of it, and no more about a person.

The columns carry what the progress ledger (sổ theo dõi hồ sơ) is kept for.
Identity numbers, addresses and notes stay on the dossier's own page. A name
and a telephone number are given to those who may open that page.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from flask import current_app, send_file
from flask_appbuilder import expose, has_access, permission_name
from sqlalchemy import func
from sqlalchemy.orm import joinedload, selectinload

from motcua.admin.audited_requests import note
from motcua.admin.domain.sheet_files import write_csv, write_xlsx
from motcua.admin.enums import AuditAction, DossierStatus
from motcua.admin.errors import ListTooLongError
from motcua.admin.extension import current_motcua
from motcua.admin.language import lazy_gettext
from motcua.admin.models import Dossier, DossierEvent, Office, ProcedureVersion
from motcua.admin.views.base import OfficeModelView
from motcua.admin.views.datamodel import ScopedInterface
from motcua.admin.views.dossier_lights import lights_of
from motcua.admin.views.dossier_words import days_words, light_chip
from motcua.admin.views.listing import narrowed, read_asked
from motcua.admin.views.page import signed_in
from motcua.admin.views.people import person_name
from motcua.admin.views.wording import name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import IO

    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Query

    from motcua.admin.domain.lights import Light
    from motcua.admin.views.listing import Asked

#: As many as the import takes.
MAX_ROWS = 100_000
_AT_ONCE = 1000
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CSV = "text/csv; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file."""

    heading: Any
    write: Callable[[Dossier, Light], str]
    is_about_people: bool = False


_COLUMNS = (
    Column(lazy_gettext("Dossier code"), lambda dossier, _: dossier.code),
    Column(lazy_gettext("Procedure code"), lambda dossier, _: dossier.procedure_version.procedure.code),
    Column(lazy_gettext("Procedure name"), lambda dossier, _: dossier.procedure_version.name),
    Column(lazy_gettext("Applicant"), lambda dossier, _: dossier.applicant_name, is_about_people=True),
    Column(lazy_gettext("Phone"), lambda dossier, _: dossier.applicant_phone or "", is_about_people=True),
    Column(lazy_gettext("Status"), lambda dossier, _: name_of(dossier.status)),
    Column(lazy_gettext("Taken in at"), lambda dossier, _: _moment(dossier.received_at, dossier)),
    Column(lazy_gettext("Due date"), lambda dossier, _: _moment(dossier.due_at, dossier)),
    Column(lazy_gettext("Processed at"), lambda dossier, _: _moment(dossier.finished_at, dossier)),
    Column(lazy_gettext("Handed over at"), lambda dossier, _: _moment(dossier.returned_at, dossier)),
    Column(lazy_gettext("On time or late"), lambda _, light: _lateness(light)),
    Column(lazy_gettext("On the desk of"), lambda dossier, _: person_name(dossier.assigned_to)),
    Column(lazy_gettext("Office"), lambda dossier, _: dossier.office.name),
)


# Of the history only what the light asks for: whole histories would be most of the work.
_LOADS = (
    joinedload(Dossier.office),
    joinedload(Dossier.procedure_version).joinedload(ProcedureVersion.procedure),
    joinedload(Dossier.assigned_to),
    selectinload(Dossier.events.and_(DossierEvent.to_status == DossierStatus.SUPPLEMENT)),
)


class DossierExport(OfficeModelView):
    """The addresses of the files, beside the list."""

    @expose("/export.xlsx")
    @has_access
    @permission_name("export")
    def export_xlsx(self) -> ResponseReturnValue:
        """Send the list as an Excel file."""
        return self._sent("xlsx", _XLSX, write_xlsx)

    @expose("/export.csv")
    @has_access
    @permission_name("export")
    def export_csv(self) -> ResponseReturnValue:
        """Send the list as a CSV file, for other programs."""
        return self._sent("csv", _CSV, write_csv)

    def _sent(
        self, ending: str, kind: str, write: Callable[[IO[bytes], Iterable[Sequence[str]]], None]
    ) -> ResponseReturnValue:
        asked = read_asked(self.presets, self.facets, self.sorts)
        query, _ = narrowed(self.query(), asked, self.facets, matches=self.matches)
        count = query.with_entities(func.count(Dossier.id)).scalar() or 0
        if count > MAX_ROWS:
            raise ListTooLongError(count=count, limit=MAX_ROWS)
        # Complete before the first byte is sent: a fault gives a page that says so, and not half a list.
        # 100,000 rows are about 20 MB; the dossiers behind them, which are more, come and go in chunks.
        file = io.BytesIO()
        write(file, self._rows(query.order_by(*self.order_of(asked))))
        file.seek(0)
        record_export(count=count, ending=ending)
        answer = send_file(file, kind, as_attachment=True, download_name=f"{self._file_name(asked)}.{ending}")
        answer.headers["Cache-Control"] = "no-store"
        return answer

    def _rows(self, query: Query[Any]) -> Iterator[Sequence[str]]:
        """Return the heading and the rows, of which few are held at a time."""
        opens = self.may("can_show")
        columns = [column for column in _COLUMNS if opens or not column.is_about_people]
        yield [str(column.heading) for column in columns]
        dossiers = iter(query.options(*_LOADS).yield_per(_AT_ONCE))
        while chunk := list(islice(dossiers, _AT_ONCE)):
            lights = lights_of(self.session, chunk)
            for dossier in chunk:
                yield [column.write(dossier, lights[dossier.id]) for column in columns]

    def _file_name(self, asked: Asked) -> str:
        """Name the office that was chosen, or the highest the person sees, and the day."""
        offices = ScopedInterface(Office).rows().order_by(Office.level, Office.id)
        if chosen := asked.facets.get("office"):
            offices = offices.where(Office.id == int(chosen))
        office = offices.first()
        motcua = current_motcua()
        today = motcua.clock().astimezone(ZoneInfo(motcua.settings.time_zone)).date()
        return "-".join(filter(None, ("ho-so", office.code if office else "", today.isoformat())))


def record_export(*, count: int, ending: str) -> None:
    """Note that a list left the house: whose hands, how many rows; not what was searched for, which may be a name."""
    person = signed_in()
    details = {"rows": count, "format": ending}
    note(AuditAction.DOSSIERS_EXPORTED, "list", person_id=person.id, details=details)
    current_app.logger.info("exported %s dossiers as %s for user %s", count, ending, person.id)


def _lateness(light: Light) -> str:
    return " · ".join(filter(None, (light_chip(light).word, days_words(light))))


def _moment(value: datetime | None, dossier: Dossier) -> str:
    """Write an instant as the import reads it; the day comes first, so that a column sorts by days."""
    return value.astimezone(ZoneInfo(dossier.office.time_zone)).strftime("%d/%m/%Y %H:%M") if value else ""
