"""Putting out the papers of one printer: claim, draw, hand over, print, write down what came of it.

Nothing is printed inside a transaction. What happened to a paper is written
down even if the record is away just then: the worker waits for it.
"""

from __future__ import annotations

import logging
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from motcua.admin.clock import local_day
from motcua.admin.database import unavailable
from motcua.admin.domain.print_claims import (
    claim_next,
    confirm,
    give_back,
    give_up,
    hand_over,
    leave_unconfirmed,
    note_status,
    put_back,
)
from motcua.admin.enums import PrintKind
from motcua.admin.errors import DatabaseBusyError, PrinterAddressError, RecordAwayError
from motcua.admin.failpoints import failpoint
from motcua.admin.models import Dossier, PrinterDevice, Ticket
from motcua.kiosk.papers import receipt_slip, ticket_slip
from motcua.kiosk.printing.escpos_bytes import escpos_bytes
from motcua.kiosk.printing.printer import Paper, PrinterError
from motcua.kiosk.printing.status import Condition
from motcua.kiosk.receipt import draw_receipt
from motcua.kiosk.slip import draw_ticket

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import timedelta

    from sqlalchemy.orm import Session

    from motcua.admin.domain.print_claims import Claim
    from motcua.admin.extension import Motcua
    from motcua.kiosk.printing.printer import Printer
    from motcua.kiosk.printing.ways import Ways

#: What is said of a database that is away, locked or overwhelmed.
RECORD_AWAY = (DatabaseBusyError, RecordAwayError)
_AGAIN_SECONDS = 0.5

_Answer = TypeVar("_Answer")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Order:
    """A paper ready to go, and where to."""

    paper: Paper
    printer: Printer
    #: What the printer last said of itself.
    known: str | None


@contextmanager
def telling_away() -> Iterator[None]:
    """Say of a database that can't be read what commands say of it: one of RECORD_AWAY. Bugs go on as they are."""
    try:
        yield
    except (DBAPIError, PoolTimeoutError) as error:
        refusal = unavailable(error)
        if refusal is None:
            raise
        raise refusal from error


