"""Our wheel in a host that is not ours: everything of ours works, and nothing of the host's is disturbed."""

from __future__ import annotations

import http.client
import json
import re
import socket
import subprocess
import time
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from motcua.admin.app import ADDON_MANAGERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.host.conftest import Host


def probe(host: Host, *wishes: str, with_motcua: bool) -> dict[str, Any]:
    """Return what the host is like."""
    found: dict[str, Any] = json.loads(host.run("probe.py", *wishes, with_motcua=with_motcua).splitlines()[-1])
    return found


@dataclass
class Story:
    """The host before us, with us, and after us."""

    host: Host
    before: dict[str, Any]
    during: dict[str, Any]
    doctor: str
    ticket: dict[str, Any]
    after: dict[str, Any]


@pytest.fixture(scope="session")
def story(host: Host) -> Story:
    """Let the host live through our coming and going."""
    host.run("-m", "alembic", "upgrade", "head", with_motcua=False)
    before = probe(host, "readers", with_motcua=False)
    host.run("-m", "flask", "motcua", "upgrade", with_motcua=True)
    during = probe(host, "centre", with_motcua=True)
    doctor = host.run("-m", "flask", "motcua", "doctor", with_motcua=True)
    with served(host) as port:
        ticket = take_number(port, during["token"])
    host.run("-m", "flask", "motcua", "downgrade", "--yes", with_motcua=True)
    return Story(host, before, during, doctor, ticket, probe(host, with_motcua=False))


@contextmanager
def served(host: Host) -> Iterator[int]:
    """Run the host's own server."""
    with socket.create_server(("127.0.0.1", 0)) as probe_socket:
        port = int(probe_socket.getsockname()[1])
    command = [str(host.bin / "python"), "-m", "flask", "run", "--port", str(port)]
    with subprocess.Popen(  # noqa: S603 - our own command
        command,
        cwd=host.folder,
        env=host.environment(with_motcua=True),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as server:
        try:
            yield port
        finally:
            server.terminate()


def take_number(port: int, token: str) -> dict[str, Any]:
    """Take a number from the host's server, once it is there."""
    give_up = time.monotonic() + 60
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
            headers["Idempotency-Key"] = str(uuid.uuid4())
            connection.request("POST", "/api/v1/kiosk/tickets", '{"service": "ho-tich"}', headers)
            answer = connection.getresponse()
            body: dict[str, Any] = json.loads(answer.read())
        except ConnectionRefusedError:
            assert time.monotonic() < give_up
            time.sleep(0.05)
            continue
        finally:
            connection.close()
        return body | {"status": answer.status}


def test_the_host_imports_its_own_packages(story: Story) -> None:
    for name in ("admin", "scheduler", "config"):
        assert [state[name] for state in (story.before, story.during, story.after)] == ["the host's"] * 3


def test_all_three_managers_are_there(story: Story) -> None:
    assert story.before["addons"] == []
    assert story.during["addons"] == sorted(ADDON_MANAGERS)


def test_the_hosts_tables_and_rows_are_as_they_were(story: Story) -> None:
    """Its Alembic version, its readers and loans, its users; the two tables of permissions only get more rows."""
    assert story.during["tables"] == story.before["tables"]
    assert story.after["tables"] == story.before["tables"]
    assert story.before["tables"]["alembic_version"] == 1
    assert (story.before["tables"]["ticket"], story.before["tables"]["loan"]) == (1, 1)


def test_the_hosts_roles_may_do_what_they_could_before(story: Story) -> None:
    assert story.before["permissions"].keys() == {"Librarian", "Public"}
    assert story.during["permissions"] == story.before["permissions"]
    assert story.after["permissions"] == story.before["permissions"]


def test_the_hosts_pages_and_error_pages_are_as_they_were(story: Story) -> None:
    assert story.before["pages"]["/"] == [200, "the host's own first page"]
    assert story.before["pages"]["/nowhere"] == [404, "the host's own page for what is not there"]
    assert story.before["pages"]["/stumble/"] == [500, "the host's own page for a wrong value"]
    assert story.during["pages"] == story.before["pages"]


def test_the_hosts_menu_keeps_its_entries(story: Story) -> None:
    assert [entry for entry in story.before["menu"] if entry not in story.during["menu"]] == []


def test_our_tables_come_and_go_with_our_own_version_table(story: Story) -> None:
    assert story.before["ours"] == []
    assert {"motcua_ticket", "motcua_alembic_version"} <= set(story.during["ours"])
    assert story.after["ours"] == ["motcua_alembic_version"]


def test_the_hosts_server_gives_numbers(story: Story) -> None:
    assert (story.ticket["status"], story.ticket["number"], story.ticket["service"]) == (201, "A001", "ho-tich")


def test_the_doctor_finds_nothing_that_must_be_mended_at_once(story: Story) -> None:
    """Exit code 0 is asserted by running it."""
    assert re.findall(r"^FAIL.*", story.doctor, re.MULTILINE) == []
    assert re.findall(r"^OK\s+(database|migrations)", story.doctor, re.MULTILINE) == ["database", "migrations"]
