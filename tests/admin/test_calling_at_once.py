"""Many counters at once, on both databases: every number called once, no event lost, no process's death seen."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from motcua.admin.clock import system_clock
from motcua.admin.domain import calling
from motcua.admin.domain.board import board_news
from motcua.admin.domain.seats import Seen
from motcua.admin.domain.tickets import Ticket
from motcua.admin.enums import TicketEventKind
from motcua.admin.errors import QueueEmptyError, Refusal, TicketTakenError
from motcua.admin.models import Counter, Office, TicketEvent
from tests.admin.caller import send_officers
from tests.admin.truth import check_record
from tests.town import NINE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.connection import Connection

    from sqlalchemy.orm import Session

    from motcua.admin.database import Database
    from tests.admin.hall import Hall
    from tests.conftest import Figures

COUNTERS, ROUNDS = 10, 100


def open_counters(session: Session, hall: Hall, number: int) -> list[Counter]:
    """Open more counters, so that there are ``number`` for all services."""
    counters = [hall.town.counter1, hall.town.counter2]
    services = [session.merge(hall.town.civil), session.merge(hall.town.land)]
    for position in range(3, number + 1):
        counters.append(Counter(office_id=hall.town.office.id, number=position, services=services))
        session.add(counters[-1])
    session.commit()
    return counters


def outcome(command: Callable[..., Any], *words: Any, **more: Any) -> Any:
    """Return what a command gave, or its refusal."""
    try:
        return command(*words, **more)
    except Refusal as refusal:
        return refusal


def at_once(*commands: Callable[[], Any]) -> list[Any]:
    """Give commands in the same moment and return what came of each."""
    ready = threading.Barrier(len(commands))

    def give(command: Callable[[], Any]) -> Any:
        ready.wait()
        return outcome(command)

    with ThreadPoolExecutor(len(commands)) as pool:
        return list(pool.map(give, commands))


@pytest.mark.timeout(300)
def test_ten_counters_call_a_thousand_numbers_once_each(
    hall: Hall, database: Database, session: Session, figures: Figures
) -> None:
    """CAL-01: ten counters press "next" at once, a hundred rounds."""
    counters = open_counters(session, hall, COUNTERS)
    hall.issue("ho-tich", count=COUNTERS * ROUNDS // 2)
    hall.issue("dat-dai", count=COUNTERS * ROUNDS // 2)
    ready = threading.Barrier(COUNTERS)
    started = time.monotonic()

    def serve(counter: Counter) -> list[str]:
        labels = []
        for _ in range(ROUNDS):
            ready.wait()
            labels.append(hall.at(counter, calling.call_next).label)
            hall.at(counter, calling.finish)
        return labels

    with ThreadPoolExecutor(COUNTERS) as pool:
        called = [label for labels in pool.map(serve, counters) for label in labels]

    seconds = time.monotonic() - started
    figures(
        f"CAL-01 {database.engine.name}: {len(called)} calls, {len(called) - len(set(called))} twice, {seconds:.1f} s"
    )
    assert sorted(called) == [f"{series}{number:03}" for series in "AB" for number in range(1, 501)]
    check_record(session)
    with pytest.raises(QueueEmptyError):
        hall.at(counters[0], calling.call_next)


def test_two_counters_call_the_same_number_and_one_has_it(
    hall: Hall, database: Database, session: Session, figures: Figures
) -> None:
    """CAL-02: a hundred times in parallel; the slower hears the winner's counter."""
    one, two = hall.town.counter1, hall.town.counter2
    hall.issue(count=100)

    for number in range(1, 101):
        seen = hall.seen(f"A{number:03}")
        results = at_once(
            lambda seen=seen: hall.at(one, calling.call_ticket, seen),  # type: ignore[misc]
            lambda seen=seen: hall.at(two, calling.call_ticket, seen),  # type: ignore[misc]
        )
        winner = 0 if isinstance(results[0], Ticket) else 1
        loser = results[1 - winner]
        assert isinstance(results[winner], Ticket)
        assert isinstance(loser, TicketTakenError)
        assert loser.facts["counter"] == winner + 1
        hall.at((one, two)[winner], calling.finish)

    check_record(session)
    called = [event.label for event in hall.events() if event.kind == TicketEventKind.CALLED]
    figures(f"CAL-02 {database.engine.name}: 100 numbers, {len(called)} calls")
    assert called == [f"A{number:03}" for number in range(1, 101)]


def test_next_pressed_at_two_screens_of_one_counter_is_one_call(hall: Hall, session: Session) -> None:
    """CAL-03: with keys of their own, twenty times."""
    hall.issue(count=20)

    for _ in range(20):
        press = [lambda: hall.at(hall.town.counter1, calling.call_next)] * 2
        first, second = at_once(*press)
        assert first.label == second.label
        hall.at(hall.town.counter1, calling.finish)

    check_record(session)


