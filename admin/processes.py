"""Running the loops beside the web server."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from motcua.admin.extension import EXTENSION

if TYPE_CHECKING:
    from flask import Flask

STOP_SECONDS = 10


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
