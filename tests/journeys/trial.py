"""A whole trial, run as a newcomer runs it: ``motcua demo`` in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.try_demo import wait_for

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

SECONDS_TO_START = 60
SECONDS_TO_STOP = 20


@dataclass(frozen=True)
class Trial:
    """A running trial: where it is, and who works there."""

    folder: Path
    facts: dict[str, Any]

    @property
    def url(self) -> str:
        """The address of the trial."""
        return str(self.facts["url"])

    def password(self, username: str) -> str:
        """Return the password that was made up for a person."""
        people = {person["username"]: person["password"] for person in self.facts["users"]}
        return str(people[username])

    def sign_in(self, page: Page, username: str, address: str) -> None:
        """Sign in as a person would, on the way to a page."""
        page.goto(f"{self.url}{address}")
        page.fill("#username", username)
        page.fill("#password", self.password(username))
        page.press("#password", "Enter")

    def command(self, *words: str) -> str:
        """Run one of the commands on the trial's data and return what it says."""
        environment = os.environ | {"MOTCUA_CONFIG": str(self.folder / "config.py")}
        done = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "-m", "motcua.admin", *words],
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        return done.stdout


class RunningTrial:
    """Starts a trial and ends it as Ctrl+C does."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port

    def __enter__(self) -> Trial:
        command = [sys.executable, "-m", "motcua.admin", "demo"]
        command += ["--port", str(self.port), "--data-dir", str(self.folder)]
        self.log = (self.folder.parent / f"{self.folder.name}.log").open("w")
        self.process = subprocess.Popen(  # noqa: S603 - our own command
            command, stdout=self.log, stderr=subprocess.STDOUT, start_new_session=True
        )
        summary = self.folder / "demo.json"
        wait_for("demo.json", SECONDS_TO_START, lambda: summary.exists() and summary.stat().st_size)
        return Trial(self.folder, json.loads(summary.read_text("utf-8")))

    def __exit__(self, *_: object) -> None:
        os.killpg(self.process.pid, signal.SIGINT)
        self.process.wait(SECONDS_TO_STOP)
        self.log.close()
