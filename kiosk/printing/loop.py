"""The loop beside the web server that looks for papers to print, all day.

It looks about three times a second, with one statement on a partial index
that holds only open papers: an idle office costs next to nothing. Printers
are served side by side, so that a dead one does not hold up the others.
"""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from motcua.admin.domain.print_claims import free_lost_leases, look_for_work, printers_to_ask
from motcua.admin.extension import EXTENSION, Motcua
from motcua.kiosk.printing.printer import Patience
from motcua.kiosk.printing.ways import Ways
from motcua.kiosk.printing.worker import RECORD_AWAY, PrintWorker, telling_away
from motcua.kiosk.settings import EXTENSION as KIOSK_EXTENSION
from motcua.kiosk.settings import KioskSettings, PrintSettings

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

LOOK_SECONDS = 0.3
_MOST_AT_ONCE = 32
_LONGEST_PAUSE = 5.0
_ASKING_ROUND_SECONDS = 5.0
_AFTER_A_BUG_SECONDS = 5.0
_log = logging.getLogger(__name__)


def printing(app: Flask, stop: threading.Event) -> None:
    """Print what is owed until asked to stop."""
    motcua: Motcua = app.extensions[EXTENSION]
    settings: KioskSettings = app.extensions[KIOSK_EXTENSION]
    PrintLoop(motcua, settings.printing, stop).run()


def ways_of(settings: PrintSettings) -> Ways:
    """Return the ways to printers that the settings allow."""
    return Ways(
        folder=settings.folder,
        networks=settings.networks,
        patience=Patience(needs_answer=not settings.when_silent),
    )


class PrintLoop:
    """Looks for work and hands each printer's to a thread of its own."""

    def __init__(
        self, motcua: Motcua, settings: PrintSettings, stop: threading.Event, *, ways: Ways | None = None
    ) -> None:
        self._motcua = motcua
        self._settings = settings
        self._stop = stop
        self._worker = PrintWorker(motcua, ways or ways_of(settings), stale_after=settings.stale_after, stop=stop)
        self._busy: set[int | None] = set()
        self._busy_lock = threading.Lock()
        self._asks_at = time.monotonic()
        self._pause = LOOK_SECONDS

    def run(self) -> None:
        """Look until asked to stop; then let the papers that are being printed come out."""
        with ThreadPoolExecutor(_MOST_AT_ONCE, thread_name_prefix="motcua-printer") as pool:
            while not self._stop.wait(self._pause):
                self._look(pool)

    def _look(self, pool: ThreadPoolExecutor) -> None:
        try:
            self._hand_out(pool)
        except RECORD_AWAY as away:
            if self._pause == LOOK_SECONDS:
                _log.warning("the record is away, printing waits for it: %s", away)
            self._pause = min(self._pause * 2, _LONGEST_PAUSE)
        except Exception:  # noqa: BLE001 - border: the loop outlives its bugs, and does not fill the log with them
            _log.exception("looking for papers to print broke")
            self._pause = _LONGEST_PAUSE
        else:
            if self._pause != LOOK_SECONDS:
                _log.warning("the record is back, printing goes on")
            self._pause = LOOK_SECONDS

    def _hand_out(self, pool: ThreadPoolExecutor) -> None:
        database, now = self._motcua.database, self._motcua.clock()
        with telling_away(), database.read_connection() as connection:
            work = look_for_work(connection, now=now, own_leases=self._worker.leases)
        if work.has_lost_leases:
            with database.write() as session:
                freed = free_lost_leases(session, now=now, own_leases=self._worker.leases)
            _log.warning("%s papers of a worker that died were taken over", freed)
        for printer_id in work.printers:
            self._start(pool, printer_id, partial(self._worker.serve, printer_id))
        if self._settings.check_seconds and time.monotonic() >= self._asks_at:
            self._asks_at = time.monotonic() + _ASKING_ROUND_SECONDS
            every = timedelta(seconds=self._settings.check_seconds)
            with telling_away(), database.read_connection() as connection:
                idle = printers_to_ask(connection, now=now, every=every)
            for printer_id in idle:
                self._start(pool, printer_id, partial(self._worker.ask, printer_id))

    def _start(self, pool: ThreadPoolExecutor, printer_id: int | None, work: Callable[[], object]) -> None:
        with self._busy_lock:
            if printer_id in self._busy:
                return
            self._busy.add(printer_id)
        pool.submit(self._run, printer_id, work)

    def _run(self, printer_id: int | None, work: Callable[[], object]) -> None:
        try:
            work()
        except RECORD_AWAY as away:
            _log.warning("the record is away, printer %s waits for it: %s", printer_id, away)
            self._stop.wait(LOOK_SECONDS)
        except Exception:  # noqa: BLE001 - border: a bug with one printer must not end the loop, nor fill the log
            _log.exception("serving printer %s broke", printer_id)
            self._stop.wait(_AFTER_A_BUG_SECONDS)
        finally:
            with self._busy_lock:
                self._busy.discard(printer_id)
