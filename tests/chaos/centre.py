"""A centre on a database of its own, the processes that serve it, and the visitors who never give up."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from motcua.admin.app import create_app
from motcua.admin.config_file import CONFIG_ENVIRONMENT
from motcua.admin.extension import EXTENSION
from motcua.admin.models import EventHead, PrintJob, QueueService, ServiceDay, Ticket, TicketEvent
from motcua.admin.schema import upgrade
from tests.conftest import server_config
from tests.kiosk.taking import ADDRESS, new_key
from tests.town import build_town

if TYPE_CHECKING:
    from datetime import date

ROOT = Path(__file__).parent.parent.parent
_PATIENCE_SECONDS = 60.0
_PAUSE_SECONDS = 0.01
_LOG = (PrintJob, TicketEvent, Ticket, ServiceDay, EventHead)


@dataclass(frozen=True)
class Told:
    """What a visitor was told in the end, and how many tries it took."""

    key: str
    service: str
    status: int
    number: str
    service_day: str
    tries: int


class Centre:
    """Two communes that are always open, with services A to E each; their database and their kiosks' tokens."""

    def __init__(self, address: str, folder: Path) -> None:
        self.config = folder / "config.py"
        values = server_config(address, folder)
        self.config.write_text("".join(f"{name} = {value!r}\n" for name, value in values.items()), "utf-8")
        app = create_app(values)
        database = app.extensions[EXTENSION].database
        upgrade(database.engine)
        with database.write() as session:
            towns = [build_town(session), build_town(session, "an-binh", "an-")]
            for town in towns:
                town.office.always_open = True
                session.add_all(
                    QueueService(
                        office=town.office, code=f"so-{number}", series=series, name_vi="Khác", name_en="Other"
                    )
                    for number, series in ((3, "C"), (4, "D"), (5, "E"))
                )
            session.commit()
            self.services = list(session.scalars(sa.select(QueueService.id).order_by(QueueService.id)))
        self.token, self.other_token = (town.kiosk_token for town in towns)
        self.engine = sa.create_engine(address)
        self.kind = self.engine.dialect.name
        database.engine.dispose()
        with app.app_context():
            app.extensions["sqlalchemy"].engine.dispose()

    def forget_tickets(self) -> None:
        """Begin the day anew."""
        with self.engine.begin() as connection:
            for table in _LOG:
                connection.execute(sa.delete(table))

    def ticket_of(self, key: str) -> str | None:
        """Return the number that the record has for a key."""
        with self.engine.connect() as connection:
            return connection.execute(sa.select(Ticket.label).where(Ticket.idempotency_key == key)).scalar()


@dataclass(frozen=True)
class Verdict:
    """What the record looks like afterwards. All but the first are 0 when nothing went wrong."""

    tickets: int
    duplicates: int
    gaps: int
    unlike: int
    "Counter rows, events, event heads and print jobs that do not agree with the tickets."

    @property
    def is_clean(self) -> bool:
        """Tell whether there is one of everything, in order."""
        return (self.duplicates, self.gaps, self.unlike) == (0, 0, 0)


def verdict(centre: Centre) -> Verdict:
    """Judge the record: every series of every day is 1, 2, 3 ..., each with its event and its paper."""
    numbers: dict[tuple[int, str, date], list[int]] = defaultdict(list)
    with centre.engine.connect() as connection:
        tickets = connection.execute(
            sa.select(Ticket.id, Ticket.office_id, Ticket.series, Ticket.service_day, Ticket.number, Ticket.queued_seq)
        ).all()
        counters = {
            (row.office_id, row.series, row.day): row.last_number
            for row in connection.execute(
                sa.select(ServiceDay.office_id, ServiceDay.series, ServiceDay.day, ServiceDay.last_number)
            )
        }
        events = sorted(tuple(row) for row in connection.execute(sa.select(TicketEvent.ticket_id, TicketEvent.seq)))
        papers = sorted(connection.execute(sa.select(PrintJob.ticket_id)).scalars())
        head = connection.execute(sa.select(sa.func.coalesce(sa.func.sum(EventHead.last_seq), 0))).scalar_one()
    for row in tickets:
        numbers[row.office_id, row.series, row.service_day].append(row.number)
    unlike = [
        {place: max(given) for place, given in numbers.items()} != counters,
        events != sorted((row.id, row.queued_seq) for row in tickets),
        papers != sorted(row.id for row in tickets),
        head != len(tickets),
    ]
    return Verdict(
        tickets=len(tickets),
        duplicates=sum(len(given) - len(set(given)) for given in numbers.values()),
        gaps=sum(max(given) - len(set(given)) for given in numbers.values()),
        unlike=sum(unlike),
    )


class Nursery:
    """The running ``tests.chaos.nursery`` of a centre."""

    def __init__(self, centre: Centre) -> None:
        environment = os.environ | {CONFIG_ENVIRONMENT: str(centre.config)}
        self._process = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-m", "tests.chaos.nursery", centre.token],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.port: int = self._hear()
        self._child: int | None = None

    def start(self, failpoint: str = "") -> None:
        """Fork a server; it dies at the failpoint, if one is named."""
        self._tell({"serve": failpoint})
        self._child = self._hear()

    def kill(self) -> None:
        """End the server at once, as a power cut would."""
        if self._child is not None:
            os.kill(self._child, signal.SIGKILL)

    def wait(self) -> None:
        """Wait until the server is dead."""
        assert self._hear() == "gone"
        self._child = None

    def all_at_once(self, task: str, each: list[dict[str, Any]]) -> list[Any]:
        """Run a task in as many processes as there are entries; return what each returned."""
        self._tell({"task": task, "each": each})
        answers: list[Any] = self._hear()
        return answers

    def close(self) -> None:
        """End the nursery, and the server that a failed test may have left."""
        with suppress(ProcessLookupError):
            self.kill()
        with self._process:
            assert self._process.stdin is not None
            self._process.stdin.close()

    def _tell(self, wish: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(wish) + "\n")
        self._process.stdin.flush()

    def _hear(self) -> Any:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())


def ask(port: int, token: str, key: str, service: str, *, timeout: float = 10) -> tuple[int, dict[str, Any]]:
    """Ask for a number once. Raises OSError or HTTPException when the answer does not come."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key, "Content-Type": "application/json"}
        connection.request("POST", ADDRESS, json.dumps({"service": service}), headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def insist(port: int, token: str, service: str = "ho-tich", key: str | None = None) -> Told:
    """Ask under one key until there is an answer, as the kiosk page does."""
    key = key or new_key()
    tries = 0
    give_up = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < give_up:
        tries += 1
        try:
            status, body = ask(port, token, key, service)
        except (OSError, http.client.HTTPException, ValueError):
            time.sleep(_PAUSE_SECONDS)
            continue
        if status in {200, 201}:
            return Told(key, service, status, body["number"], body["service_day"], tries)
        time.sleep(0.05)
    msg = f"no answer in {_PATIENCE_SECONDS} s after {tries} tries"
    raise AssertionError(msg)
