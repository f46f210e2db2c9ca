"""Many processes write at the same time; nothing is lost, given twice or refused."""

from __future__ import annotations

import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from motcua.admin.models import QueueService, Ticket
from tests.chaos.centre import Centre, Nursery, insist, verdict
from tests.chaos.fault_proxy import FaultProxy
from tests.town import HANOI

if TYPE_CHECKING:
    from tests.conftest import Figures


def test_eight_processes_give_eight_hundred_numbers(centre: Centre, nursery: Nursery, figures: Figures) -> None:
    """TKT-01: each under two seconds by promise; the slowest is printed."""
    began = time.monotonic()
    orders = [{"service": "ho-tich"}] * 100

    told = list(chain(*nursery.all_at_once("take", [{"token": centre.token, "orders": orders}] * 8)))

    found = verdict(centre)
    figures(
        f"TKT-01 {centre.kind}: 8 processes, {len(told)} requests, {800 - found.tickets} lost, "
        f"{found.duplicates} duplicated, slowest answer {max(answer['seconds'] for answer in told):.2f} s, "
        f"{time.monotonic() - began:.1f} s"
    )
    assert Counter(answer["status"] for answer in told) == {201: 800}
    assert sorted(answer["number"] for answer in told) == [f"A{number:03}" for number in range(1, 801)]
    assert found.is_clean, found


def test_two_offices_with_many_series_and_changes_of_mind(centre: Centre, nursery: Nursery, figures: Figures) -> None:
    """TKT-02: 8 processes, 500 numbers each over five series in each of two offices, a tenth of them undone."""
    began, dice = time.monotonic(), random.Random(2)
    services = ("ho-tich", "dat-dai", "so-3", "so-4", "so-5")

    def visitors() -> list[dict[str, Any]]:
        return [{"service": dice.choice(services), "undo": turn % 10 == 0} for turn in range(500)]

    each = [{"token": token, "orders": visitors()} for token in (centre.token, centre.other_token) * 4]
    told = list(chain(*nursery.all_at_once("take", each)))

    found = verdict(centre)
    figures(
        f"TKT-02 {centre.kind}: 8 processes, 4000 requests, 400 undone, {3600 - found.tickets} lost, "
        f"{found.duplicates} duplicated, {time.monotonic() - began:.1f} s"
    )
    assert Counter(answer["status"] for answer in told) == {201: 3_600}
    assert found.is_clean, found
    assert found.tickets == 3_600


def test_answers_that_get_lost_on_the_way(centre: Centre, nursery: Nursery, figures: Figures) -> None:
    """TKT-08."""
    began = time.monotonic()
    lost = [True] * 100 + [False] * 200
    random.Random(8).shuffle(lost)
    nursery.start()
    with FaultProxy(nursery.port, lost) as proxy, ThreadPoolExecutor(6) as hall:
        told = list(hall.map(partial(insist, proxy.port), [centre.token] * 300))
    nursery.kill()
    nursery.wait()

    found = verdict(centre)
    figures(
        f"TKT-08 {centre.kind}: {proxy.swallowed} answers swallowed, 300 requests, {300 - found.tickets} lost, "
        f"{found.duplicates} duplicated, {time.monotonic() - began:.1f} s"
    )
    assert (proxy.swallowed, max(answer.tries for answer in told) > 1) == (100, True)
    assert sorted(answer.number for answer in told) == [f"A{number:03}" for number in range(1, 301)]
    assert found.is_clean, found


def test_midnight_comes_in_the_middle(centre: Centre, nursery: Nursery, figures: Figures) -> None:
    """TKT-10: 200 numbers between 23:59:50 and 00:00:10 of the office's time, from four processes."""
    began = time.monotonic()
    evening = datetime(2026, 12, 2, 23, 59, 50, tzinfo=HANOI)
    times = [evening + timedelta(seconds=0.1 * turn) for turn in range(200)]
    each = [
        {"token": centre.token, "orders": [{"service": "ho-tich", "at": at.isoformat()} for at in times[process::4]]}
        for process in range(4)
    ]

    told = list(chain(*nursery.all_at_once("take", each)))

    with centre.engine.connect() as connection:
        rows = connection.execute(sa.select(Ticket.issued_at, Ticket.service_day)).all()
    found = verdict(centre)
    figures(
        f"TKT-10 {centre.kind}: 4 processes, {len(told)} requests, {200 - found.tickets} lost, "
        f"{found.duplicates} duplicated, {time.monotonic() - began:.1f} s"
    )
    assert [row.issued_at.astimezone(HANOI).date() == row.service_day for row in rows] == [True] * 200
    assert Counter((answer["service_day"], answer["number"]) for answer in told) == {
        (day, f"A{number:03}"): 1 for day in ("2026-12-02", "2026-12-03") for number in range(1, 101)
    }
    assert found.is_clean, found


@pytest.mark.parametrize("session", ["ours", "platform"])
def test_no_change_is_lost_without_a_word(centre: Centre, nursery: Nursery, figures: Figures, session: str) -> None:
    """DB-01: 6 processes, each reading and writing back 100 times on three rows; a stale save is refused."""
    began = time.monotonic()
    services = centre.services[:3]
    with centre.engine.begin() as connection:
        connection.execute(sa.update(QueueService).values(position=0))

    told = nursery.all_at_once("count_up", [{"services": services, "times": 100, "session": session}] * 6)

    with centre.engine.connect() as connection:
        counted = connection.execute(sa.select(sa.func.sum(QueueService.position))).scalar_one()
    saved, refused = (sum(answer[word] for answer in told) for word in ("saved", "refused"))
    figures(
        f"DB-01 {centre.kind}, session of {session}: 6 processes, {saved + refused} changes, {saved} saved, "
        f"{refused} refused, {saved - counted} lost, {time.monotonic() - began:.1f} s"
    )
    assert (saved + refused, counted) == (600, saved)


def test_looking_before_writing_is_never_locked_out(centre: Centre, nursery: Nursery, figures: Figures) -> None:
    """DB-03: 8 processes read one table and then write another, in one command."""
    began = time.monotonic()

    told = nursery.all_at_once("read_then_write", [{"service": centre.services[0], "times": 50}] * 8)

    figures(f"DB-03 {centre.kind}: 8 processes, 400 commands, 0 locked out, {time.monotonic() - began:.1f} s")
    assert told == [50] * 8


def test_four_processes_count_wrong_passwords_together(nursery: Nursery) -> None:
    """TRK-05 for logins: in memory four processes would let through 20 of "5 per minute"."""
    told = nursery.all_at_once("log_in", [{"username": "lan", "times": 5}] * 4)

    assert sorted(status for statuses in told for status in statuses) == [401] * 5 + [429] * 15
