"""A print worker in a process of its own, for tests that kill it."""

from __future__ import annotations

import logging
import threading
import time
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from PIL import Image

from motcua.admin import failpoints
from motcua.admin.clock import system_clock
from motcua.admin.database import Database
from motcua.admin.domain import print_claims
from motcua.admin.domain.printer_addresses import NetworkAddress, read_printer_address
from motcua.admin.extension import Motcua
from motcua.admin.settings import read_settings
from motcua.kiosk.printing.escpos_bytes import escpos_bytes
from motcua.kiosk.printing.network import TcpPrinter
from motcua.kiosk.printing.printer import Paper, Printer
from motcua.kiosk.printing.ways import Ways
from motcua.kiosk.printing.worker import PrintWorker
from tests.kiosk.printing.conftest import LOOPBACK, QUICK

LONG = timedelta(hours=1)
SHORT_LEASE = timedelta(seconds=0.05)

# Done once, in the process that the workers are forked from: they are to be killed at work, not while importing.
escpos_bytes(Image.new("1", (384, 8), 1))


class ShortLeasePrinter(TcpPrinter):
    """Asks for a short lease, so that a test need not wait for the long one of a printer that may stall."""

    def longest(self, paper: Paper) -> float:
        del paper
        return SHORT_LEASE.total_seconds()


class ShortLeaseWays(Ways):
    """Leads to such a printer."""

    def to(self, address: str) -> Printer:
        found = read_printer_address(address)
        assert isinstance(found, NetworkAddress)
        return ShortLeasePrinter(found.host, found.port, networks=self.networks, patience=self.patience)


def print_until_killed(failpoint: str | None, address: str, secret: str, printer_id: int, folder: str) -> None:
    """Work as the loop does, in a process that may end at any moment, or at a named place."""
    logging.disable(logging.CRITICAL)
    # The environment was read long ago, in the process this one was forked from.
    failpoints._armed = failpoint or ""  # noqa: SLF001
    print_claims.LEASE = SHORT_LEASE
    database = Database(sa.make_url(address))
    motcua = Motcua(settings=read_settings({"SECRET_KEY": secret}), database=database, clock=system_clock)
    ways = ShortLeaseWays(folder=Path(folder), networks=LOOPBACK, patience=QUICK)
    worker = PrintWorker(motcua, ways, stale_after=LONG, stop=threading.Event())
    while True:
        with database.write() as session:
            print_claims.free_lost_leases(session, now=system_clock())
        if worker.serve(printer_id) == 0:
            time.sleep(0.02)
