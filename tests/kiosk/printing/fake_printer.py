"""A network printer made of sockets, with the bad habits of real ones.

It reads bytes, answers DLE EOT in the middle of them as real printers do,
and keeps everything else. A habit may last for some connections only.
"""

from __future__ import annotations

import socket
import struct
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import TracebackType

GOOD = {1: b"\x12", 2: b"\x12", 4: b"\x12"}
PAPER_END = {1: b"\x1a", 2: b"\x32", 4: b"\x7e"}
NEAR_END = {1: b"\x12", 2: b"\x12", 4: b"\x1e"}
SILENT: dict[int, bytes] = {}

_DLE_EOT = b"\x10\x04"
_RST_ON_CLOSE = struct.pack("ii", 1, 0)


@dataclass
class Habits:
    """How it behaves; the defaults are those of a good printer."""

    answers: dict[int, bytes] = field(default_factory=lambda: dict(GOOD))
    #: After so many bytes of a paper it says what ``then_answers`` says.
    changes_after: int | None = None
    then_answers: dict[int, bytes] = field(default_factory=lambda: dict(PAPER_END))
    #: After so many bytes it reads no more, or breaks the connection.
    stalls_after: int | None = None
    resets_after: int | None = None
    #: Closes the connection once it has been idle so long.
    drops_idle_after: float | None = None
    #: Says this unasked as soon as it has seen a cut.
    says_unasked: bytes = b""


@dataclass
class Conversation:
    """What came in over one connection."""

    data: bytearray = field(default_factory=bytearray)
    questions: list[int] = field(default_factory=list)
    ended: bool = False


class FakePrinter:
    """Listens on a port of 127.0.0.1; ``habits`` may be changed at any time."""

    def __init__(self, habits: Habits | None = None) -> None:
        self.habits = habits or Habits()
        #: Habits of the first connections, one each, before the ordinary ones.
        self.at_first: list[Habits] = []
        self.conversations: list[Conversation] = []
        #: How many conversations were ever open at the same time.
        self.most_at_once = 0
        self._server = socket.socket()
        # A printer's buffer is a few thousand bytes; what it has not read has not been printed.
        self._server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._server.bind(("127.0.0.1", 0))
        self._server.listen(16)
        self.port: int = self._server.getsockname()[1]
        self._closing = threading.Event()
        self._threads: list[threading.Thread] = []
        self._accepting = threading.Thread(target=self._accept, daemon=True)

    @property
    def address(self) -> str:
        """Where it is, as an administrator writes it."""
        return f"tcp://127.0.0.1:{self.port}"

    @property
    def papers(self) -> list[bytes]:
        """The bytes of every conversation that brought any."""
        return [bytes(talk.data) for talk in self.conversations if talk.data]

    def __enter__(self) -> Self:
        self._accepting.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._closing.set()
        # Closing alone does not wake an accept() that waits in another thread.
        socket.create_connection(("127.0.0.1", self.port)).close()
        self._accepting.join()
        self._server.close()
        for thread in self._threads:
            thread.join(5)

    def wait_until_quiet(self) -> None:
        """Wait until every connection has come to its end."""
        for thread in list(self._threads):
            thread.join(5)

    def _accept(self) -> None:
        while True:
            connection, _ = self._server.accept()
            if self._closing.is_set():
                connection.close()
                return
            habits = self.at_first.pop(0) if self.at_first else self.habits
            talk = Conversation()
            self.conversations.append(talk)
            self.most_at_once = max(self.most_at_once, sum(not other.ended for other in self.conversations))
            thread = threading.Thread(target=self._listen, args=(connection, habits, talk), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _listen(self, connection: socket.socket, habits: Habits, talk: Conversation) -> None:
        connection.settimeout(0.02)
        heard_at = time.monotonic()
        pending = b""
        try:
            while not self._closing.is_set():
                if habits.stalls_after is not None and len(talk.data) >= habits.stalls_after:
                    self._closing.wait(0.05)
                    if _has_gone(connection):
                        return
                    continue
                try:
                    heard = connection.recv(_room(habits, talk))
                except TimeoutError:
                    if habits.drops_idle_after is not None and time.monotonic() - heard_at > habits.drops_idle_after:
                        return
                    continue
                if not heard:
                    return
                heard_at = time.monotonic()
                pending = self._hear(connection, habits, talk, pending + heard)
                if habits.resets_after is not None and len(talk.data) >= habits.resets_after:
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RST_ON_CLOSE)
                    return
        except OSError:
            return
        finally:
            talk.ended = True
            connection.close()

    def _hear(self, connection: socket.socket, habits: Habits, talk: Conversation, heard: bytes) -> bytes:
        """Keep the bytes, answer the questions among them; return what may be the beginning of a question."""
        while (at := heard.find(_DLE_EOT)) >= 0 and at + 2 < len(heard):
            talk.data += heard[:at]
            question = heard[at + 2]
            talk.questions.append(question)
            said = _answers(habits, talk).get(question, b"")
            if said:
                connection.sendall(said)
            heard = heard[at + 3 :]
        if at < 0:
            keep = 1 if heard.endswith(b"\x10") else 0
            talk.data += heard[: len(heard) - keep]
            heard = heard[len(heard) - keep :]
        if habits.says_unasked and not talk.questions and talk.data.endswith(b"\x1dVB\x00"):
            connection.sendall(habits.says_unasked)
        return heard


def _room(habits: Habits, talk: Conversation) -> int:
    """Return how many bytes may be read so that a habit sets in at exactly the right byte."""
    limits = [limit for limit in (habits.stalls_after, habits.resets_after, habits.changes_after) if limit is not None]
    return min([1024, *(limit - len(talk.data) for limit in limits if limit > len(talk.data))])


def _answers(habits: Habits, talk: Conversation) -> dict[int, bytes]:
    has_changed = habits.changes_after is not None and len(talk.data) >= habits.changes_after
    return habits.then_answers if has_changed else habits.answers


def _has_gone(connection: socket.socket) -> bool:
    """Say whether the other side has closed, without reading what it sent."""
    connection.setblocking(False)
    try:
        return connection.recv(1, socket.MSG_PEEK) == b""
    except BlockingIOError:
        return False
    finally:
        connection.settimeout(0.02)
