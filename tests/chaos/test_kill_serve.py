"""The same as ``test_kill.py``, to ``motcua serve`` itself: fewer kills, for a real server takes a second to start."""

from __future__ import annotations

import os
import random
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import pytest

from tests.chaos.centre import Centre, Told, insist, verdict
from tests.chaos.real_server import free_port, served, workers

if TYPE_CHECKING:
    from tests.conftest import Figures

ROUNDS = 3
VISITORS = 4

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds a server's processes in /proc")


def keep_asking(port: int, centre: Centre, stop: Event) -> list[Told]:
    """Be one visitor after another until it is evening."""
    told = []
    while not stop.is_set():
        told.append(insist(port, centre.token))
    return told


def test_the_real_server_comes_back_and_nothing_is_lost(centre: Centre, figures: Figures) -> None:
    """TKT-06: the worker is killed, and the server starts another; then all of it is killed, and started again.

    A second death of a worker within six seconds ends granian, and the service manager starts it anew
    (``deploy/``): so one death of the worker a round.
    """
    began, evening, port = time.monotonic(), Event(), free_port()
    with ThreadPoolExecutor(VISITORS) as hall:
        visitors = [hall.submit(keep_asking, port, centre, evening) for _ in range(VISITORS)]
        for _ in range(ROUNDS):
            with served(centre, port) as server:
                insist(port, centre.token)
                time.sleep(random.uniform(0, 0.2))
                for worker in workers(server):
                    os.kill(worker, signal.SIGKILL)
                insist(port, centre.token)
                time.sleep(random.uniform(0, 0.2))
        with served(centre, port):
            evening.set()
            told = [answer for visitor in visitors for answer in visitor.result()]

    found = verdict(centre)
    changed = [answer for answer in told if centre.ticket_of(answer.key) != answer.number]
    figures(
        f"TKT-06 {centre.kind}, motcua serve: {2 * ROUNDS} kills, {found.tickets} requests, "
        f"{sum(answer.tries > 1 for answer in told)} of them cut off, {found.duplicates} duplicated, "
        f"{time.monotonic() - began:.0f} s"
    )
    assert found.is_clean, found
    assert changed == []
