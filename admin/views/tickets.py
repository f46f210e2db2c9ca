"""Tickets, to look at: what was given, where it went; a second paper for who lost the first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from flask import flash, redirect
from flask_appbuilder import expose, has_access
from sqlalchemy import and_, select
from sqlalchemy.orm import joinedload

from motcua.admin.clock import local_day
from motcua.admin.domain.printing import order_reprint
from motcua.admin.enums import TicketEventKind, TicketState
from motcua.admin.extension import current_motcua
from motcua.admin.language import N_, gettext, lazy_gettext
from motcua.admin.models import Counter, PrintJob, QueueService, Ticket, TicketEvent
from motcua.admin.views.base import OfficeModelView, command_target
from motcua.admin.views.datamodel import ScopedInterface
from motcua.admin.views.facets import office_facet, word_facet
from motcua.admin.views.listing import Facet, Preset
from motcua.admin.views.page import signed_in
from motcua.admin.views.wording import chip_of, day, moment, name_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue
    from sqlalchemy import ColumnElement

_EVENTS = N_(
    {
        TicketEventKind.ISSUED: "Number given",
        TicketEventKind.CALLED: "Called",
        TicketEventKind.RECALLED: "Called again",
        TicketEventKind.STARTED: "Service began",
        TicketEventKind.HELD: "Put on hold",
        TicketEventKind.RESUMED: "Taken up again",
        TicketEventKind.TRANSFERRED: "Sent to another line",
        TicketEventKind.NO_SHOW: "Did not come",
        TicketEventKind.FINISHED: "Finished",
        TicketEventKind.CANCELLED: "Cancelled",
    }
)
_OPEN = (TicketState.WAITING, TicketState.CALLED, TicketState.SERVING, TicketState.HELD)


def _today() -> ColumnElement[bool]:
    motcua = current_motcua()
    return Ticket.service_day == local_day(motcua.clock(), motcua.settings.time_zone)


def _services() -> list[tuple[str, str]]:
    rows = ScopedInterface(QueueService).rows().order_by(QueueService.office_id, QueueService.position)
    return [(str(service.id), str(service)) for service in rows]


class MotcuaTicketView(OfficeModelView):
    """The numbers that were given."""

    route_base = "/motcua/tickets"
    class_permission_name = "MotcuaTicketView"
    datamodel = ScopedInterface(Ticket)
    show_template = "motcua/admin/ticket.html"
    exclude_route_methods = OfficeModelView.exclude_route_methods | {"add", "edit", "delete"}

    list_title = lazy_gettext("Tickets")
    lead = lazy_gettext("Numbers given at the kiosks. Calling them is the counter's work.")
    search_hint = lazy_gettext("Number, such as A012")
    label_columns: ClassVar[dict[str, Any]] = {
        "label": lazy_gettext("Number"),
        "service": lazy_gettext("Service"),
        "errand": lazy_gettext("Errand"),
        "state": lazy_gettext("State"),
        "counter": lazy_gettext("Counter"),
        "issued_at": lazy_gettext("Given at"),
        "called_at": lazy_gettext("Called at"),
        "ended_at": lazy_gettext("Ended at"),
        "service_day": lazy_gettext("Day"),
        "priority": lazy_gettext("Priority"),
        "language": lazy_gettext("Language"),
        "office": lazy_gettext("Office"),
    }
    search_columns: ClassVar[list[str]] = ["label"]
    list_columns: ClassVar[list[str]] = ["label", "service", "errand", "state", "counter", "issued_at", "called_at"]
    show_columns: ClassVar[list[str]] = [
        "service",
        "errand",
        "state",
        "counter",
        "priority",
        "language",
        "issued_at",
        "called_at",
        "ended_at",
        "service_day",
        "office",
    ]
    searched = (Ticket.label,)
    order = (Ticket.id.desc(),)
    sorts: ClassVar[dict[str, Any]] = {"label": (Ticket.label, Ticket.id), "issued_at": (Ticket.issued_at, Ticket.id)}
    presets = (
        Preset("today", lazy_gettext("Today"), _today),
        Preset("open", lazy_gettext("Still here"), lambda: and_(_today(), Ticket.state.in_(_OPEN))),
        Preset("all", lazy_gettext("All days")),
    )
    facets = (
        word_facet("state", lazy_gettext("State"), Ticket.state, TicketState),
        Facet("service", lazy_gettext("Service"), _services, lambda value: Ticket.service_id == int(value)),
        office_facet(Ticket.office_id),
    )
    loads = (joinedload(Ticket.office), joinedload(Ticket.service), joinedload(Ticket.counter))
    cells: ClassVar[dict[str, Any]] = {
        "service": lambda ticket: ticket.service.name_vi,
        "errand": lambda ticket: name_of(ticket.errand),
        "state": lambda ticket: chip_of(ticket.state),
        "counter": lambda ticket: _counter(ticket.counter),
        "priority": lambda ticket: ticket.priority or "",
        "language": lambda ticket: name_of(ticket.language),
        "issued_at": lambda ticket: moment(ticket.issued_at, ticket.office.time_zone),
        "called_at": lambda ticket: moment(ticket.called_at, ticket.office.time_zone),
        "ended_at": lambda ticket: moment(ticket.ended_at, ticket.office.time_zone),
        "service_day": lambda ticket: day(ticket.service_day),
    }

    def title_of(self, item: Ticket) -> str:
        """Return the number people read."""
        return item.label

    def events(self, item: Ticket) -> Sequence[TicketEvent]:
        """Return what happened to a ticket, in order."""
        query = select(TicketEvent).where(TicketEvent.ticket_id == item.id).order_by(TicketEvent.seq)
        return self.session.scalars(query).all()

    def event_words(self, event: TicketEvent) -> str:
        """Name what happened."""
        return gettext(_EVENTS[event.kind])

    def papers(self, item: Ticket) -> Sequence[PrintJob]:
        """Return the papers of a ticket, in order."""
        query = select(PrintJob).where(PrintJob.ticket_id == item.id).order_by(PrintJob.copy_number)
        return self.session.scalars(query).all()

    @expose("/reprint/<pk>", methods=["POST"])
    @has_access
    def reprint(self, pk: str) -> ResponseReturnValue:
        """Order another paper; pressed several times it is one."""
        ticket = command_target(self, pk, "can_reprint")
        motcua = current_motcua()
        with motcua.database.write() as session:
            order_reprint(
                session, ticket=session.get_one(Ticket, ticket.id), by_user_id=signed_in().id, now=motcua.clock()
            )
        flash(gettext("Another paper of {label} is on its way.", label=ticket.label), "success")
        return redirect(self.address("show", pk=ticket.id))


def _counter(counter: Counter | None) -> str:
    return gettext("Counter {number}", number=counter.number) if counter is not None else ""
