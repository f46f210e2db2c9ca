"""Databases and centres for the benchmarks."""

from __future__ import annotations

import os
import tempfile
import uuid
from collections import defaultdict
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from motcua.admin.app import create_app
from motcua.admin.config_file import CONFIG_ENVIRONMENT
from motcua.admin.enums import Errand, HolidayKind, Language, TicketEventKind, TicketState
from motcua.admin.extension import EXTENSION
from motcua.admin.models import EventHead, Holiday, OfficeHours, ServiceDay, Ticket, TicketEvent
from motcua.admin.sample.office import add_commune, add_province
from motcua.admin.schema import upgrade

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

    from motcua.admin.models import Office

POSTGRES_VARIABLE = "MOTCUA_TEST_POSTGRES"
SERVICE = "ho-tich"
SERIES = "A"
_A_DAY = 400
_BATCH = 5_000


@contextmanager
def fresh_database(engine: str) -> Iterator[str | None]:
    """Make an empty database and remove it afterwards; None when there is no such server."""
    if engine == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{Path(folder) / 'bench.db'}"
        return
    server = os.environ.get(POSTGRES_VARIABLE)
    if not server:
        yield None
        return
    url = sa.make_url(server)
    name = f"motcua_bench_{uuid.uuid4().hex[:8]}"
    admin = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
        yield url.set(database=name).render_as_string(hide_password=False)
        connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


def prepare_centre(config: Path, tickets: int) -> str:
    """Migrate, add a commune that is open around the clock and its past tickets; return the kiosk's token.

    Open by its hours and not by the switch for trials: looking at the clock is part of the work.
    """
    os.environ[CONFIG_ENVIRONMENT] = str(config)
    app = create_app()
    database = app.extensions[EXTENSION].database
    upgrade(database.engine)
    now = datetime.now(UTC)
    with database.write() as session:
        commune = add_commune(
            session, add_province(session), code="bench", name="Bench", identifier="H99.01", always_open=False, now=now
        )
        _open_around_the_clock(session, commune.office, now)
        _add_past_tickets(session, commune.office, tickets, now)
    # As autovacuum does it: once rows have come, and never on an empty table. Of one that it was told to be empty,
    # PostgreSQL reads every row for each reference to it, until it is told otherwise.
    if tickets:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE")
    database.engine.dispose()
    with app.app_context():
        app.extensions["sqlalchemy"].engine.dispose()
    return commune.kiosk_token


def _open_around_the_clock(session: Session, office: Office, now: datetime) -> None:
    office.hours = []
    session.flush()
    office.hours = [OfficeHours(weekday=day, opens_at=time.min, closes_at=time.max) for day in range(7)]
    for days in range(-1, 3):  # also when the benchmark runs on a holiday
        day = (now + timedelta(days=days)).date()
        session.add(Holiday(office=office, day=day, kind=HolidayKind.WORKING_DAY, name="benchmark"))


def _add_past_tickets(session: Session, office: Office, count: int, now: datetime) -> None:
    """Write finished tickets of earlier days straight into the tables."""
    service_id = session.execute(
        sa.text("SELECT id FROM motcua_queue_service WHERE office_id = :office AND series = :series"),
        {"office": office.id, "series": SERIES},
    ).scalar_one()
    days = -(-count // _A_DAY)
    for back in range(days, 0, -1):
        day = (now - timedelta(days=back)).date()
        session.add(ServiceDay(office_id=office.id, series=SERIES, day=day, last_number=min(_A_DAY, count)))
    session.flush()
    for start in range(0, count, _BATCH):
        rows = [
            _past_ticket(index, office.id, service_id, days, now) for index in range(start, min(start + _BATCH, count))
        ]
        session.execute(sa.insert(Ticket), rows)
        session.execute(sa.insert(TicketEvent), [_past_event(row, service_id) for row in rows])
    session.execute(sa.insert(EventHead), {"office_id": office.id, "last_seq": count})
    if count and session.get_bind().dialect.name == "postgresql":  # the ids above were ours
        session.execute(sa.select(sa.func.setval(sa.func.pg_get_serial_sequence(Ticket.__tablename__, "id"), count)))


def _past_ticket(index: int, office_id: int, service_id: int, days: int, now: datetime) -> dict[str, Any]:
    back, number = days - index // _A_DAY, index % _A_DAY + 1
    at = now - timedelta(days=back)
    return {
        "id": index + 1,
        "office_id": office_id,
        "service_id": service_id,
        "series": SERIES,
        "service_day": at.date(),
        "number": number,
        "label": f"{SERIES}{number:03d}",
        "errand": Errand.SUBMIT,
        "priority_rank": 1,
        "language": Language.VI,
        "state": TicketState.FINISHED,
        "queued_seq": index + 1,
        "issued_at": at,
        "ahead_at_issue": 0,
        "wait_at_issue": 0,
        "idempotency_key": uuid.uuid4().hex,
        "request_digest": "0" * 32,
        "public_id": uuid.uuid4().hex,
        "token_digest": uuid.uuid4().hex,
        "version": 1,
    }


def _past_event(ticket: dict[str, Any], service_id: int) -> dict[str, Any]:
    return {
        "office_id": ticket["office_id"],
        "seq": ticket["queued_seq"],
        "ticket_id": ticket["id"],
        "kind": TicketEventKind.ISSUED,
        "to_state": TicketState.WAITING,
        "at": ticket["issued_at"],
        "label": ticket["label"],
        "service_id": service_id,
    }


def tickets_by_number(address: str) -> dict[tuple[str, date], list[int]]:
    """Return every number that was given, by series and day."""
    engine = sa.create_engine(address)
    numbers: dict[tuple[str, date], list[int]] = defaultdict(list)
    with engine.connect() as connection:
        for series, day, number in connection.execute(sa.select(Ticket.series, Ticket.service_day, Ticket.number)):
            numbers[series, day].append(number)
    engine.dispose()
    return numbers
