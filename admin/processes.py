"""Running the parts: the web server, and the loops beside it."""

from __future__ import annotations

import multiprocessing
import os
import threading
from typing import TYPE_CHECKING, Any

from motcua.admin.app import CONFIG_ENVIRONMENT
from motcua.admin.extension import EXTENSION

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from granian.server.common import AbstractServer

STOP_SECONDS = 10


def web_server(
    config: Path, *, host: str, port: int, processes: int, threads: int, is_quiet: bool = False
) -> AbstractServer[Any]:
    """Return the production web server, ready to ``serve()``.

    Its processes build the app themselves from the configuration file. They
    are new ones, no copies of this: a copy would inherit SQLite's locks as they
    stood at its birth, and might wait for ever for a writer that is not there
    (sqlite.org/howtocorrupt.html, 2.6).
    """
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    os.environ[CONFIG_ENVIRONMENT] = str(config.resolve())
    multiprocessing.set_start_method("spawn", force=True)
    return Granian(
        "motcua.admin.app:create_app",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=processes,
        blocking_threads=threads,
        log_access=False,
        log_level=LogLevels.error if is_quiet else LogLevels.info,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
    )


class Background:
    """The print worker, the scheduler and whatever else runs beside the web server."""

    def __init__(self, app: Flask) -> None:
        self.stop_asked = threading.Event()
        self._threads = [
            threading.Thread(target=loop, args=(app, self.stop_asked), name=f"motcua-{name}", daemon=True)
            for name, loop in app.extensions[EXTENSION].background.items()
        ]

    def start(self) -> None:
        """Start every loop in a thread of its own."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Ask the loops to stop and wait until they have given back what they held."""
        self.stop_asked.set()
        for thread in self._threads:
            thread.join(STOP_SECONDS)
