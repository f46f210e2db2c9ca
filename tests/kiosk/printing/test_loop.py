"""The loop that looks for work, on good days and on bad ones."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from motcua.kiosk.printing.loop import PrintLoop, printing, ways_of
from motcua.kiosk.printing.printer import Patience
from motcua.kiosk.printing.status import Condition
from motcua.kiosk.printing.virtual import VirtualPrinter
from motcua.kiosk.printing.ways import Ways
from motcua.kiosk.printing.worker import PrintWorker
from motcua.kiosk.settings import EXTENSION, KioskSettings, PrintSettings
from tests.kiosk.hall import away
from tests.kiosk.printing.conftest import STALE

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from motcua.kiosk.printing.printer import Paper, Printer
    from tests.kiosk.printing.conftest import PaperHall

PLENTY_SECONDS = 20


def print_settings(app: Flask) -> PrintSettings:
    settings: KioskSettings = app.extensions[EXTENSION]
    return settings.printing


@contextmanager
def running(loop: PrintLoop, stop: threading.Event) -> Iterator[None]:
    thread = threading.Thread(target=loop.run)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(PLENTY_SECONDS)
        assert not thread.is_alive()


def wait_until(is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PLENTY_SECONDS
    while not is_true():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.02)


def hall_loop(hall: PaperHall, app: Flask, ways: Ways | None = None) -> PrintLoop:
    return PrintLoop(hall.motcua, print_settings(app), hall.stop, ways=ways or hall.ways())


def test_the_loop_prints_what_comes_and_asks_idle_printers(hall: PaperHall, app: Flask) -> None:
    with running(hall_loop(hall, app), hall.stop):
        wait_until(lambda: hall.status() == "ok")
        hall.ticket(1)
        wait_until(lambda: hall.states() == ["confirmed"])
        hall.dossier()
        wait_until(lambda: hall.states() == ["confirmed", "confirmed"])


def test_the_registered_loop_uses_the_configured_folder(hall: PaperHall, app: Flask) -> None:
    hall.ticket(1)
    thread = threading.Thread(target=hall.motcua.background["printing"], args=(app, hall.stop))
    thread.start()
    wait_until(lambda: hall.states() == ["confirmed"])
    hall.stop.set()
    thread.join(PLENTY_SECONDS)

    assert hall.motcua.background["printing"] is printing
    assert (print_settings(app).folder / "A001.png").exists()


def test_papers_of_a_dead_worker_are_taken_over(hall: PaperHall, app: Flask) -> None:
    """PRN-13, by the loop."""
    hall.ticket(1)
    (job,) = hall.jobs()
    job.state = job.state.SENDING
    job.lease, job.lease_until = "somebody", hall.clock()
    hall.session.commit()

    with running(hall_loop(hall, app), hall.stop):
        wait_until(lambda: hall.states() == ["confirmed"])


def test_the_loop_outlives_a_record_that_is_away(
    hall: PaperHall, app: Flask, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    hall.ticket(1)
    here, nowhere = hall.motcua.database, away(hall.motcua.database)
    monkeypatch.setattr(hall.motcua, "database", nowhere)

    with caplog.at_level(logging.WARNING), running(hall_loop(hall, app), hall.stop):
        wait_until(lambda: any("the record is away" in record.getMessage() for record in caplog.records))
        monkeypatch.setattr(hall.motcua, "database", here)
        wait_until(lambda: hall.states() == ["confirmed"])

    said = [record.getMessage() for record in caplog.records if record.name.endswith("loop")]
    assert [words.split(",")[0] for words in said] == ["the record is away", "the record is back"]


class FarewellPrinter(VirtualPrinter):
    """Prints, and takes the record away in the same moment."""

    def __init__(self, inner: VirtualPrinter, take_away: Callable[[], None]) -> None:
        self.inner = inner
        self.take_away = take_away

    def longest(self, paper: Paper) -> float:
        return self.inner.longest(paper)

    def print_paper(self, paper: Paper, *, ask_first: bool) -> Condition:
        condition = self.inner.print_paper(paper, ask_first=ask_first)
        self.take_away()
        return condition


class OneWay(Ways):
    """Leads every address to one printer."""

    def lead_to(self, printer: Printer) -> Ways:
        object.__setattr__(self, "printer", printer)
        return self

    def to(self, address: str) -> Printer:
        del address
        printer: Printer = object.__getattribute__(self, "printer")
        return printer


def one_way(hall: PaperHall, printer: Printer) -> Ways:
    return OneWay(folder=hall.folder, networks=()).lead_to(printer)


def test_what_became_of_a_paper_is_written_down_when_the_record_is_back(
    hall: PaperHall, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    here, nowhere = hall.motcua.database, away(hall.motcua.database)

    def take_away() -> None:
        monkeypatch.setattr(hall.motcua, "database", nowhere)
        threading.Timer(0.2, lambda: monkeypatch.setattr(hall.motcua, "database", here)).start()

    printer = FarewellPrinter(VirtualPrinter(hall.folder), take_away)
    hall.ticket(1)

    worker = PrintWorker(hall.motcua, one_way(hall, printer), stale_after=STALE, stop=hall.stop)
    with caplog.at_level(logging.WARNING):
        worker.serve(hall.town.printer.id)

    assert hall.states() == ["confirmed"]
    assert [record.getMessage().split(";")[0] for record in caplog.records if record.levelno == logging.WARNING] == [
        "the record is away"
    ]


class BrokenPrinter(VirtualPrinter):
    """A way to a printer with a bug in it."""

    def print_paper(self, paper: Paper, *, ask_first: bool) -> Condition:
        del paper, ask_first
        raise ZeroDivisionError


def test_a_bug_in_a_way_to_a_printer_leaves_the_line_going(hall: PaperHall, caplog: pytest.LogCaptureFixture) -> None:
    hall.ticket(1)
    hall.ticket(2)
    worker = PrintWorker(
        hall.motcua, one_way(hall, BrokenPrinter(hall.folder)), stale_after=STALE, stop=threading.Event()
    )

    with caplog.at_level(logging.ERROR):
        assert worker.serve(hall.town.printer.id) == 2

    assert hall.states() == ["unconfirmed", "unconfirmed"]
    assert [record.exc_info is not None for record in caplog.records] == [True, True]


def test_the_policy_for_silent_printers_reaches_the_ways(app: Flask) -> None:
    settings = print_settings(app)

    assert ways_of(settings).patience == Patience()
    assert ways_of(replace(settings, when_silent=False)).patience == Patience(needs_answer=True)
