"""Taking a number as a kiosk does, and what the record then holds."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from motcua.admin.models import EventHead, PrintJob, ServiceDay, Ticket, TicketEvent

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from motcua.admin.database import Database

ADDRESS = "/api/v1/kiosk/tickets"


def new_key() -> str:
    """Return an idempotency key as the kiosk page makes it."""
    return str(uuid.uuid4())


@dataclass
class Kiosk:
    """A kiosk in the hall: a browser and the token it was enrolled with."""

    client: FlaskClient
    token: str

    def take(
        self, service: Any = "ho-tich", *, key: str | None = None, headers: dict[str, str] | None = None, **fields: Any
    ) -> TestResponse:
        """Ask for a number."""
        return self.post({"service": service, **fields}, key=key, headers=headers)

    def post(
        self, body: Any = None, *, key: str | None = None, headers: dict[str, str] | None = None, **request: Any
    ) -> TestResponse:
        """Send any body to the address where numbers are given."""
        sent = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": key or new_key()} | (headers or {})
        if "data" not in request:
            request["json"] = body
        return self.client.post(ADDRESS, headers={name: value for name, value in sent.items() if value}, **request)


@dataclass(frozen=True)
class Ledger:
    """What the record holds, counted five ways; after issuing they agree."""

    tickets: int
    events: int
    papers: int
    counted: int
    heads: int


NOTHING = Ledger(0, 0, 0, 0, 0)


def ledger(database: Database) -> Ledger:
    """Count tickets, events, print jobs, counter rows and event heads."""
    with database.read() as session:
        return Ledger(
            tickets=session.scalar(select(func.count(Ticket.id))) or 0,
            events=session.scalar(select(func.count(TicketEvent.id))) or 0,
            papers=session.scalar(select(func.count(PrintJob.id))) or 0,
            counted=session.scalar(select(func.sum(ServiceDay.last_number))) or 0,
            heads=session.scalar(select(func.sum(EventHead.last_seq))) or 0,
        )


def given(number: int) -> Ledger:
    """Return the ledger after so many numbers."""
    return Ledger(number, number, number, number, number)
