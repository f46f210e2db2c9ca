"""The counter's JSON for taking dossiers in: what may be asked for, when it would be due, and the dossier itself."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, ClassVar

import qrcode
import qrcode.image.svg
from flask import Response, request
from flask_appbuilder.api import expose
from flask_appbuilder.security.decorators import permission_name
from qrcode.constants import ERROR_CORRECT_Q

from motcua.admin.api.counter_bodies import moment
from motcua.admin.api.documents import (
    AT_COUNTER,
    DOSSIER_ID,
    FROM_DOSSIER,
    PROCEDURE_CODE,
    command_document,
    read_document,
)
from motcua.admin.api.officers import Officer, OfficerApi, json_answer
from motcua.admin.api.requests import query_number
from motcua.admin.api.shapes import TEXT, answer, refused
from motcua.admin.domain.applicants import Applicant, read_applicant
from motcua.admin.domain.calendar import working_calendar
from motcua.admin.domain.dossiers import Intake, ReceivedPaper, promised_date, take_in, take_in_from_ticket
from motcua.admin.domain.printing import last_paper, order_reprint
from motcua.admin.domain.procedures_in_force import procedure_in_force, procedures_in_force
from motcua.admin.domain.seats import Seen
from motcua.admin.domain.tracking import tracking_token, tracking_url
from motcua.admin.enums import DossierChannel
from motcua.admin.errors import NotFoundError
from motcua.admin.extension import current_motcua
from motcua.admin.models import Dossier
from motcua.admin.models.types import LARGEST_ID

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from motcua.admin.api.requests import Body
    from motcua.admin.domain.seats import Seat
    from motcua.admin.models import ProcedureVersion
    from motcua.admin.settings import Settings

_FIELDS = frozenset({"ticket", "version", "procedure", "applicant", "papers", "assigned_to", "channel", "note"})
_APPLICANT = frozenset({"name", "id_number", "phone", "address"})
_PAPER = frozenset({"paper", "name", "copies"})
_CHANNELS = {channel.name.lower(): channel for channel in DossierChannel}
_BODY_BYTES = 64 * 1024
_PAPERS, _COPIES, _LETTERS, _NOTE_LETTERS = 60, 99, 500, 2000
_FIRST_PROCEDURE = {
    "procedure": {"operationId": "IntakeApi.procedure", "parameters": {"code": "$response.body#/procedures/0/code"}}
}
_QR_DOCUMENT = {
    "get": {
        "parameters": [DOSSIER_ID],
        "responses": {"200": {"description": "The code.", "content": {"image/svg+xml": {"schema": TEXT}}}}
        | refused(401, 403, 404, 503),
    }
}


class IntakeApi(OfficerApi):
    """Taking dossiers in at the counter."""

    openapi_spec_methods: ClassVar[dict[str, Any]] = {
        "procedures": read_document("The procedures.", "CounterProcedures", AT_COUNTER, links=_FIRST_PROCEDURE),
        "procedure": read_document("The procedure.", "CounterProcedure", PROCEDURE_CODE, AT_COUNTER),
        "dossier": read_document("The dossier.", "CounterDossier", DOSSIER_ID, links=FROM_DOSSIER),
        "qr": _QR_DOCUMENT,
        "take_in": command_document(
            "CounterIntake",
            status_200=answer("The dossier this key was already given.", "CounterTaken", links=FROM_DOSSIER),
            status_201=answer("The new dossier, and how things stand.", "CounterTaken", links=FROM_DOSSIER),
        ),
        "reprint": command_document(
            "CounterNext",
            DOSSIER_ID,
            status_200=answer("The dossier, and how far its receipt has come.", "CounterDossier", links=FROM_DOSSIER),
        ),
    }

    @expose("/procedures", methods=["GET"])
    @permission_name("serve")
    def procedures(self) -> Response:
        """List the procedures in force today.
        ---
        get:
          description: Code, name and field of every procedure in force today; a screen searches in it by itself.
        """  # noqa: D205 - FAB reads the YAML after the rule
        officer = self.officer()
        motcua = current_motcua()
        with motcua.database.read() as session:
            seat = officer.look(session, query_number(request, "counter"), motcua.clock())
            listed = [
                {"code": version.procedure.code, "name": version.name, "field": version.procedure.field.name}
                for version in procedures_in_force(session, seat.day)
            ]
        return json_answer(200, {"procedures": listed})

    @expose("/procedures/<code>", methods=["GET"])
    @permission_name("serve")
    def procedure(self, code: str) -> Response:
        """Return a procedure with its papers, and when a dossier taken in now would be due.
        ---
        get:
          description: Papers, fee and time as published, and the due date a dossier taken in now would get.
        """  # noqa: D205
        officer = self.officer()
        motcua = current_motcua()
        now = motcua.clock()
        with motcua.database.read() as session:
            seat = officer.look(session, query_number(request, "counter"), now)
            version = procedure_in_force(session, code, seat.day)
            due = promised_date(working_calendar(session, seat.office), seat.office, version, now)
            return json_answer(
                200,
                _procedure_body(version)
                | {"due_at": moment(due.at), "due_is_provisional": due.is_provisional, "now": now.isoformat()},
            )

    @expose("/dossiers", methods=["POST"])
    @permission_name("serve")
    def take_in(self) -> Response:
        """Take a dossier in.
        ---
        post:
          description: >-
            Take a dossier in from the visitor at the counter, or, with the channel `online` or `postal`, one
            without a visitor. Its receipt is printed at the counter's printer. 201 for a new dossier, 200 for the
            one this key was already given.
        """  # noqa: D205
        motcua = current_motcua()
        qr_key = motcua.settings.qr_key

        def read(body: Body, key: str) -> Callable[[Session, Seat], dict[str, Any]]:
            intake, seen = _intake(body, key), _seen(body)

            def act(session: Session, seat: Seat) -> dict[str, Any]:
                calendar = working_calendar(session, seat.office)
                if intake.channel == DossierChannel.IN_PERSON:
                    dossier = take_in_from_ticket(session, seat, intake, calendar=calendar, qr_key=qr_key, seen=seen)
                else:
                    dossier = take_in(
                        session,
                        seat.office,
                        intake,
                        received_by_id=seat.officer_id,
                        printer_id=seat.counter.printer_id,
                        calendar=calendar,
                        qr_key=qr_key,
                        now=seat.now,
                    )
                return {"dossier": dossier.id}

            return act

        done = self.command("dossiers", _FIELDS, read, limit=_BODY_BYTES)
        with motcua.database.read() as session:
            dossier = session.get_one(Dossier, done.answered.body["dossier"])
            body = {"dossier": _dossier_body(session, dossier, motcua.settings)}
        return json_answer(200 if done.answered.is_repeat else 201, body | {"state": done.place.state()})

    @expose("/dossiers/<int:dossier_id>", methods=["GET"])
    @permission_name("serve")
    def dossier(self, dossier_id: int) -> Response:
        """Return what the officer tells the applicant, and how the receipt is coming along.
        ---
        get:
          description: Code, due date, tracking address, and how far the receipt has come. Nothing about the person.
        """  # noqa: D205
        officer = self.officer()
        motcua = current_motcua()
        with motcua.database.read() as session:
            dossier = _find(session, officer, dossier_id)
            return json_answer(200, {"dossier": _dossier_body(session, dossier, motcua.settings)})

    @expose("/dossiers/<int:dossier_id>/qr.svg", methods=["GET"])
    @permission_name("serve")
    def qr(self, dossier_id: int) -> Response:
        """Return the tracking address as a QR code.
        ---
        get:
          description: The QR code of the receipt, for the applicant's phone.
        """  # noqa: D205
        officer = self.officer()
        motcua = current_motcua()
        with motcua.database.read() as session:
            address = _address(_find(session, officer, dossier_id), motcua.settings)
        image = qrcode.make(address, image_factory=qrcode.image.svg.SvgPathImage, error_correction=ERROR_CORRECT_Q)
        drawn = io.BytesIO()
        image.save(drawn)
        answer = Response(drawn.getvalue(), content_type="image/svg+xml")
        answer.headers["Cache-Control"] = "private, no-store"
        return answer

    @expose("/dossiers/<int:dossier_id>/reprint", methods=["POST"])
    @permission_name("serve")
    def reprint(self, dossier_id: int) -> Response:
        """Print the receipt again.
        ---
        post:
          description: Print the receipt again at the counter's printer, marked as a copy.
        """  # noqa: D205

        def read(_body: Body, _key: str) -> Callable[[Session, Seat], dict[str, Any]]:
            def act(session: Session, seat: Seat) -> dict[str, Any]:
                dossier = _row(session, dossier_id)
                if dossier is None or dossier.office_id != seat.office.id:
                    raise NotFoundError
                order_reprint(
                    session,
                    dossier=dossier,
                    by_user_id=seat.officer_id,
                    now=seat.now,
                    printer_id=seat.counter.printer_id,
                )
                return {"dossier": dossier.id}

            return act

        motcua = current_motcua()
        self.command(f"reprint {dossier_id}", frozenset(), read)
        with motcua.database.read() as session:
            dossier = session.get_one(Dossier, dossier_id)
            return json_answer(200, {"dossier": _dossier_body(session, dossier, motcua.settings)})


def _row(session: Session, dossier_id: int) -> Dossier | None:
    return session.get(Dossier, dossier_id) if dossier_id <= LARGEST_ID else None


def _find(session: Session, officer: Officer, dossier_id: int) -> Dossier:
    dossier = _row(session, dossier_id)
    if dossier is None or (officer.offices is not None and dossier.office_id not in officer.offices):
        raise NotFoundError
    return dossier


def _seen(body: Body) -> Seen | None:
    ticket_id = body.optional_id("ticket")
    return Seen(ticket_id, body.optional_id("version")) if ticket_id else None


def _intake(body: Body, key: str) -> Intake:
    return Intake(
        procedure=body.code("procedure"),
        applicant=_applicant(body.object("applicant", _APPLICANT)),
        papers=tuple(_paper(paper) for paper in body.objects("papers", _PAPER, most=_PAPERS)),
        assigned_to_id=body.optional_id("assigned_to"),
        channel=body.word("channel", _CHANNELS, "in_person"),
        note=body.text("note", most=_NOTE_LETTERS),
        key=key,
    )


def _applicant(body: Body) -> Applicant:
    fields = {name: body.text(name, most=_LETTERS) for name in sorted(_APPLICANT)}
    return read_applicant(**fields)


def _paper(body: Body) -> ReceivedPaper:
    copies = body.number("copies", low=1, high=_COPIES) if "copies" in body.values else 1
    paper_id, name = body.optional_id("paper"), body.text("name", most=_LETTERS)
    if (paper_id is None) == (not name):
        raise body.refuse("name")
    return ReceivedPaper(name=name, copies=copies, paper_id=paper_id)


def _procedure_body(version: ProcedureVersion) -> dict[str, Any]:
    return {
        "code": version.procedure.code,
        "name": version.name,
        "field": version.procedure.field.name,
        "time": version.time_as_published,
        "fee": version.fee_as_published,
        "needs_review": not version.is_verified,
        "papers": [
            {
                "id": paper.id,
                "name": paper.name,
                "is_conditional": paper.is_conditional,
                "is_shown_only": paper.is_shown_only,
            }
            for paper in version.papers
        ],
    }


def _dossier_body(session: Session, dossier: Dossier, settings: Settings) -> dict[str, Any]:
    """Return what is said to the applicant; the applicant's own data stay in the record."""
    receipt = last_paper(session, dossier)
    return {
        "id": dossier.id,
        "code": dossier.code,
        "procedure": dossier.procedure_version.name,
        "status": dossier.status.name.lower(),
        "received_at": dossier.received_at.isoformat(),
        "due_at": moment(dossier.due_at),
        "due_is_provisional": dossier.due_is_provisional,
        "tracking_url": _address(dossier, settings),
        "print": {
            "state": receipt.state.value if receipt else "none",
            "copy": receipt.copy_number if receipt else 0,
        },
    }


def _address(dossier: Dossier, settings: Settings) -> str:
    return tracking_url(settings.public_url, tracking_token(settings.qr_key, dossier.public_id, dossier.token_version))
