"""What has to leave the house: papers and mails, how far they have come, and a second try."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from flask import flash, redirect
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import or_
from sqlalchemy.orm import joinedload

from motcua.admin.domain.mail_retry import retry_mail
from motcua.admin.domain.printing import order_reprint
from motcua.admin.enums import MailState, PrintKind, PrintState
from motcua.admin.extension import current_motcua
from motcua.admin.language import gettext, lazy_gettext
from motcua.admin.models import Dossier, OutgoingMail, PrinterDevice, PrintJob, Ticket
from motcua.admin.views.base import OfficeModelView, command_target
from motcua.admin.views.datamodel import ScopedInterface
from motcua.admin.views.facets import office_facet, word_facet
from motcua.admin.views.listing import Facet, Preset
from motcua.admin.views.page import signed_in
from motcua.admin.views.people import person_name
from motcua.admin.views.wording import chip_of, day, moment, name_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

_STUCK = (PrintState.FAILED, PrintState.UNCONFIRMED)
_MAIL_STUCK = (MailState.FAILED, MailState.UNCERTAIN)
_STATE = lazy_gettext("State")
_ERROR = lazy_gettext("What went wrong")
_ATTEMPTS = lazy_gettext("Attempts")


def _printers() -> list[tuple[str, str]]:
    rows = ScopedInterface(PrinterDevice).rows().order_by(PrinterDevice.office_id, PrinterDevice.name)
    return [(str(printer.id), printer.name) for printer in rows]


class MotcuaPaperView(OfficeModelView):
    """Papers owed to people."""

    route_base = "/motcua/papers"
    class_permission_name = "MotcuaPaperView"
    datamodel = ScopedInterface(PrintJob)
    show_template = "motcua/admin/paper.html"
    exclude_route_methods = OfficeModelView.exclude_route_methods | {"add", "edit", "delete"}

    list_title = lazy_gettext("Print jobs")
    lead = lazy_gettext("Tickets and receipts on their way to the printers.")
    search_hint = lazy_gettext("Number or dossier code")
    label_columns: ClassVar[dict[str, Any]] = {
        "subject": lazy_gettext("Of"),
        "kind": lazy_gettext("Paper"),
        "copy_number": lazy_gettext("Copy number"),
        "printer": lazy_gettext("Printer"),
        "state": _STATE,
        "attempts": _ATTEMPTS,
        "created_at": lazy_gettext("Ordered at"),
        "finished_at": lazy_gettext("Ended at"),
        "requested_by": lazy_gettext("Ordered by"),
        "error": _ERROR,
    }
    search_columns: ClassVar[list[str]] = ["state"]
    list_columns: ClassVar[list[str]] = ["subject", "kind", "copy_number", "printer", "state", "created_at", "error"]
    show_columns: ClassVar[list[str]] = [
        "kind",
        "copy_number",
        "printer",
        "state",
        "attempts",
        "created_at",
        "finished_at",
        "requested_by",
        "error",
    ]
    searched = (Ticket.label, Dossier.code)
    order = (PrintJob.id.desc(),)
    sorts: ClassVar[dict[str, Any]] = {"created_at": (PrintJob.created_at, PrintJob.id)}
    presets = (
        Preset("all", lazy_gettext("All")),
        Preset("stuck", lazy_gettext("Needs a look"), lambda: PrintJob.state.in_(_STUCK)),
        Preset(
            "open", lazy_gettext("In the queue"), lambda: PrintJob.state.in_((PrintState.QUEUED, PrintState.SENDING))
        ),
    )
    facets = (
        word_facet("kind", lazy_gettext("Paper"), PrintJob.kind, PrintKind),
        Facet("printer", lazy_gettext("Printer"), _printers, lambda value: PrintJob.printer_id == int(value)),
        office_facet(PrintJob.office_id),
    )
    loads = (
        joinedload(PrintJob.printer),
        joinedload(PrintJob.ticket).joinedload(Ticket.office),
        joinedload(PrintJob.dossier).joinedload(Dossier.office),
    )
    cells: ClassVar[dict[str, Any]] = {
        "subject": lambda job: str(_subject(job)),
        "kind": lambda job: name_of(job.kind),
        "copy_number": lambda job: str(job.copy_number) if job.copy_number > 1 else "",
        "state": lambda job: chip_of(job.state),
        "created_at": lambda job: moment(job.created_at, _subject(job).office.time_zone),
        "finished_at": lambda job: moment(job.finished_at, _subject(job).office.time_zone),
    }

    def matches(self, text: str) -> Any:
        """Search what the paper is of."""
        return or_(
            PrintJob.ticket.has(Ticket.label.icontains(text, autoescape=True)),
            PrintJob.dossier.has(Dossier.code.icontains(text, autoescape=True)),
        )

    def cell(self, item: PrintJob, name: str) -> Any:
        """Return what stands in one column; who ordered it is looked up only where it is shown."""
        if name == "requested_by":
            asked_by = self.session.get(User, item.requested_by_id) if item.requested_by_id else None
            return person_name(asked_by)
        return super().cell(item, name)

    def title_of(self, item: PrintJob) -> str:
        """Return the paper and what it is of."""
        return f"{name_of(item.kind)} {_subject(item)}"

    @expose("/again/<pk>", methods=["POST"])
    @has_access
    def again(self, pk: str) -> ResponseReturnValue:
        """Order the paper once more; pressed several times it is one."""
        job = command_target(self, pk, "can_again")
        motcua = current_motcua()
        with motcua.database.write() as session:
            fresh = session.get_one(PrintJob, job.id)
            ordered = order_reprint(
                session,
                ticket=fresh.ticket,
                dossier=fresh.dossier,
                by_user_id=signed_in().id,
                now=motcua.clock(),
                printer_id=fresh.printer_id,
            )
        flash(gettext("Another paper of {label} is on its way.", label=str(_subject(job))), "success")
        return redirect(self.address("show", pk=ordered.id))


def _subject(job: PrintJob) -> Ticket | Dossier:
    subject = job.ticket or job.dossier
    if subject is None:
        msg = f"print job {job.id} is of nothing"
        raise LookupError(msg)
    return subject


class MotcuaMailView(OfficeModelView):
    """Mails to colleagues."""

    route_base = "/motcua/mails"
    class_permission_name = "MotcuaMailView"
    datamodel = ScopedInterface(OutgoingMail)
    show_template = "motcua/admin/mail.html"
    exclude_route_methods = OfficeModelView.exclude_route_methods | {"add", "edit", "delete"}

    list_title = lazy_gettext("Mails")
    lead = lazy_gettext("The daily digests of the supervisors.")
    search_hint = lazy_gettext("Name or e-mail")
    label_columns: ClassVar[dict[str, Any]] = {
        "recipient": lazy_gettext("To"),
        "email": lazy_gettext("E-mail"),
        "local_day": lazy_gettext("Day"),
        "state": _STATE,
        "item_count": lazy_gettext("Dossiers named"),
        "attempts": _ATTEMPTS,
        "created_at": lazy_gettext("Due since"),
        "sent_at": lazy_gettext("Sent at"),
        "not_before": lazy_gettext("Next attempt"),
        "missed_days": lazy_gettext("Days it makes up for"),
        "error": _ERROR,
    }
    search_columns: ClassVar[list[str]] = ["state"]
    list_columns: ClassVar[list[str]] = ["recipient", "local_day", "state", "item_count", "sent_at", "error"]
    show_columns: ClassVar[list[str]] = [
        "email",
        "local_day",
        "state",
        "item_count",
        "missed_days",
        "attempts",
        "created_at",
        "sent_at",
        "not_before",
        "error",
    ]
    order = (OutgoingMail.id.desc(),)
    sorts: ClassVar[dict[str, Any]] = {"local_day": (OutgoingMail.local_day, OutgoingMail.id)}
    presets = (
        Preset("all", lazy_gettext("All")),
        Preset("stuck", lazy_gettext("Needs a look"), lambda: OutgoingMail.state.in_(_MAIL_STUCK)),
    )
    facets = (word_facet("state", _STATE, OutgoingMail.state, MailState),)
    loads = (joinedload(OutgoingMail.recipient),)

    def cell(self, item: OutgoingMail, name: str) -> Any:
        """Return what stands in one column; times in the deployment's own zone."""
        if name in {"created_at", "sent_at", "not_before"}:
            return moment(getattr(item, name), current_motcua().settings.time_zone)
        match name:
            case "recipient":
                return person_name(item.recipient)
            case "email":
                return item.recipient.email
            case "local_day":
                return day(item.local_day)
            case "state":
                return chip_of(item.state)
            case _:
                return super().cell(item, name)

    def title_of(self, item: OutgoingMail) -> str:
        """Return whom it is for, and the day."""
        return f"{person_name(item.recipient)} · {day(item.local_day)}"

    @expose("/again/<pk>", methods=["POST"])
    @has_access
    def again(self, pk: str) -> ResponseReturnValue:
        """Put a mail that the server refused back into the line."""
        mail = command_target(self, pk, "can_again")
        with current_motcua().database.write() as session:
            is_back = retry_mail(session, mail.id)
        if is_back:
            flash(gettext("The mail will be sent again within a minute."), "success")
        else:
            flash(gettext("The mail is not in a state to be sent again."), "warning")
        return redirect(self.address("show", pk=mail.id))
