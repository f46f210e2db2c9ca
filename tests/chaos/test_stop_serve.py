"""``motcua serve`` is asked to stop, as at every update of the machine."""

from __future__ import annotations

import signal
from contextlib import closing
from http.client import HTTPConnection
from typing import TYPE_CHECKING

from tests.chaos.centre import insist
from tests.chaos.real_server import free_port, served

if TYPE_CHECKING:
    from tests.chaos.centre import Centre

PATIENCE = 30


def test_the_boards_that_follow_are_let_go_and_not_cut_off(centre: Centre) -> None:
    """Else the end would wait for their streams, and then break them off: ten seconds without a number."""
    port = free_port()
    with served(centre, port) as server, closing(HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as board:
        insist(port, centre.token)
        board.request("GET", "/api/v1/board/chau-ninh/events", headers={"Accept": "text/event-stream"})
        stream = board.getresponse()
        assert stream.readline() == b"retry: 1000\n"

        server.send_signal(signal.SIGTERM)

        stream.read()  # raises IncompleteRead when it is cut off
        assert server.wait(PATIENCE) == 0
