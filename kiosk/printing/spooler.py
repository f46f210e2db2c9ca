"""A queue of the machine's own print spooler, through its ``lp`` command.

The spooler takes a paper and says nothing of what becomes of it, so its
papers are unconfirmed.
"""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

from motcua.kiosk.printing.printer import PrinterError
from motcua.kiosk.printing.status import Condition

if TYPE_CHECKING:
    from motcua.kiosk.printing.printer import Paper

_SECONDS = 10
_COMMAND = "lp"


class SpoolerPrinter:
    """A named queue; the bytes go through it untouched."""

    def __init__(self, queue: str) -> None:
        self._queue = queue

    def longest(self, paper: Paper) -> float:
        """Return how many seconds handing over may take before it fails."""
        del paper
        return _SECONDS

    def print_paper(self, paper: Paper, *, ask_first: bool) -> Condition:
        """Hand the paper to the spooler. Raises PrinterError when it does not take it."""
        del ask_first
        command = shutil.which(_COMMAND)
        if command is None:
            raise PrinterError(Condition.UNREACHABLE, "this machine has no lp command", has_begun=False)
        try:
            done = subprocess.run(  # noqa: S603 - the queue's name was checked letter by letter
                [command, "-d", self._queue, "-o", "raw", "-t", paper.label.lstrip("-"), "-"],
                input=paper.data,
                capture_output=True,
                timeout=_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise PrinterError(Condition.UNREACHABLE, str(error), has_begun=True) from error
        if done.returncode != 0:
            said = done.stderr.decode(errors="replace").strip()
            raise PrinterError(Condition.UNREACHABLE, said or f"lp ended with {done.returncode}", has_begun=False)
        return Condition.UNKNOWN

    def ask(self) -> Condition:
        """The spooler is not asked: what it would say is not what the printer would."""
        return Condition.UNKNOWN
