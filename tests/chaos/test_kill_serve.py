"""The same as ``test_kill.py``, to ``motcua serve`` itself: fewer kills, for a real server takes a second to start."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import pytest

from motcua.admin.app import CONFIG_ENVIRONMENT
from tests.chaos.centre import ROOT, Centre, Told, insist, verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Figures

ROUNDS = 3
VISITORS = 4

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds a server's processes in /proc")


@contextmanager
def served(centre: Centre, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """Run ``motcua serve`` in a process group of its own; nothing of it is left afterwards."""
    command = [sys.executable, "-m", "motcua.admin", "serve", "--port", str(port), "--threads", "4"]
    environment = os.environ | {CONFIG_ENVIRONMENT: str(centre.config)}
    with (
        (centre.config.parent / "serve.log").open("ab") as log,
        subprocess.Popen(  # noqa: S603 - our own command
            command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
        ) as server,
    ):
        try:
            yield server
        finally:
            os.killpg(server.pid, signal.SIGKILL)


def workers(server: subprocess.Popen[bytes]) -> list[int]:
    """Return the processes in which the server answers requests."""
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text("ascii")
    return [int(child) for child in children.split()]


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


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
