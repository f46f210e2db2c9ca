"""A centre with papers to print, and workers that print them in the test's own time."""

from __future__ import annotations

import ipaddress
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from motcua.admin.database import WRITE_UNTIL
from motcua.admin.domain.printing import order_receipt
from motcua.admin.enums import PrintKind, PrintReason, PrintState
from motcua.admin.models import PrintJob
from motcua.kiosk.printing.printer import Patience
from motcua.kiosk.printing.ways import Ways
from motcua.kiosk.printing.worker import PrintWorker
from tests.kiosk.hall import add_dossier, add_ticket
from tests.kiosk.printing.fake_printer import FakePrinter
from tests.town import NINE, Town, build_town

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from motcua.admin.extension import Motcua
    from motcua.admin.models import Dossier, Ticket

LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)
#: For printers that burn a paper at once; patient enough for a machine that is busy with other things.
QUICK = Patience(mm_a_second=1_000_000)
#: For printers that are known to say nothing.
HASTY = Patience(write=0.3, answer=0.05, mm_a_second=1_000_000)
STALE = timedelta(seconds=180)
PATIENCE_SECONDS = 10


@dataclass
class TestClock:
    """The time, standing still until it is moved."""

    __test__ = False

    now: datetime = NINE

    def __call__(self) -> datetime:
        return self.now

    def move(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class PaperHall:
    """The centre, its papers, and whoever prints them."""

    motcua: Motcua
    session: Session
    town: Town
    clock: TestClock
    folder: Path
    patience: Patience = QUICK
    stop: threading.Event = field(default_factory=threading.Event)

    def ways(self) -> Ways:
        return Ways(folder=self.folder, networks=LOOPBACK, patience=self.patience)

    def worker(self) -> PrintWorker:
        return PrintWorker(self.motcua, self.ways(), stale_after=STALE, stop=self.stop)

    def print_all(self) -> int:
        """Print what is due at the hall's printer."""
        return self.worker().serve(self.town.printer.id)

    def point_printer_at(self, address: str, *, paper_mm: int = 80) -> None:
        self.town.printer.uri = address
        self.town.printer.paper_mm = paper_mm
        self.session.commit()

    def begin(self) -> None:
        """Begin as a command does, with the right to write: what was read before may be old, the loop writes too."""
        self.session.rollback()
        if self.motcua.database.is_sqlite:
            self.session.connection(execution_options={WRITE_UNTIL: time.monotonic() + PATIENCE_SECONDS})

    def ticket(self, number: int = 1, *, created_at: datetime | None = None, **fields: object) -> Ticket:
        """Add a ticket with its paper, as issuing leaves them."""
        self.begin()
        ticket = add_ticket(self.session, self.town, number, **fields).ticket  # type: ignore[arg-type]
        self.begin()
        self.session.add(
            PrintJob(
                office_id=ticket.office_id,
                printer_id=self.town.printer.id,
                kind=PrintKind.TICKET,
                reason=PrintReason.FIRST,
                state=PrintState.QUEUED,
                ticket_id=ticket.id,
                created_at=created_at or self.clock(),
            )
        )
        self.session.commit()
        return ticket

    def dossier(self) -> Dossier:
        """Take a dossier in, with its receipt."""
        self.begin()
        dossier = add_dossier(self.session, self.town, None).dossier
        self.begin()
        order_receipt(self.session, dossier, printer_id=self.town.printer.id, now=self.clock())
        self.session.commit()
        return dossier

    def jobs(self) -> list[PrintJob]:
        """Return every paper, oldest first, as the record has it now."""
        self.session.expire_all()
        self.session.rollback()
        return list(self.session.query(PrintJob).order_by(PrintJob.id))

    def states(self) -> list[str]:
        return [job.state.value for job in self.jobs()]

    def status(self) -> str | None:
        self.session.rollback()
        self.session.refresh(self.town.printer)
        return self.town.printer.last_status


@pytest.fixture
def clock(motcua: Motcua, monkeypatch: pytest.MonkeyPatch) -> TestClock:
    clock = TestClock()
    monkeypatch.setattr(motcua, "clock", clock)
    return clock


@pytest.fixture
def hall(motcua: Motcua, session: Session, clock: TestClock, tmp_path: Path) -> PaperHall:
    return PaperHall(motcua, session, build_town(session), clock, tmp_path)


@pytest.fixture
def printer() -> Iterator[FakePrinter]:
    with FakePrinter() as printer:
        yield printer
