"""The servers that benchmarks ask: the product on a centre of its own, and the floor beside it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import floor
from benchmarks.load import Result, run_load
from benchmarks.prepare import SERVICE, prepare_centre

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent


@dataclass
class Server:
    """A server under load: where it is and how to ask it."""

    port: int
    path: str
    headers: dict[str, str]
    body: bytes
    #: Every number that clients of the product were told.
    told: list[tuple[str, str]] = field(default_factory=list)

    def load(self, clients: int, seconds: float) -> Result:
        """Put load on it."""
        result = run_load(
            self.port, path=self.path, headers=self.headers, body=self.body, clients=clients, seconds=seconds
        )
        answers = (json.loads(body) for body in result.bodies)
        self.told += [(answer["service_day"], answer["number"]) for answer in answers if "service_day" in answer]
        return result


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(command: list[str], environment: dict[str, str], port: int) -> Iterator[None]:
    """Run a server until the block ends."""
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(  # noqa: S603 - our own commands
            command, env=os.environ | environment, cwd=ROOT, stdout=log, stderr=log
        )
        try:
            if not _answers(port, process):
                log.seek(0)
                msg = f"{' '.join(command)} does not answer:\n{log.read().decode(errors='replace')}"
                raise RuntimeError(msg)
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _answers(port: int, process: subprocess.Popen[bytes]) -> bool:
    """Wait until the server answers; False when it ended or stays silent."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1).close()
        except urllib.error.HTTPError:
            return True  # the floor knows no such page, but it answers
        except OSError:
            time.sleep(0.1)
        else:
            return True
    return False


@contextmanager
def floor_server(address: str, options: argparse.Namespace) -> Iterator[Server]:
    """Run the floor on its own table in the same engine."""
    connection = floor.connect(address)
    connection.execute(floor.CREATE)
    connection.execute("INSERT INTO counter VALUES (1, 0)")
    connection.commit()
    connection.close()
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--workers", str(options.processes), "--blocking-threads", str(options.threads)]
    command += ["--no-ws", "--no-access-log", "benchmarks.floor:create_app"]
    with running(command, {floor.DATABASE: address}, port):
        yield Server(port, "/issue", {}, b"{}")


@contextmanager
def product_server(address: str, tickets: int, options: argparse.Namespace) -> Iterator[Server]:
    """Run `motcua serve` on a centre that already gave ``tickets`` numbers."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "config.py"
        config.write_text(
            f"SECRET_KEY = 'only for the benchmark, thirty-two bytes'\nSQLALCHEMY_DATABASE_URI = {address!r}\n"
            "MOTCUA_SERIES_CAPACITY = 999_999\n",
            "utf-8",
        )
        token = prepare_centre(config, tickets)
        port = free_port()
        command = [sys.executable, "-m", "motcua.admin", "serve", "--port", str(port)]
        command += ["--processes", str(options.processes), "--threads", str(options.threads)]
        with running(command, {"MOTCUA_CONFIG": str(config)}, port):
            headers = {"Authorization": f"Bearer {token}"}
            yield Server(port, "/api/v1/kiosk/tickets", headers, json.dumps({"service": SERVICE}).encode())