class PrintWorker:
    """Puts out papers, one at a time per printer; one worker may serve several printers in threads."""

    def __init__(self, motcua: Motcua, ways: Ways, *, stale_after: timedelta, stop: threading.Event) -> None:
        self._motcua = motcua
        self._ways = ways
        self._stale_after = stale_after
        self._stop = stop
        self._leases: set[str] = set()
        self._leases_lock = threading.Lock()

    @property
    def leases(self) -> frozenset[str]:
        """The claims this worker is busy with, which are not lost however old they are."""
        with self._leases_lock:
            return frozenset(self._leases)

    def serve(self, printer_id: int | None) -> int:
        """Put out the printer's papers until none is due; return how many were tried.

        Raises one of RECORD_AWAY when the record is; nothing is lost by that.
        """
        tried = 0
        while not self._stop.is_set():
            with self._motcua.database.write() as session:
                claim = claim_next(session, printer_id, now=self._motcua.clock(), stale_after=self._stale_after)
            if claim is None:
                break
            with self._held(claim):
                self._put_out(claim)
            tried += 1
        return tried

    def ask(self, printer_id: int) -> Condition:
        """Ask an idle printer how it is, and write it down."""
        with telling_away(), self._motcua.database.read() as session:
            device = session.get_one(PrinterDevice, printer_id)
        try:
            condition = self._ways.to(device.uri).ask()
        except PrinterError as error:
            condition = error.condition
        except PrinterAddressError:
            condition = Condition.UNREACHABLE
        self._say_change(printer_id, device.last_status, condition)
        self._record(lambda session: note_status(session, printer_id, condition, now=self._motcua.clock()))
        return condition

    def _put_out(self, claim: Claim) -> None:
        failpoint("print.after_claim")
        order = self._prepared(claim)
        if order is None:
            return
        may_print = self._record(
            lambda session: hand_over(
                session, claim, now=self._motcua.clock(), seconds=order.printer.longest(order.paper)
            )
        )
        if not may_print:
            return
        failpoint("print.after_handoff")
        try:
            # A printer in trouble is asked before it gets paper work that it would swallow.
            condition = order.printer.print_paper(order.paper, ask_first=_is_trouble(order.known))
        except PrinterError as error:
            self._failed(claim, order, error)
        except Exception:  # noqa: BLE001 - border: whatever a way to a printer does, the line goes on
            _log.exception("print job %s: the way to the printer broke", claim.job_id)
            self._close(claim, Condition.UNKNOWN, "bug", wants_copy=False)
        else:
            failpoint("print.after_send")
            self._printed(claim, order, condition)

    def _prepared(self, claim: Claim) -> _Order | None:
        """Draw the paper; None when that is not possible now, or at all. Raises RECORD_AWAY."""
        try:
            return self._order(claim)
        except RECORD_AWAY:
            self._record(lambda session: give_back(session, claim))
            raise
        except PrinterAddressError as refusal:
            why = str(refusal)
            _log.error("print job %s: %s", claim.job_id, why)
            self._record(lambda session: give_up(session, claim, why=why, now=self._motcua.clock()))
        except PrinterError as error:
            self._put_back(claim, error)
        except Exception:  # noqa: BLE001 - border: one paper that can't be drawn must not stop the line
            _log.exception("print job %s can't be drawn", claim.job_id)
            self._record(lambda session: give_up(session, claim, why="bug", now=self._motcua.clock()))
        return None

    def _order(self, claim: Claim) -> _Order:
        with telling_away(), self._motcua.database.read() as session:
            device = session.get_one(PrinterDevice, claim.printer_id)
            paper = _paper(session, claim, device.paper_mm, self._motcua)
            return _Order(paper=paper, printer=self._ways.to(device.uri), known=device.last_status)

    def _printed(self, claim: Claim, order: _Order, condition: Condition) -> None:
        self._say_change(claim.printer_id, order.known, condition)
        if not condition.is_fine:
            self._close(claim, condition, condition, wants_copy=condition.is_bad)
            return

        def close(session: Session) -> None:
            confirm(session, claim, now=self._motcua.clock())
            note_status(session, claim.printer_id, condition, now=self._motcua.clock())

        self._record(close)

    def _failed(self, claim: Claim, order: _Order, error: PrinterError) -> None:
        self._say_change(claim.printer_id, order.known, error.condition)
        if error.has_begun:
            self._close(claim, error.condition, str(error), wants_copy=True)
        else:
            self._put_back(claim, error)

    def _put_back(self, claim: Claim, error: PrinterError) -> None:
        def close(session: Session) -> None:
            put_back(session, claim, why=str(error), now=self._motcua.clock())
            note_status(session, claim.printer_id, error.condition, now=self._motcua.clock())

        self._record(close)

    def _close(self, claim: Claim, condition: Condition, why: str, *, wants_copy: bool) -> None:
        def close(session: Session) -> None:
            leave_unconfirmed(session, claim, why=why, wants_copy=wants_copy, now=self._motcua.clock())
            note_status(session, claim.printer_id, condition, now=self._motcua.clock())

        self._record(close)

    def _record(self, rule: Callable[[Session], _Answer]) -> _Answer | None:
        """Write something down; wait for the record if it is away. None only when asked to stop meanwhile.

        Every rule it is called with may run twice: a connection that breaks
        does not tell whether the commit was kept.
        """
        has_complained = False
        while True:
            try:
                with self._motcua.database.write() as session:
                    return rule(session)
            except RECORD_AWAY as away:
                if not has_complained:
                    _log.warning("the record is away; what became of a paper is written down later: %s", away)
                has_complained = True
                if self._stop.wait(_AGAIN_SECONDS):
                    return None

    def _say_change(self, printer_id: int, known: str | None, condition: Condition) -> None:
        """Log a printer's trouble once, when it begins: not with every paper of the roll."""
        if known != condition:
            level = logging.INFO if condition is Condition.OK else logging.WARNING
            _log.log(level, "printer %s: %s (was %s)", printer_id, condition, known or "not known")

    @contextmanager
    def _held(self, claim: Claim) -> Iterator[None]:
        with self._leases_lock:
            self._leases.add(claim.lease)
        try:
            yield
        finally:
            with self._leases_lock:
                self._leases.discard(claim.lease)


def _is_trouble(known: str | None) -> bool:
    return known in {condition.value for condition in Condition if condition.is_bad}


def _paper(session: Session, claim: Claim, paper_mm: int, motcua: Motcua) -> Paper:
    if claim.kind == PrintKind.TICKET:
        ticket = session.get_one(Ticket, claim.subject_id)
        label, day = ticket.label, ticket.service_day
        image = draw_ticket(ticket_slip(ticket, motcua.settings, copy_number=claim.copy_number), paper_mm)
    else:
        dossier = session.get_one(Dossier, claim.subject_id)
        label, day = dossier.code, local_day(dossier.received_at, dossier.office.time_zone)
        image = draw_receipt(receipt_slip(dossier, motcua.settings, copy_number=claim.copy_number), paper_mm)
    return Paper(label=label, day=day, image=image, data=escpos_bytes(image))
