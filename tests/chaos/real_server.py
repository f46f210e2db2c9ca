"""``motcua serve`` itself, in a process group of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from motcua.admin.config_file import CONFIG_ENVIRONMENT
from tests.chaos.centre import ROOT, Centre

if TYPE_CHECKING:
    from collections.abc import Iterator


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
