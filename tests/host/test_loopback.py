"""The guard that keeps tests on this machine is itself on guard (CFG-06)."""

from __future__ import annotations

import socket

import pytest

from tests.loopback import AnotherMachineError


def test_no_test_reaches_another_machine() -> None:
    with socket.socket() as one, pytest.raises(AnotherMachineError):
        one.connect(("192.0.2.1", 80))


def test_no_test_looks_up_a_name() -> None:
    with pytest.raises(socket.gaierror):
        socket.create_connection(("motcua.example", 80))


def test_this_machine_can_be_reached() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as here,
        socket.create_connection(("localhost", here.getsockname()[1])) as one,
    ):
        assert one.getpeername() == here.getsockname()
