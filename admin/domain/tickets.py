"""Issuing numbers: one short transaction, and nothing in it that could stand before or after it.

A number comes from the counter row of (office, series, service day), in the
same transaction as the ticket, its event and its print job, with UNIQUE
constraints behind it. Written as plain statements because a hall of kiosks
must not wait for an object mapper: see ``benchmarks/issuing.py``.
"""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, select

from motcua.admin.domain.giving_at_once import give_at_once
from motcua.admin.domain.giving_by_steps import give_by_steps
from motcua.admin.domain.ticket_rows import Terms
from motcua.admin.domain.tracking import token_digest, tracking_token
from motcua.admin.domain.waits import at_least_one, expected_seconds
from motcua.admin.enums import Errand, Language, TicketState
from motcua.admin.errors import IdempotencyKeyReusedError, InvalidInputError, NotFoundError, QuotaReachedError
from motcua.admin.models import PriorityGroup, QueueService, Ticket
from motcua.admin.models.types import LARGEST_ID
from motcua.admin.prepared import Prepared

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

    from motcua.admin.direct import Direct
    from motcua.admin.domain.desks import Desk
    from motcua.admin.settings import Settings

_TICKET = Ticket.__table__
_ORDINARY, _PRIORITY = 1, 0

_PRIORITY_WAITING = Prepared(
    select(func.count()).where(
        _TICKET.c.service_id == bindparam("service"),
        _TICKET.c.service_day == bindparam("on"),
        _TICKET.c.state == TicketState.WAITING,
        _TICKET.c.priority_rank == _PRIORITY,
    )
)
_BY_KEY = select(_TICKET).where(
    _TICKET.c.office_id == bindparam("office"), _TICKET.c.idempotency_key == bindparam("key")
)
_GROUP = Prepared(
    select(PriorityGroup.id).where(
        PriorityGroup.office_id == bindparam("office"),
        PriorityGroup.code == bindparam("group"),
        PriorityGroup.is_active.is_(True),
    )
)


@dataclass(frozen=True, slots=True)
class TicketOrder:
    """What a visitor asked for at the kiosk."""

    service: str
    errand: Errand
    priority: str | None
    language: Language
    key: str

    @property
    def digest(self) -> str:
        """What makes two requests under one key the same request."""
        words = "\x1f".join((self.service, self.errand, self.priority or "", self.language))
        return hashlib.sha256(words.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class IssuedTicket:
    """A number that was given, as the citizen is told it."""

    id: int
    #: What the QR code leads to (``tracking.py``).
    token: str
    label: str
    service: str
    service_day: date
    issued_at: datetime
    ahead: int
    wait_minutes: int
    is_repeat: bool


def issue_ticket(
    connection: Direct, order: TicketOrder, desk: Desk, *, day: date, now: datetime, settings: Settings
) -> IssuedTicket:
    """Give the next visitor the next number of the day. The caller commits.

    Raises QuotaReachedError when the day's numbers are used up, and
    IntegrityError when this key has already been used: then the transaction
    is to be undone and ``find_issued`` has the earlier ticket.
    """
    public_id = uuid.uuid4().hex
    token = tracking_token(settings.qr_key, public_id, 1)
    row = _ticket_row(order, desk, public_id, token) | {"service_day": day, "issued_at": now}
    terms = Terms(
        limit=min(desk.daily_quota or settings.series_capacity, settings.series_capacity),
        digits=settings.number_digits,
        ahead_of_priority=_priority_ahead(connection, order, desk, day),
        expected_seconds=expected_seconds(desk.average_minutes),
        counters=at_least_one(desk.open_counters),
        printer_id=desk.printer_id,
    )
    give = give_by_steps if connection.dialect.name == "sqlite" else give_at_once
    given = give(connection, row, terms)
    if given is None:
        raise QuotaReachedError(service=desk.names, quota=terms.limit)
    return IssuedTicket(
        id=given.id,
        token=token,
        label=given.label,
        service=desk.service_code,
        service_day=day,
        issued_at=now,
        ahead=given.ahead,
        wait_minutes=given.wait_minutes,
        is_repeat=False,
    )


def find_issued(connection: Connection, order: TicketOrder, desk: Desk, *, settings: Settings) -> IssuedTicket | None:
    """Return the ticket that was given for this key, or None.

    Raises IdempotencyKeyReusedError when the key was used for another request.
    """
    row = connection.execute(_BY_KEY, {"office": desk.office_id, "key": order.key}).mappings().first()
    if row is None:
        return None
    if row["request_digest"] != order.digest:
        raise IdempotencyKeyReusedError
    return _issued_before(row, desk.service_code, settings)


def issued_on(session: Session, device_id: int, ticket_id: int, *, settings: Settings) -> IssuedTicket:
    """Return a ticket that this device gave. Raises NotFoundError for any other."""
    if ticket_id > LARGEST_ID:
        raise NotFoundError
    row = session.execute(
        select(_TICKET, QueueService.code.label("service_code"))
        .join(QueueService, QueueService.id == _TICKET.c.service_id)
        .where(_TICKET.c.id == ticket_id, _TICKET.c.device_id == device_id)
    ).mappings()
    found = row.first()
    if found is None:
        raise NotFoundError
    return _issued_before(found, found["service_code"], settings)


def _priority_ahead(connection: Direct, order: TicketOrder, desk: Desk, day: date) -> int | None:
    """Return how many of the priority line are ahead; None for ordinary visitors."""
    if order.priority is None:
        return None
    if not _GROUP.rows(connection, {"office": desk.office_id, "group": order.priority}):
        raise InvalidInputError(field="priority")
    return int(_PRIORITY_WAITING.rows(connection, {"service": desk.service_id, "on": day})[0][0])


def _ticket_row(order: TicketOrder, desk: Desk, public_id: str, token: str) -> dict[str, Any]:
    return {
        "office_id": desk.office_id,
        "service_id": desk.service_id,
        "series": desk.series,
        "errand": order.errand,
        "priority": order.priority,
        "priority_rank": _ORDINARY if order.priority is None else _PRIORITY,
        "language": order.language,
        "state": TicketState.WAITING,
        "device_id": desk.device_id,
        "idempotency_key": order.key,
        "request_digest": order.digest,
        "public_id": public_id,
        "token_version": 1,
        "token_digest": token_digest(token),
        "call_count": 0,
        "version": 1,
    }


def _issued_before(row: Any, service_code: str, settings: Settings) -> IssuedTicket:
    return IssuedTicket(
        id=row["id"],
        token=tracking_token(settings.qr_key, row["public_id"], row["token_version"]),
        label=row["label"],
        service=service_code,
        service_day=row["service_day"],
        issued_at=row["issued_at"],
        ahead=row["ahead_at_issue"],
        wait_minutes=row["wait_at_issue"],
        is_repeat=True,
    )
