"""A proxy that swallows answers: the server has done the work, the visitor hears nothing."""

from __future__ import annotations

import socket
import socketserver
import struct
import threading
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterable

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class FaultProxy(socketserver.ThreadingTCPServer):
    """Passes requests on to a port; whether it passes the answer back is said by ``swallow``, one connection each."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, server_port: int, swallow: Iterable[bool]) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.server_port = server_port
        self.swallowed = 0
        self._swallow = iter(swallow)
        self._lock = threading.Lock()

    @property
    def port(self) -> int:
        """Where visitors connect to."""
        return int(self.server_address[1])

    def swallows_next(self) -> bool:
        """Tell whether the next answer gets lost."""
        with self._lock:
            swallow = next(self._swallow, False)
            self.swallowed += swallow
            return swallow

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


class _Connection(socketserver.BaseRequestHandler):
    server: FaultProxy
    request: socket.socket

    def handle(self) -> None:
        """Pass one request on, and its answer back or not."""
        asked = _whole_message(self.request)
        with socket.create_connection(("127.0.0.1", self.server.server_port)) as behind:
            behind.sendall(asked)
            answer = b"".join(iter(lambda: behind.recv(65_536), b""))
        if self.server.swallows_next():
            self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            self.request.close()
        else:
            self.request.sendall(answer)


def _whole_message(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65_536)
    head, _, body = received.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
    while len(body) < length:
        body += connection.recv(65_536)
    return head + b"\r\n\r\n" + body
