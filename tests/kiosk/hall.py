"""Tickets, dossiers and their events, as the rules would leave them, for screens to show."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from motcua.admin.database import Database
from motcua.admin.domain.ticket_log import record
from motcua.admin.domain.tracking import token_digest, tracking_token
from motcua.admin.enums import DossierStatus, Errand, Language, TicketEventKind, TicketState
from motcua.admin.models import Dossier, DossierEvent, Ticket
from motcua.admin.settings import read_settings
from tests.town import NINE, WEDNESDAY, Town

if TYPE_CHECKING:
    from flask_appbuilder.security.sqla.models import User
    from sqlalchemy.orm import Session

    from motcua.admin.models import Counter, QueueService

KEY = read_settings({"SECRET_KEY": "a secret that is long enough for a test"}).qr_key


@dataclass
class TokenTicket:
    """A ticket and the token on its paper."""

    ticket: Ticket
    token: str


@dataclass
class TokenDossier:
    """A dossier and the token on its receipt."""

    dossier: Dossier
    token: str


def add_ticket(
    session: Session,
    town: Town,
    number: int,
    *,
    service: QueueService | None = None,
    at: datetime = NINE,
    **fields: Any,
) -> TokenTicket:
    """Add a waiting ticket with its first event."""
    service = service or town.civil
    public_id = fields.pop("public_id", uuid.uuid4().hex)
    token = tracking_token(KEY, public_id, 1)
    ticket = Ticket(
        office_id=town.office.id,
        service=service,
        series=service.series,
        service_day=WEDNESDAY,
        number=number,
        label=f"{service.series}{number:03}",
        errand=Errand.SUBMIT,
        language=Language.VI,
        state=TicketState.WAITING,
        queued_seq=number,
        issued_at=at,
        ahead_at_issue=number - 1,
        wait_at_issue=0,
        idempotency_key=uuid.uuid4().hex,
        request_digest="-",
        public_id=public_id,
        token_digest=token_digest(token),
    )
    for name, value in fields.items():
        setattr(ticket, name, value)
    session.add(ticket)
    session.flush()
    record(session, ticket, TicketEventKind.ISSUED, from_state=None, at=at)
    session.commit()
    return TokenTicket(ticket, token)


def call(
    session: Session,
    ticket: Ticket,
    counter: Counter,
    *,
    at: datetime = NINE,
    kind: TicketEventKind = TicketEventKind.CALLED,
) -> int:
    """Call a ticket to a counter, as the rule would; return the event's number."""
    before = ticket.state
    ticket.state = TicketState.CALLED
    ticket.counter = counter
    ticket.called_at = at
    session.flush()
    seq = record(session, ticket, kind, from_state=before, at=at, counter=counter)
    session.commit()
    return seq


def finish(session: Session, ticket: Ticket, *, at: datetime = NINE) -> int:
    """End a visit; return the event's number."""
    before = ticket.state
    ticket.state = TicketState.FINISHED
    ticket.ended_at = at
    session.flush()
    seq = record(session, ticket, TicketEventKind.FINISHED, from_state=before, at=at, counter=ticket.counter)
    session.commit()
    return seq


def add_dossier(session: Session, town: Town, ticket: Ticket | None, **fields: Any) -> TokenDossier:
    """Add a dossier of somebody with a name, a number, a telephone and an address, handled by Lan and Minh."""
    public_id = uuid.uuid4().hex
    token = tracking_token(KEY, public_id, 1)
    values: dict[str, Any] = {
        "code": f"H99.09-261202-{uuid.uuid4().int % 10_000:04}",
        "status": DossierStatus.RECEIVED,
        "received_at": NINE,
        "due_at": NINE + timedelta(days=5),
        "note": None,
    }
    dossier = Dossier(
        office_id=town.office.id,
        procedure_version=town.procedure,
        ticket=ticket,
        applicant_name="Đặng Thị Kín",
        applicant_search="dang thi kin",
        applicant_id_number="033177001234",
        applicant_phone="0912345678",
        applicant_address="Ngõ Bí Mật",
        received_by=town.lan,
        assigned_to=town.minh,
        public_id=public_id,
        token_digest=token_digest(token),
        **(values | fields),
    )
    session.add(dossier)
    session.commit()
    return TokenDossier(dossier, token)


def add_dossier_event(
    session: Session,
    dossier: Dossier,
    actor: User,
    *,
    at: datetime = NINE,
    to: DossierStatus = DossierStatus.RECEIVED,
    **fields: Any,
) -> None:
    """Add a step of the dossier's way."""
    session.add(DossierEvent(dossier_id=dossier.id, at=at, actor_id=actor.id, to_status=to, **fields))
    session.commit()


def away(like: Database) -> Database:
    """Return a database of the same kind that can't be reached."""
    url = like.engine.url
    nowhere = url.set(database="/nowhere/motcua.db") if like.is_sqlite else url.set(host="127.0.0.1", port=1)
    return Database(nowhere)
