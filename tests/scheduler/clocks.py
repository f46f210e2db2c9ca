"""A process that has built the app once and forks schedulers, so that one that dies costs milliseconds.

    python -m tests.scheduler.clocks TIME_FILE        with MOTCUA_CONFIG naming the configuration

It says ``ready``, then reads lines from its input. ``NAME`` forks a scheduler with that failpoint
armed (``-`` for none) and answers with its process id. The schedulers are the
product's own, on APScheduler, with a bell that rings ten times a second; what
time it is they read from the file, so the test turns everybody's clock at once.
"""

from __future__ import annotations

import importlib
import mmap
import os
import signal
import struct
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from motcua.admin import failpoints
from motcua.admin.app import create_app
from motcua.admin.extension import EXTENSION, Motcua
from motcua.scheduler.jobs import JobScene, send_digests
from motcua.scheduler.post import post_of
from motcua.scheduler.process import run
from motcua.scheduler.timetable import Bell

if TYPE_CHECKING:
    from flask import Flask

TIME = struct.Struct("d")
ROUND_SECONDS = 0.1


class SharedTime:
    """What time it is, for every process that opens the file."""

    def __init__(self, path: Path) -> None:
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), TIME.size)

    def __call__(self) -> datetime:
        return datetime.fromtimestamp(TIME.unpack_from(self._memory)[0], UTC)

    def set(self, moment: datetime) -> None:
        """Turn everybody's clock."""
        TIME.pack_into(self._memory, 0, moment.timestamp())


def main() -> None:
    """Build the app, then fork a scheduler for every line."""
    app = create_app()
    motcua: Motcua = app.extensions[EXTENSION]
    motcua.clock = SharedTime(Path(sys.argv[1]))
    send_digests(JobScene(post_of(app)))  # a morning before the forks: what is loaded and compiled now is shared
    motcua.database.engine.dispose()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead are not waited for
    _say("ready")
    for line in sys.stdin:
        process = os.fork()
        if not process:
            _live(app, line.strip())
        _say(str(process))


def _say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def _live(app: Flask, failpoint: str) -> None:
    sys.stdin.close()
    if failpoint != "-":
        os.environ[failpoints.VARIABLE] = failpoint
        importlib.reload(failpoints)
    bell = Bell(id="digests", trigger="interval", when={"seconds": ROUND_SECONDS}, ring=send_digests)
    run([bell], JobScene(post_of(app)), zone="Asia/Ho_Chi_Minh")


if __name__ == "__main__":
    main()
