"""One conversation with an ESC/POS printer: send a paper, then ask whether it came out.

That a machine has accepted bytes is not a printed paper. So the questions
are asked when the paper should be out, on the same connection, and each
answer has to come alone and in its turn; anything else is no answer.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol

from motcua.kiosk.printing.printer import PrinterError
from motcua.kiosk.printing.status import QUESTIONS, Condition, read_condition

if TYPE_CHECKING:
    from motcua.kiosk.printing.printer import Paper, Patience

_DLE_EOT = b"\x10\x04"
_GLANCE_SECONDS = 0.005
_MOST_CHATTER = 16


class Wire(Protocol):
    """An open way to a printer. Every method may raise OSError."""

    def send(self, data: memoryview, seconds: float) -> int:
        """Send some of the bytes; return how many were taken, 0 when none were in time."""

    def is_taken(self) -> bool:
        """Say whether the other side has taken all that was sent, as far as can be told."""

    def receive(self, seconds: float) -> bytes | None:
        """Return what comes in first; empty when nothing comes in time, None when the other side has closed."""


def longest(paper: Paper, patience: Patience) -> float:
    """Return how long a conversation about a paper may take."""
    questions = len(QUESTIONS) * patience.answer
    return patience.connect + _sending(paper, patience) + patience.write + patience.printing(paper) + 2 * questions


def put_out(wire: Wire, paper: Paper, patience: Patience, *, ask_first: bool) -> Condition:
    """Send one paper and return how the printer is when it should be out. Raises PrinterError."""
    has_begun = False
    try:
        if ask_first or patience.needs_answer:
            _refuse_trouble(ask(wire, patience), patience)
        has_begun = True
        _send_all(wire, paper, patience)
        time.sleep(patience.printing(paper))
        return ask(wire, patience)
    except OSError as error:
        raise PrinterError(Condition.UNREACHABLE, str(error), has_begun=has_begun) from error


def ask(wire: Wire, patience: Patience) -> Condition:
    """Ask how the printer is. Raises OSError when the connection breaks."""
    if not _discard(wire):
        return Condition.UNKNOWN
    answers = []
    for question in QUESTIONS:
        wire.send(memoryview(_DLE_EOT + bytes((question,))), patience.answer)
        answer = wire.receive(patience.answer)
        # Two answers at once, or one that comes late, and nobody knows which question they are about.
        if answer is None or len(answer) != 1 or wire.receive(_GLANCE_SECONDS):
            return Condition.UNKNOWN
        answers.append(answer[0])
    return read_condition(*answers)


def _refuse_trouble(condition: Condition, patience: Patience) -> None:
    if condition.is_bad or (condition is Condition.UNKNOWN and patience.needs_answer):
        raise PrinterError(condition, "", has_begun=False)


def _discard(wire: Wire) -> bool:
    """Throw away what the printer has said unasked; False when it has closed, or does not stop talking."""
    for _ in range(_MOST_CHATTER):
        said = wire.receive(_GLANCE_SECONDS)
        if not said:
            return said is not None
    return False


def _send_all(wire: Wire, paper: Paper, patience: Patience) -> None:
    """Send every byte in one run. Raises OSError when the printer stops taking them."""
    ends_at = time.monotonic() + _sending(paper, patience)
    left = memoryview(paper.data)
    while left:
        taken = wire.send(left, min(patience.write, ends_at - time.monotonic()))
        if taken == 0:
            msg = f"it stopped taking bytes, {len(left)} of {len(paper.data)} were left"
            raise TimeoutError(msg)
        left = left[taken:]
    stops_at = time.monotonic() + patience.write
    while not wire.is_taken():
        if time.monotonic() > stops_at:
            msg = "it stopped taking bytes near the end"
            raise TimeoutError(msg)
        time.sleep(_GLANCE_SECONDS)


def _sending(paper: Paper, patience: Patience) -> float:
    """Return how long sending may take as a whole: a slow printer takes bytes no faster than it burns them."""
    return patience.write + 4 * patience.printing(paper)
