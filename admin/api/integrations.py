"""The JSON for programs of other houses: push a dossier, read how it stands, say what came of it.

Only with a key of a connected system, and only for its own office; neither a
cookie nor a person's token opens these addresses. Each command runs in one
transaction through the rules that the counter and the screens use, and stands
in the dossier's history under the system's name.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from flask import Response, request
from flask_appbuilder.api import expose
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from motcua.admin.api.base import JsonApi
from motcua.admin.api.counter_bodies import moment
from motcua.admin.api.integration_documents import (
    ATTACH_DOCUMENT,
    LIST_DOCUMENT,
    PUSH_DOCUMENT,
    READ_DOCUMENT,
    add_integration_parts,
)
from motcua.admin.api.officers import json_answer
from motcua.admin.api.requests import Body, query_number, read_body, read_key
from motcua.admin.api.systems import System, asking_system
from motcua.admin.domain.applicants import read_applicant
from motcua.admin.domain.calendar import working_calendar
from motcua.admin.domain.dossier_feed import changed_dossiers
from motcua.admin.domain.dossiers import Intake, ReceivedPaper, take_in
from motcua.admin.domain.following import is_overdue
from motcua.admin.domain.receipts import Answered, Command, answer_once
from motcua.admin.domain.tracking import tracking_token, tracking_url
from motcua.admin.domain.workflow import change_status, next_statuses
from motcua.admin.enums import DossierChannel, DossierStatus, IntegrationScope
from motcua.admin.errors import ConflictError, NotFoundError
from motcua.admin.extension import current_motcua
from motcua.admin.models import Dossier, Office, ProcedureVersion

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from motcua.admin.extension import Motcua

    Act = Callable[[Session, Office], Dossier]

_PUSHED = frozenset({"procedure", "applicant", "papers", "channel", "note"})
_ATTACHED = frozenset({"state", "version", "text"})
_APPLICANT = frozenset({"name", "id_number", "phone", "address"})
_PAPER = frozenset({"name", "copies"})
#: Whoever stands at a counter is served by a person.
_CHANNELS = {channel.name.lower(): channel for channel in (DossierChannel.ONLINE, DossierChannel.POSTAL)}
#: What another house may say of its work; taking back and handing over is for people.
_STATES = {
    status.name.lower(): status
    for status in (DossierStatus.PROCESSING, DossierStatus.SUPPLEMENT, DossierStatus.STOPPED, DossierStatus.DONE)
}
_PUSH_BYTES, _ATTACH_BYTES = 64 * 1024, 32 * 1024
_PAPERS, _COPIES, _LETTERS, _TEXT_LETTERS, _CODE_LETTERS = 60, 99, 500, 2000, 60
_PAGE = 100
_SLACK = timedelta(seconds=10)


class IntegrationApi(JsonApi):
    """Four addresses for connected systems."""

    resource_name = "motcua"
    openapi_spec_tag = "Connected systems"
    openapi_scheme = "system"
    openapi_spec_methods: ClassVar[dict[str, Any]] = {
        "push": PUSH_DOCUMENT,
        "changes": LIST_DOCUMENT,
        "dossier": READ_DOCUMENT,
        "attach": ATTACH_DOCUMENT,
    }

    def add_apispec_components(self, api_spec: Any) -> None:
        """Add what the descriptions of these addresses share."""
        super().add_apispec_components(api_spec)
        add_integration_parts(api_spec)

    @expose("/dossiers", methods=["POST"])
    def push(self) -> Response:
        """Take a dossier in that another house has received.
        ---
        post:
          description: >-
            Hand a dossier over. It is taken in now: the answer has its code and due date. 201 for a new dossier,
            200 for the one this key was already given. No receipt is printed; `tracking_url` is for the applicant.
        """  # noqa: D205 - FAB reads the YAML after the rule
        system = asking_system(IntegrationScope.PUSH)
        key, body = read_key(request), read_body(request, _PUSHED, limit=_PUSH_BYTES)
        intake, motcua, now = _intake(body, key), current_motcua(), current_motcua().clock()

        def act(session: Session, office: Office) -> Dossier:
            return take_in(
                session,
                office,
                intake,
                received_by_id=system.user_id,
                printer_id=None,
                owes_receipt=False,
                calendar=working_calendar(session, office),
                qr_key=motcua.settings.qr_key,
                now=now,
            )

        answered = _command(motcua, system, Command(system.user_id, key, "push", body.values), act, now=now)
        return _answer(motcua, answered.body["dossier"], 200 if answered.is_repeat else 201)

    @expose("/dossiers", methods=["GET"])
    def changes(self) -> Response:
        """List the dossiers that changed since the last time.
        ---
        get:
          description: >-
            The office's dossiers that changed after `after`, as they are now, each once a page. Keep `next` and send
            it as `after` the next time; while `more` is true, go on at once. Starts at the beginning without `after`.
            A change is listed within a minute of being made; none is left out.
        """  # noqa: D205
        system = asking_system(IntegrationScope.READ)
        after, limit = (
            query_number(request, "after", low=0, default=0),
            query_number(request, "limit", high=_PAGE, default=_PAGE),
        )
        motcua = current_motcua()
        now = motcua.clock()
        with motcua.database.read() as session:
            page = changed_dossiers(
                session, system.office_id, after=after, limit=limit, settled_at=_settled_at(motcua, now)
            )
            dossiers = [_body(dossier, motcua, now) for dossier in page.dossiers]
        return json_answer(200, {"dossiers": dossiers, "next": page.next, "more": page.has_more})

    @expose("/dossiers/<code>", methods=["GET"])
    def dossier(self, code: str) -> Response:
        """Say how a dossier stands.
        ---
        get:
          description: State, due date, and whether it is overdue. Nothing about the person.
        """  # noqa: D205
        system = asking_system(IntegrationScope.READ)
        motcua = current_motcua()
        with motcua.database.read() as session:
            return json_answer(200, _body(_find(session, system, code), motcua, motcua.clock()))

    @expose("/dossiers/<code>/result", methods=["POST"])
    def attach(self, code: str) -> Response:
        """Say what came of a dossier.
        ---
        post:
          description: >-
            Say how far the work on a dossier has come: `processing` when it begins, `supplement` when papers are
            missing, `done` with the number of the result, `stopped` when there will be none. The text stands in the
            dossier's history. Only what the dossier's `next_states` name is possible.
        """  # noqa: D205
        system = asking_system(IntegrationScope.ATTACH)
        key, body = read_key(request), read_body(request, _ATTACHED, limit=_ATTACH_BYTES)
        status: DossierStatus = body.word("state", _STATES, "")
        version, text = body.id("version"), body.text("text", most=_TEXT_LETTERS)
        if not text and status != DossierStatus.PROCESSING:
            raise body.refuse("text")
        motcua = current_motcua()
        now = motcua.clock()

        def act(session: Session, office: Office) -> Dossier:
            dossier = _find(session, system, code)
            change_status(
                session,
                dossier,
                status,
                actor_id=system.user_id,
                now=now,
                calendar=working_calendar(session, office),
                version=version,
                reason=text,
            )
            return dossier

        name = f"result of {code}"
        try:
            answered = _command(motcua, system, Command(system.user_id, key, name, body.values), act, now=now)
        except ConflictError as refusal:
            with motcua.database.read() as session:
                refusal.fresh = _body(_find(session, system, code), motcua, now)
            raise
        return _answer(motcua, answered.body["dossier"], 200)


def _command(motcua: Motcua, system: System, command: Command, act: Act, *, now: datetime) -> Answered:
    """Run one command of a system in a transaction of its own, once for its key."""
    with motcua.database.write() as session:
        office = session.get_one(Office, system.office_id)
        return answer_once(session, command, lambda: {"dossier": act(session, office).id}, now=now)


def _answer(motcua: Motcua, dossier_id: int, status: int) -> Response:
    with motcua.database.read() as session:
        dossier = session.get_one(Dossier, dossier_id)
        return json_answer(status, _body(dossier, motcua, motcua.clock()))


def _find(session: Session, system: System, code: str) -> Dossier:
    """Return a dossier of the system's office. Raises NotFoundError, also for one of another office."""
    wanted = (
        select(Dossier)
        .where(Dossier.code == code, Dossier.office_id == system.office_id)
        .options(joinedload(Dossier.procedure_version).joinedload(ProcedureVersion.procedure))
    )
    is_code = len(code) <= _CODE_LETTERS and code.isprintable()
    dossier = session.scalar(wanted) if is_code else None
    if dossier is None:
        raise NotFoundError
    return dossier


