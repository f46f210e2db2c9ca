"""Tests speak to this machine only: whoever asks for another is stopped, by Python itself."""

from __future__ import annotations

import ipaddress
import socket
import sys
from typing import Any

import sqlalchemy as sa

_OWN_NAMES = {"", "localhost", "localhost.localdomain", socket.gethostname()}


class AnotherMachineError(RuntimeError):
    """A test, or what it tests, wanted to leave this machine."""


def stay_here(postgres: str | None) -> None:
    """Allow this machine and the database server of the tests, for as long as the process lives."""
    allowed = _OWN_NAMES | ({str(sa.make_url(postgres).host)} if postgres else set())

    def guard(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "socket.connect":
            address = arguments[1]
            if isinstance(address, tuple) and not _is_here(address[0], allowed):
                raise AnotherMachineError(address)
        elif event == "socket.getaddrinfo" and not (_is_here(arguments[0], allowed) or _is_figures(arguments[0])):
            # What a machine says whose line is cut; the code under test has an answer to that.
            raise socket.gaierror(socket.EAI_NONAME, f"{arguments[0]}: tests look up no names")

    sys.addaudithook(guard)


def _is_figures(host: Any) -> bool:
    """Tell whether a host is an address already: reading one asks nobody, and connecting is guarded by itself."""
    text = host.decode() if isinstance(host, bytes) else host
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return _is_old_spelling(text)
    return True


def _is_old_spelling(host: str) -> bool:
    """Tell whether a host is an IPv4 address as C reads one: in decimal, octal, hexadecimal, or with parts left out."""
    try:
        socket.inet_aton(host)
    except OSError:
        return False
    return True


def _is_here(host: Any, allowed: set[str]) -> bool:
    name = host.decode() if isinstance(host, bytes) else host or ""
    if name in allowed:
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
