"""Our wheel in a host made by a function, which stands below a path of its server."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import urllib.request
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from tests.host.hosts import Host, settle
from tests.try_demo import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: What a proxy in front of the host says.
PROXY = {"X-Forwarded-Prefix": "/portal", "X-Forwarded-Host": "host.example", "X-Forwarded-Proto": "https"}
ADDRESSES = re.compile(r'"addresses": ?({[^}]*})')


@dataclass
class Portal:
    """The running host and its kiosk."""

    port: int
    token: str

    def ask(self, path: str, body: dict[str, Any] | None = None, **headers: str) -> str:
        """Return an answer's text; anything but success raises."""
        headers |= {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        headers["Idempotency-Key"] = str(uuid.uuid4())
        data = None if body is None else json.dumps(body).encode()
        asked = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data, headers)
        with urllib.request.urlopen(asked, timeout=10) as answer:  # noqa: S310 - this machine
            return str(answer.read().decode())

    def is_there(self) -> bool:
        """Tell whether the server has begun."""
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


@contextmanager
def started(host: Host) -> Iterator[Portal]:
    """Set the office up and run the host's own server."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    with subprocess.Popen(  # noqa: S603 - our own command
        [str(host.bin / "python"), "office.py", str(port)],
        cwd=host.folder,
        env=host.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        try:
            assert server.stdout is not None
            portal = Portal(port, server.stdout.readline().strip())
            wait_for("the host's server", 30, portal.is_there)
            yield portal
        finally:
            server.terminate()


@pytest.fixture(scope="module")
def portal(environment: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    folder = settle("factory_host", tmp_path_factory.mktemp("portal"))
    host = Host(folder, environment / "bin", f"sqlite:///{folder / 'portal.db'}", app="app:create_app")
    host.run("-m", "flask", "motcua", "upgrade")
    with started(host) as portal:
        yield portal


@pytest.mark.parametrize(
    ("path", "headers"), [("/portal", {}), ("", PROXY)], ids=["mounted below a path", "behind a proxy"]
)
def test_the_host_gives_numbers_below_its_path(portal: Portal, path: str, headers: dict[str, str]) -> None:
    (ways,) = ADDRESSES.findall(unescape(portal.ask(f"{path}/kiosk/", **headers)))
    assert [way for way in json.loads(ways).values() if not way.startswith("/portal/")] == []

    ticket = json.loads(portal.ask(f"{path}/api/v1/kiosk/tickets", {"service": "ho-tich"}, **headers))
    link = urlsplit(ticket["tracking_url"])
    state = json.loads(portal.ask(f"{link.path.replace('/portal', path, 1)}.json", **headers))

    assert (link.scheme, link.netloc.lower(), link.path[:10]) == ("https", "host.example", "/portal/T/")
    assert (state["number"], state["state"]) == (ticket["number"], "waiting")


def test_files_of_a_page_are_found_below_the_path(portal: Portal) -> None:
    page = portal.ask("/portal/procedures/")
    files = re.findall(r'(?:href|src)="(/[^"]+\.(?:css|js|woff2|svg))', page)

    assert files
    assert all(file.startswith("/portal/") and portal.ask(file) for file in files)
