"""Dossiers: found by code or name, with their light, their history, and what may be done next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from flask import g, redirect
from flask_appbuilder import expose, has_access, permission_name
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from motcua.admin.audited_requests import note
from motcua.admin.domain.dossier_details import TOLD
from motcua.admin.domain.text import clean_line
from motcua.admin.enums import AuditAction, DossierStatus, StaffRole
from motcua.admin.errors import NotFoundError
from motcua.admin.language import lazy_gettext
from motcua.admin.models import Dossier, PrintJob, Procedure, StaffMember
from motcua.admin.views import dossier_words
from motcua.admin.views.base import OfficeModelView
from motcua.admin.views.datamodel import ScopedInterface
from motcua.admin.views.dossier_commands import DossierCommands
from motcua.admin.views.dossier_export import DossierExport
from motcua.admin.views.dossier_filters import PRESETS, matches
from motcua.admin.views.dossier_lights import lights_of
from motcua.admin.views.facets import office_facet, word_facet
from motcua.admin.views.listing import Facet
from motcua.admin.views.people import person_name
from motcua.admin.views.wording import chip_of, clamped, moment, name_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue
    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Query

    from motcua.admin.domain.lights import Light

_NOBODY = "0"


def _officers() -> list[tuple[str, str]]:
    rows = (
        ScopedInterface(StaffMember)
        .rows()
        .where(StaffMember.is_active.is_(True), StaffMember.role.in_((StaffRole.CASE_OFFICER, StaffRole.SUPERVISOR)))
        .options(joinedload(StaffMember.user))
        .order_by(StaffMember.id)
    )
    people = {str(place.user_id): person_name(place.user) for place in rows}
    return [(_NOBODY, str(lazy_gettext("Nobody yet"))), *people.items()]


def _on_desk_of(value: str) -> ColumnElement[bool]:
    return Dossier.assigned_to_id.is_(None) if value == _NOBODY else Dossier.assigned_to_id == int(value)


class MotcuaDossierView(DossierCommands, DossierExport):
    """The dossiers of the person's offices."""

    route_base = "/motcua/dossiers"
    class_permission_name = "MotcuaDossierView"
    datamodel = ScopedInterface(Dossier)
    list_template = "motcua/admin/dossiers.html"
    show_template = "motcua/admin/dossier.html"
    exclude_route_methods = OfficeModelView.exclude_route_methods | {"add", "edit", "delete"}

    list_title = lazy_gettext("Dossiers")
    search_hint = lazy_gettext("Code, name with or without signs, phone")
    label_columns: ClassVar[dict[str, Any]] = {
        "code": lazy_gettext("Code"),
        "procedure": lazy_gettext("Procedure name"),
        "applicant": lazy_gettext("Applicant"),
        "status": lazy_gettext("Status"),
        "due": lazy_gettext("Due date"),
        "officer": lazy_gettext("On the desk of"),
        "received_at": lazy_gettext("Taken in at"),
        "office": lazy_gettext("Office"),
    }
    search_columns: ClassVar[list[str]] = ["code"]
    list_columns: ClassVar[list[str]] = ["code", "due", "procedure", "applicant", "status", "officer"]
    show_columns: ClassVar[list[str]] = ["code"]
    searched = (Dossier.code, Dossier.applicant_search)
    order = (Dossier.due_at.is_(None), Dossier.due_at, Dossier.id)
    sorts: ClassVar[dict[str, Any]] = {
        "code": (Dossier.code,),
        "due": order,
        "applicant": (Dossier.applicant_search, Dossier.id),
        "status": (Dossier.status, Dossier.id),
    }
    presets = PRESETS
    facets = (
        word_facet("status", lazy_gettext("Status"), Dossier.status, DossierStatus),
        Facet("officer", lazy_gettext("On the desk of"), _officers, _on_desk_of),
        office_facet(Dossier.office_id),
    )
    loads = (
        joinedload(Dossier.office),
        joinedload(Dossier.procedure_version),
        joinedload(Dossier.assigned_to),
        selectinload(Dossier.events),
    )
    cells: ClassVar[dict[str, Any]] = {
        "due": lambda dossier: dossier_words.due_cell(dossier, _light(dossier)),
        "procedure": lambda dossier: clamped(dossier.procedure_version.name),
        "applicant": lambda dossier: dossier.applicant_name,
        "status": lambda dossier: chip_of(dossier.status),
        "officer": lambda dossier: person_name(dossier.assigned_to),
    }

    def query(self) -> Query[Any]:
        """Return the dossiers with their procedures: lateness is asked of both."""
        return self.datamodel.rows().join(Dossier.procedure_version)

    def matches(self, text: str) -> ColumnElement[bool]:
        """Search code, name, phone and ID number."""
        condition: ColumnElement[bool] = matches(text)
        return condition

    def list_context(self, rows: Sequence[Dossier]) -> dict[str, Any]:
        """Work the lights out for the whole page at once."""
        g.motcua_lights = lights_of(self.session, rows)
        return {}

    def title_of(self, item: Dossier) -> str:
        """Return the dossier's code."""
        return item.code

    @expose("/by-code/<code>")
    @has_access
    @permission_name("show")
    def by_code(self, code: str) -> ResponseReturnValue:
        """Lead from a code, as it stands in mails and on receipts, to the dossier."""
        wanted = clean_line(code).upper()
        dossier = self.datamodel.rows().where(Dossier.code.in_((wanted, clean_line(code)))).one_or_none()
        if dossier is None:
            raise NotFoundError
        return redirect(self.address("show", pk=dossier.id))

    @expose("/show/<pk>")
    @has_access
    def show(self, pk: str) -> ResponseReturnValue:
        """Show a dossier with its history and what may be done next."""
        dossier = self.wanted(pk)
        facts = {"object_id": dossier.id, "code": dossier.code, "office_id": dossier.office_id}
        note(AuditAction.DOSSIER_READ, "dossier", **facts)
        return self.page(dossier)

    def page(self, item: Dossier, *, error: str = "", status: int = 200) -> ResponseReturnValue:
        """Return a dossier's page, with what stood in the way of the last command."""
        light = lights_of(self.session, [item])[item.id]
        procedure = self.session.get(Procedure, item.procedure_version.procedure_id)
        zone = item.office.time_zone
        people = self._people(item)
        page = self.render_template(
            self.show_template,
            title=item.code,
            item=item,
            error=error,
            light=dossier_words.light_chip(light),
            days=dossier_words.days_words(light),
            procedure=procedure,
            zone=zone,
            person=lambda user_id: person_name(people.get(user_id)),
            due_words=moment(item.due_at, zone),
            headline=dossier_words.event_headline,
            due_change=lambda event: dossier_words.due_change(event, zone),
            receipts=self._receipts(item),
            facts=self._facts(item),
            told=TOLD,
            **self.choices(item),
        )
        return page, status

    def _people(self, item: Dossier) -> dict[int, User]:
        ids = {event.actor_id for event in item.events} | {item.received_by_id, item.assigned_to_id}
        known = {number for number in ids if number is not None}
        return {user.id: user for user in self.session.scalars(select(User).where(User.id.in_(known)))}

    def _receipts(self, item: Dossier) -> Sequence[PrintJob]:
        query = select(PrintJob).where(PrintJob.dossier_id == item.id).order_by(PrintJob.copy_number)
        return self.session.scalars(query).all()

    def _facts(self, item: Dossier) -> list[tuple[Any, str]]:
        zone = item.office.time_zone
        facts = [
            (lazy_gettext("Applicant"), item.applicant_name),
            (lazy_gettext("ID number"), item.applicant_id_number or ""),
            (lazy_gettext("Phone"), item.applicant_phone or ""),
            (lazy_gettext("Address"), item.applicant_address or ""),
            (lazy_gettext("Taken in at"), moment(item.received_at, zone)),
            (lazy_gettext("First promised for"), moment(item.original_due_at, zone)),
            (lazy_gettext("Way in"), name_of(item.channel)),
            (lazy_gettext("Ticket"), str(item.ticket) if item.ticket else ""),
            (lazy_gettext("Processed at"), moment(item.finished_at, zone)),
            (lazy_gettext("Handed over at"), moment(item.returned_at, zone)),
            (lazy_gettext("Apologised at"), moment(item.apology_at, zone)),
            (lazy_gettext("Office"), item.office.name),
        ]
        return [(label, value) for label, value in facts if value]


def _light(dossier: Dossier) -> Light:
    light: Light = g.motcua_lights[dossier.id]
    return light
