"""A full hall: 300 phones that follow their numbers, while numbers go on being given. ``make phones`` runs this.

Every phone asks as the tracking page's script does: every five seconds, every
two when few are ahead, with the ETag of its last answer; a keep-alive
connection each. Meanwhile a kiosk gives a number every two seconds, and three
counters call somebody every twenty. Printed: how long the phones wait, how
many answers were "not modified", and how many numbers a second eight clients
are given with the phones and without them, in turns (TRK-13 of the catalogue).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import random
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sqlalchemy import select

from benchmarks.load import run_load
from benchmarks.prepare import fresh_database
from benchmarks.servers import Server, product_server
from motcua.admin.app import create_app
from motcua.admin.clock import local_day
from motcua.admin.domain import calling
from motcua.admin.domain.seats import Seat
from motcua.admin.errors import CounterIdleError, QueueEmptyError
from motcua.admin.extension import EXTENSION
from motcua.admin.models import Counter

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.synchronize import Event

    from flask import Flask

SERVICES = ("ho-tich", "chung-thuc", "dat-dai", "bao-tro", "kinh-doanh", "cu-tru")
BAR_P95_MS = 300
BAR_NOT_MODIFIED = 0.80
BAR_SLOWER = 0.20
# As kiosk/static/kiosk/tracking.js asks.
FEW_AHEAD, SOON_SECONDS, LATER_SECONDS = 5, 2, 5
KIOSK_SECONDS = 2
CALL_SECONDS = 20
CLIENTS = 8


@dataclass
class Seen:
    """What the phones saw."""

    #: When it was asked, and how long the answer took, in seconds and milliseconds.
    waits: list[tuple[float, float]] = field(default_factory=list)
    not_modified: int = 0
    errors: int = 0


class Hall:
    """The phones, in a process of their own: their work must not slow the one that measures."""

    def __init__(self, port: int, paths: list[str]) -> None:
        spawn = multiprocessing.get_context("spawn")
        self.is_asking, self.is_over = spawn.Event(), spawn.Event()
        self._receiving, sending = spawn.Pipe(duplex=False)
        self._process = spawn.Process(target=_follow, args=(port, paths, self.is_asking, self.is_over, sending))
        self.is_asking.set()
        self._process.start()

    def close(self) -> Seen:
        """Send the phones home; return what they saw."""
        self.is_over.set()
        seen: Seen = self._receiving.recv()
        self._process.join()
        return seen


def _follow(port: int, paths: list[str], is_asking: Event, is_over: Event, sending: Connection) -> None:
    async def follow_all() -> None:
        await asyncio.gather(*(_phone(port, path, is_asking, is_over, seen) for path in paths))

    seen = Seen()
    asyncio.run(follow_all())
    sending.send(seen)


async def _phone(port: int, path: str, is_asking: Event, is_over: Event, seen: Seen) -> None:
    etag, pause = "", LATER_SECONDS
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await asyncio.sleep(random.uniform(0, LATER_SECONDS))  # noqa: S311 - people, not secrets
    while not is_over.is_set():
        if is_asking.is_set():
            asked = time.monotonic()
            writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nIf-None-Match: {etag}\r\n\r\n".encode())
            try:
                status, tag, body = await _answer(reader)
            except (OSError, asyncio.IncompleteReadError):
                seen.errors += 1
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                continue
            seen.waits.append((asked, (time.monotonic() - asked) * 1000))
            seen.not_modified += status == b"304"
            seen.errors += status not in {b"200", b"304"}
            etag = tag or etag
            if body:
                pause = SOON_SECONDS if (json.loads(body)["waiting_ahead"] or 0) <= FEW_AHEAD else LATER_SECONDS
        await asyncio.sleep(pause * random.uniform(0.9, 1.1))  # noqa: S311
    writer.close()


async def _answer(reader: asyncio.StreamReader) -> tuple[bytes, str, bytes]:
    """Return status, ETag and body of one answer."""
    head = await reader.readuntil(b"\r\n\r\n")
    lines = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line)
    body = await reader.readexactly(int(lines.get(b"content-length", b"0")))
    return head.split(b" ", 2)[1], lines.get(b"etag", b"").decode(), body


def take_numbers(server: Server, phones: int) -> list[str]:
    """Take a number for every phone, spread over the services; return where each is followed."""
    paths: list[str] = []
    for position, service in enumerate(SERVICES):
        wanted = len(range(position, phones, len(SERVICES)))
        body = json.dumps({"service": service}).encode()
        while wanted > 0:
            taken = run_load(
                server.port, path=server.path, headers=server.headers, body=body, clients=1, seconds=0.2
            ).bodies
            links = [urlsplit(json.loads(answer)["tracking_url"]).path for answer in taken[:wanted]]
            paths += [f"{link}.json" for link in links]
            wanted -= len(links)
    return paths


def keep_giving(server: Server, is_over: Event) -> None:
    """Be the kiosk of the hall."""
    while not is_over.wait(KIOSK_SECONDS):
        run_load(server.port, path=server.path, headers=server.headers, body=server.body, clients=1, seconds=0.001)


def keep_calling(app: Flask, officer_id: int, is_over: Event) -> None:
    """Be the officers of the three counters: end a visit, call the next."""
    motcua = app.extensions[EXTENSION]
    turn = 0
    while not is_over.wait(CALL_SECONDS):
        for command in (calling.start, calling.finish, calling.call_next):
            now = motcua.clock()
            # Somebody is there or nobody is: then it is no command for this counter.
            with suppress(CounterIdleError, QueueEmptyError), motcua.database.write() as session:
                counters = session.scalars(select(Counter).order_by(Counter.number)).all()
                day = local_day(now, motcua.settings.time_zone)
                command(session, Seat(counters[turn % len(counters)], officer_id, now, day))
        turn += 1


def measure(engine: str, address: str, options: argparse.Namespace) -> list[str]:
    """Fill a hall and look; return the bars that do not hold."""
    with product_server(address, 0, options) as server:
        app = create_app()
        with app.app_context():
            manager = app.appbuilder.sm  # type: ignore[attr-defined]
            officer = manager.add_user("officer", "A", "B", "a@b.example", manager.find_role("Admin"), "only measured")
            officer_id = officer.id
        paths = take_numbers(server, options.phones)
        hall = Hall(server.port, paths)
        threads = [
            threading.Thread(target=keep_giving, args=(server, hall.is_over)),
            threading.Thread(target=keep_calling, args=(app, officer_id, hall.is_over)),
        ]
        for thread in threads:
            thread.start()
        time.sleep(options.minutes * 60)
        rush_at = time.monotonic()
        ratios = [_with_and_without(server, hall, options.seconds) for _ in range(options.rounds)]
        seen = hall.close()
        for thread in threads:
            thread.join()
        app.extensions[EXTENSION].database.engine.dispose()
    waits = [took for asked, took in seen.waits if asked < rush_at]
    p95, share, slower = quantiles(waits, n=100)[94], seen.not_modified / len(seen.waits), 1 - median(ratios)
    print(
        f"{engine}: {len(paths)} phones, {options.minutes:g} min, "
        f"{len(waits)} answers ({len(waits) / options.minutes / 60:.0f}/s): "
        f"p50 {median(waits):.1f} ms, p95 {p95:.1f} ms, longest {max(waits):.0f} ms, not modified {share:.0%}, "
        f"errors {seen.errors}; numbers given {-slower:+.0%} while they ask"
    )
    missed = []
    if p95 > BAR_P95_MS:
        missed.append(f"{engine}: p95 {p95:.0f} ms > {BAR_P95_MS} ms")
    if share < BAR_NOT_MODIFIED:
        missed.append(f"{engine}: not modified {share:.0%} < {BAR_NOT_MODIFIED:.0%}")
    if slower > BAR_SLOWER:
        missed.append(f"{engine}: {slower:.0%} fewer numbers > {BAR_SLOWER:.0%}")
    if seen.errors:
        missed.append(f"{engine}: {seen.errors} errors")
    return missed


def _with_and_without(server: Server, hall: Hall, seconds: float) -> float:
    """Return how many numbers are given with the phones, as a share of how many without them."""
    with_phones = server.load(CLIENTS, seconds).per_second
    hall.is_asking.clear()
    without = server.load(CLIENTS, seconds).per_second
    hall.is_asking.set()
    return with_phones / without


def main() -> int:
    """Measure both engines and say which bars hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--phones", type=int, default=300)
    parser.add_argument("--minutes", type=float, default=5.0, help="how long the phones are looked at")
    parser.add_argument("--seconds", type=float, default=3.0, help="length of one round of giving numbers")
    parser.add_argument("--rounds", type=int, default=5, help="rounds with and without phones")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--threads", type=int, default=16)
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], action="append")
    options = parser.parse_args()
    missed: list[str] = []
    for engine in options.engine or ["sqlite", "postgresql"]:
        with fresh_database(engine) as address:
            if address is None:
                print("postgresql: MOTCUA_TEST_POSTGRES is not set, not measured")
                continue
            missed += measure(engine, address, options)
    print("\nEvery bar holds." if not missed else "\nMissed:\n" + "\n".join(f"  {line}" for line in missed))
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