def test_a_reader_by_sequence_number_misses_nothing_of_eight_writers(
    hall: Hall, database: Database, session: Session, figures: Figures
) -> None:
    """CAL-11."""
    counters = open_counters(session, hall, 8)
    hall.issue(count=160)
    done = threading.Event()

    def read() -> list[int]:
        read_so_far: list[int] = []
        last = 0
        while True:
            is_last_look = done.is_set()
            with database.read() as reading:
                office = reading.get_one(Office, hall.town.office.id)
                news = board_news(reading, office, after=last, now=NINE)
            read_so_far += [event.seq for event in news.events]
            last = news.last_seq
            if is_last_look and not news.events:
                return read_so_far

    def write(counter: Counter) -> None:
        for _ in range(20):
            hall.at(counter, calling.call_next)
            hall.at(counter, calling.recall)
            hall.at(counter, calling.finish)

    with ThreadPoolExecutor(9) as pool:
        reader = pool.submit(read)
        list(pool.map(write, counters))
        done.set()
        seen = reader.result()

    figures(f"CAL-11 {database.engine.name}: {len(seen)} events, {160 * 4 - len(set(seen))} missed")
    assert seen == list(range(1, 160 * 4 + 1))


CHANGES: dict[str, Callable[[Hall, Seen], Ticket]] = {
    "sent on": lambda hall, seen: hall.at(hall.town.counter2, calling.transfer, "dat-dai", seen),
    "put first": lambda hall, seen: hall.at(hall.town.counter2, calling.change_priority, "elderly", seen),
    "cancelled": lambda hall, seen: hall.at(hall.town.counter2, calling.cancel, seen),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_happens_to_a_number_while_it_is_called_stays_legal(hall: Hall, session: Session, change: str) -> None:
    """CAL-12: sent on, put first, cancelled, ten times each in the moment of the call."""
    for number in range(1, 11):
        hall.issue()
        seen = hall.seen(f"A{number:03}")
        results = at_once(
            lambda: hall.at(hall.town.counter1, calling.call_next),
            lambda seen=seen: CHANGES[change](hall, seen),  # type: ignore[misc]
        )
        assert any(isinstance(result, Ticket) for result in results)
        session.expire_all()
        check_record(session)
        empty_the_hall(hall)
        session.rollback()


def empty_the_hall(hall: Hall) -> None:
    """Serve whoever is left."""
    outcome(hall.at, hall.town.counter1, calling.finish)
    while not isinstance(outcome(hall.at, hall.town.counter2, calling.call_next), QueueEmptyError):
        hall.at(hall.town.counter2, calling.finish)


@pytest.mark.timeout(300)
def test_sixty_kills_leave_no_number_in_two_states(
    hall: Hall, database: Database, session: Session, figures: Figures
) -> None:
    """CAL-05: sixty officers' processes killed in the middle of six hundred calls."""
    hall.issue(count=600, now=system_clock())
    counters = (hall.town.counter1.id, hall.town.counter2.id)
    dice, kills = random.Random(5), 0

    with officers_of(database, hall.town.lan.id) as officers:
        for turn in range(60):
            officers.send(counters[turn % 2])
            officer = officers.recv()
            until = called_so_far(session) + dice.randrange(2, 12)
            while called_so_far(session) < until and not officers.poll():
                time.sleep(dice.random() / 200)
            with suppress(ProcessLookupError):
                os.kill(officer, signal.SIGKILL)
            kills += officers.recv() == -signal.SIGKILL
            if turn % 10 == 9:
                check_record(session)

    figures(f"CAL-05 {database.engine.name}: {kills} kills, {called_so_far(session)} calls")
    assert kills == 60


@contextmanager
def officers_of(database: Database, officer_id: int) -> Iterator[Connection]:
    """Take the line to a process that sends an officer to the counter whose id it is told, one at a time."""
    start = multiprocessing.get_context("spawn")
    ours, theirs = start.Pipe()
    address = database.engine.url.render_as_string(hide_password=False)
    nursery = start.Process(target=send_officers, args=(address, officer_id, theirs))
    nursery.start()
    theirs.close()
    try:
        yield ours
    finally:
        ours.send(None)
        nursery.join()


def called_so_far(session: Session) -> int:
    """Count the calls in the log, and forget what the session read before."""
    session.rollback()
    calls = select(func.count(TicketEvent.id)).where(TicketEvent.kind == TicketEventKind.CALLED)
    return session.scalars(calls).one()
