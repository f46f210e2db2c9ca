"""Printers behind a device node: USB through the kernel's own driver, serial lines, pipes.

The node is opened for every paper, so a cable that was pulled is noticed and
one that is back works again. Nothing here waits without a deadline.
"""

from __future__ import annotations

import os
import select
import stat
import sys
import time
from contextlib import closing
from typing import TYPE_CHECKING, NoReturn

from motcua.kiosk.printing.conversation import ask, longest, put_out
from motcua.kiosk.printing.printer import PrinterError
from motcua.kiosk.printing.status import Condition

if TYPE_CHECKING:
    from pathlib import Path

    from motcua.kiosk.printing.printer import Paper, Patience

_MOST_ANSWER = 64
_NOTHING_SECONDS = 0.01
_BITS_PER_BYTE = 10  # start and stop bit included


class DevicePrinter:
    """A printer that listens and answers on a device node."""

    def __init__(self, path: str, *, patience: Patience, baud: int | None = None) -> None:
        self._path = path
        self._patience = patience
        self._baud = baud

    def longest(self, paper: Paper) -> float:
        """Return how many seconds printing may take before it fails; a serial line is slow."""
        line = len(paper.data) * _BITS_PER_BYTE / self._baud if self._baud else 0
        return line + longest(paper, self._patience)

    def print_paper(self, paper: Paper, *, ask_first: bool) -> Condition:
        """Print with the node opened anew. Raises PrinterError."""
        with closing(self._opened()) as wire:
            return put_out(wire, paper, self._patience, ask_first=ask_first)

    def ask(self) -> Condition:
        """Return how the printer is. Raises PrinterError when the node can't be opened."""
        with closing(self._opened()) as wire:
            try:
                return ask(wire, self._patience)
            except OSError as error:
                _raise_unreachable(error)

    def _opened(self) -> _NodeWire:
        try:
            return _NodeWire(self._path, baud=self._baud)
        except OSError as error:
            _raise_unreachable(error)


class FilePrinter:
    """A pipe, a node that never answers, or a plain file that grows.

    Nobody vouches for what becomes of the bytes, so its papers are
    unconfirmed. A full path must be a pipe or a device that exists: an
    address in a form must not be a way to write over a file of the machine.
    """

    def __init__(self, path: Path, *, may_be_plain: bool, patience: Patience) -> None:
        self._path = path
        self._may_be_plain = may_be_plain
        self._patience = patience

    def longest(self, paper: Paper) -> float:
        """Return how many seconds printing may take before it fails."""
        return longest(paper, self._patience)

    def print_paper(self, paper: Paper, *, ask_first: bool) -> Condition:
        """Write the bytes. Raises PrinterError."""
        del ask_first
        has_begun = False
        try:
            with closing(_NodeWire(str(self._path), flags=self._flags())) as wire:
                self._check(wire)
                left = memoryview(paper.data)
                while left:
                    taken = wire.send(left, self._patience.write)
                    if taken == 0:
                        msg = f"it stopped taking bytes, {len(left)} were left"
                        raise TimeoutError(msg)
                    has_begun = True
                    left = left[taken:]
        except OSError as error:
            raise PrinterError(Condition.UNREACHABLE, str(error), has_begun=has_begun) from error
        return Condition.UNKNOWN

    def ask(self) -> Condition:
        """Nobody is there to answer."""
        return Condition.UNKNOWN

    def _flags(self) -> int:
        if not self._may_be_plain:
            return os.O_WRONLY
        self._path.parent.mkdir(parents=True, exist_ok=True)
        return os.O_WRONLY | os.O_APPEND | os.O_CREAT

    def _check(self, wire: _NodeWire) -> None:
        mode = wire.mode()
        if not (stat.S_ISCHR(mode) or stat.S_ISFIFO(mode) or (self._may_be_plain and stat.S_ISREG(mode))):
            msg = f"{self._path} is neither a device nor a pipe"
            raise PrinterError(Condition.UNREACHABLE, msg, has_begun=False)


class _NodeWire:
    def __init__(self, path: str, *, baud: int | None = None, flags: int = os.O_RDWR) -> None:
        self._node = os.open(path, flags | os.O_NONBLOCK | os.O_NOCTTY, 0o640)
        if baud is not None:
            try:
                _set_line(self._node, baud)
            except BaseException:
                os.close(self._node)
                raise

    def mode(self) -> int:
        return os.fstat(self._node).st_mode

    def send(self, data: memoryview, seconds: float) -> int:
        _, writable, _ = select.select([], [self._node], [], max(seconds, 0))
        if not writable:
            return 0
        try:
            return os.write(self._node, data)
        except BlockingIOError:
            return 0

    def is_taken(self) -> bool:
        return True

    def receive(self, seconds: float) -> bytes | None:
        ends_at = time.monotonic() + seconds
        while (left := ends_at - time.monotonic()) > 0:
            readable, _, _ = select.select([self._node], [], [], left)
            if readable and (said := self._read()):
                return said
            # The driver of USB printers says "end of file" for "nothing to say": that is silence, not the end.
            time.sleep(min(left, _NOTHING_SECONDS))
        return b""

    def _read(self) -> bytes:
        try:
            return os.read(self._node, _MOST_ANSWER)
        except BlockingIOError:
            return b""

    def close(self) -> None:
        os.close(self._node)


def _set_line(node: int, baud: int) -> None:
    """Set a serial line to eight bits, no parity, no echo, hardware flow control."""
    if sys.platform == "win32":
        raise OSError("serial printers need a POSIX system")
    import termios
    import tty

    tty.setraw(node)
    iflag, oflag, cflag, lflag, _, _, characters = termios.tcgetattr(node)
    speed = getattr(termios, f"B{baud}")
    cflag |= termios.CLOCAL | termios.CREAD | termios.CRTSCTS
    termios.tcsetattr(node, termios.TCSANOW, [iflag, oflag, cflag, lflag, speed, speed, characters])


def _raise_unreachable(error: OSError) -> NoReturn:
    raise PrinterError(Condition.UNREACHABLE, str(error), has_begun=False) from error
