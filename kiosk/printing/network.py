"""Printers on the network: raw bytes on a TCP port, a fresh connection for every paper.

A connection kept open loses papers in silence when the printer drops it; and
bytes a socket has accepted may lie in our own kernel, so little of them is
allowed to.
"""

from __future__ import annotations

import ipaddress
import socket
import sys
from contextlib import closing, suppress
from typing import TYPE_CHECKING

from motcua.kiosk.printing.conversation import ask, longest, put_out
from motcua.kiosk.printing.printer import PrinterError
from motcua.kiosk.printing.status import Condition

if TYPE_CHECKING:
    from collections.abc import Sequence

    from motcua.kiosk.printing.printer import Paper, Patience
    from motcua.kiosk.settings import Network

_SEND_BUFFER = 4096
_MOST_ANSWER = 64
_FAREWELL_SECONDS = 0.2
_LAST_WORDS = 3


class TcpPrinter:
    """A printer at a host and port, if that lies in an allowed network."""

    def __init__(self, host: str, port: int, *, networks: Sequence[Network], patience: Patience) -> None:
        self._host = host
        self._port = port
        self._networks = networks
        self._patience = patience

    def longest(self, paper: Paper) -> float:
        """Return how many seconds printing may take before it fails."""
        return longest(paper, self._patience)

    def print_paper(self, paper: Paper, *, ask_first: bool) -> Condition:
        """Print over a connection of its own. Raises PrinterError."""
        with closing(self._connected()) as wire:
            return put_out(wire, paper, self._patience, ask_first=ask_first)

    def ask(self) -> Condition:
        """Return how the printer is. Raises PrinterError when it can't be reached."""
        with closing(self._connected()) as wire:
            try:
                return ask(wire, self._patience)
            except OSError as error:
                raise PrinterError(Condition.UNREACHABLE, str(error), has_begun=False) from error

    def _connected(self) -> _TcpWire:
        try:
            return _TcpWire(self._allowed_address(), self._port, self._patience.connect)
        except OSError as error:
            raise PrinterError(Condition.UNREACHABLE, str(error), has_begun=False) from error

    def _allowed_address(self) -> str:
        """Return the address to connect to; the name is looked up once, so it can't mean another machine later."""
        try:
            found = socket.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
        except UnicodeError as error:  # Python's word for a name that cannot be asked for
            raise PrinterError(Condition.UNREACHABLE, str(error), has_begun=False) from error
        address = str(found[0][4][0])
        if not any(ipaddress.ip_address(address) in network for network in self._networks):
            msg = f"{address} is in none of the networks of MOTCUA_PRINTER_NETWORKS"
            raise PrinterError(Condition.UNREACHABLE, msg, has_begun=False)
        return address


class _TcpWire:
    def __init__(self, address: str, port: int, seconds: float) -> None:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_STREAM)
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._socket.settimeout(seconds)
            self._socket.connect((address, port))
        except OSError:
            self._socket.close()
            raise

    def send(self, data: memoryview, seconds: float) -> int:
        self._socket.settimeout(max(seconds, 0.001))
        try:
            return self._socket.send(data)
        except TimeoutError:
            return 0

    def is_taken(self) -> bool:
        return _unacknowledged(self._socket) == 0

    def receive(self, seconds: float) -> bytes | None:
        self._socket.settimeout(seconds)
        try:
            return self._socket.recv(_MOST_ANSWER) or None
        except TimeoutError:
            return b""

    def close(self) -> None:
        # Closing with something unread resets the connection, and a printer may then forget what it has not
        # printed yet. So: say that we are done, hear the other side out, then close.
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)
            for _ in range(_LAST_WORDS):
                if not self.receive(_FAREWELL_SECONDS):
                    break
        self._socket.close()


def _unacknowledged(connection: socket.socket) -> int:
    """Return how many bytes the other side has not yet acknowledged; 0 where the system can't tell."""
    if sys.platform != "linux":
        return 0
    import fcntl
    import termios

    return int.from_bytes(fcntl.ioctl(connection, termios.TIOCOUTQ, bytes(4)), sys.byteorder)
