"""``motcua serve`` is asked to stop, as at every update of the machine."""

from __future__ import annotations

import os
import signal
from contextlib import closing
from http.client import HTTPConnection
from typing import TYPE_CHECKING

import pytest

from tests.chaos.centre import insist
from tests.chaos.real_server import free_port, served

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    from tests.chaos.centre import Centre

PATIENCE = 30


def ask_as_a_service_manager(server: subprocess.Popen[bytes]) -> None:
    server.send_signal(signal.SIGTERM)


def ask_as_a_terminal(server: subprocess.Popen[bytes]) -> None:
    """Press Ctrl+C, which reaches every process of the server."""
    os.killpg(server.pid, signal.SIGINT)


@pytest.mark.parametrize("ask", [ask_as_a_service_manager, ask_as_a_terminal])
def test_the_boards_that_follow_are_let_go_and_not_cut_off(
    centre: Centre, ask: Callable[[subprocess.Popen[bytes]], None]
) -> None:
    """Else the end would wait for their streams, and then break them off: ten seconds without a number."""
    if centre.kind != "sqlite":
        pytest.skip("the web server ends the same, wherever the record is")
    port = free_port()
    with served(centre, port) as server, closing(HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as board:
        insist(port, centre.token)
        board.request("GET", "/api/v1/board/chau-ninh/events", headers={"Accept": "text/event-stream"})
        stream = board.getresponse()
        assert stream.readline() == b"retry: 1000\n"

        ask(server)

        stream.read()  # raises IncompleteRead when it is cut off
        assert server.wait(PATIENCE) == 0