def _settled_at(motcua: Motcua, now: datetime) -> datetime | None:
    """Return until when every change is there to be read; SQLite's are written one after the other."""
    if motcua.database.is_sqlite:
        return None
    # A command waits twice at most: for the row it changes, and for the number of a code.
    return now - 2 * timedelta(seconds=motcua.settings.write_patience_seconds) - _SLACK


def _intake(body: Body, key: str) -> Intake:
    applicant = body.object("applicant", _APPLICANT)
    fields = {name: applicant.text(name, most=_LETTERS) for name in sorted(_APPLICANT)}
    return Intake(
        procedure=body.code("procedure"),
        applicant=read_applicant(**fields),
        papers=tuple(_paper(paper) for paper in body.objects("papers", _PAPER, most=_PAPERS)),
        channel=body.word("channel", _CHANNELS, "online"),
        note=body.text("note", most=_TEXT_LETTERS),
        key=key,
    )


def _paper(body: Body) -> ReceivedPaper:
    name = body.text("name", most=_LETTERS)
    if not name:
        raise body.refuse("name")
    return ReceivedPaper(name=name, copies=body.number("copies", low=1, high=_COPIES) if "copies" in body.values else 1)


def _body(dossier: Dossier, motcua: Motcua, now: datetime) -> dict[str, Any]:
    """Return what a system may know of a dossier; the applicant's data stay in the record."""
    settings = motcua.settings
    token = tracking_token(settings.qr_key, dossier.public_id, dossier.token_version)
    version = dossier.procedure_version
    return {
        "code": dossier.code,
        "procedure": {"code": version.procedure.code, "name": version.name},
        "channel": dossier.channel.name.lower(),
        "state": dossier.status.name.lower(),
        "next_states": sorted(status.name.lower() for status in next_statuses(dossier)),
        "version": dossier.version,
        "received_at": moment(dossier.received_at),
        "due_at": moment(dossier.due_at),
        "due_is_provisional": dossier.due_is_provisional,
        "overdue": is_overdue(dossier, now),
        "finished_at": moment(dossier.finished_at),
        "returned_at": moment(dossier.returned_at),
        "tracking_url": tracking_url(settings.public_url, token),
    }
