"""The web server of the standalone deployment and of the trial."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
from functools import partial
from typing import TYPE_CHECKING, Any

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.mp import MPServer

from motcua.admin.config_file import CONFIG_ENVIRONMENT
from motcua.admin.extension import EXTENSION, Motcua

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flask import Flask

#: How long a request that is being answered holds up the end.
STOP_SECONDS = 10


class WebServer(MPServer):
    """The production web server, whose processes build the app themselves from the configuration file.

    They are new ones, no copies of this: a copy would inherit SQLite's locks as they
    stood at its birth, and might wait for ever for a writer that is not there
    (sqlite.org/howtocorrupt.html, 2.6).
    """

    def __init__(
        self, config: Path, *, host: str, port: int, processes: int, threads: int, is_quiet: bool = False
    ) -> None:
        os.environ[CONFIG_ENVIRONMENT] = str(config.resolve())
        multiprocessing.set_start_method("spawn", force=True)
        # Without a lock, which a process that is killed might hold for ever.
        self._is_stopping: Any = multiprocessing.RawValue(ctypes.c_bool, False)
        super().__init__(
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

    def run(self, load: Callable[[], Flask] | None = None) -> None:
        """Serve what ``load`` builds in each process, the standalone app by default, until told to stop."""
        self.serve(
            target_loader=partial(_app_that_hears, load or _standalone_app, self._is_stopping), wrap_loader=False
        )

    def shutdown(self, exit_code: int = 0) -> None:
        """Tell the streams, which would hold up the end for as long as boards follow them; then stop."""
        self._is_stopping.value = True
        super().shutdown(exit_code)  # type: ignore[no-untyped-call]


def _standalone_app() -> Flask:
    from motcua.admin.app import create_app  # read where it is served, and not by who starts the processes

    return create_app()


def _app_that_hears(load: Callable[[], Flask], is_stopping: Any) -> Flask:
    # Ctrl+C reaches this process as well as the server that ends it; asked twice at once, granian may never end.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    app = load()
    motcua: Motcua = app.extensions[EXTENSION]
    motcua.is_stopping = lambda: bool(is_stopping.value)
    return app
