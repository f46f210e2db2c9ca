"""Claiming papers: one worker each, one paper per printer, and nothing stuck after a death."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.exc import IntegrityError

from motcua.admin.database import Database
from motcua.admin.domain.print_claims import (
    LEASE,
    Claim,
    claim_next,
    confirm,
    free_lost_leases,
    give_back,
    hand_over,
    look_for_work,
    printers_to_ask,
    put_back,
)
from motcua.admin.enums import PrintState
from motcua.admin.models import PrinterDevice
from motcua.kiosk.printing.worker import PrintWorker
from tests.kiosk.printing.conftest import STALE, PaperHall
from tests.kiosk.printing.decoder import decode
from tests.kiosk.printing.fake_printer import FakePrinter

if TYPE_CHECKING:
    from motcua.admin.domain.print_claims import Work


def claim(hall: PaperHall) -> Claim | None:
    with hall.motcua.database.write() as session:
        return claim_next(session, hall.town.printer.id, now=hall.clock(), stale_after=STALE)


def work(hall: PaperHall, *own_leases: str) -> Work:
    with hall.motcua.database.read_connection() as connection:
        return look_for_work(connection, now=hall.clock(), own_leases=own_leases)


def free(hall: PaperHall, *own_leases: str) -> int:
    with hall.motcua.database.write() as session:
        return free_lost_leases(session, now=hall.clock(), own_leases=own_leases)


def claimed(hall: PaperHall) -> Claim:
    taken = claim(hall)
    assert taken is not None
    return taken


def test_a_printer_is_given_one_paper_at_a_time(hall: PaperHall) -> None:
    hall.ticket(1)
    hall.ticket(2)

    first, second = claim(hall), claim(hall)

    assert first is not None
    assert second is None
    assert hall.states() == ["sending", "queued"]


def test_the_database_itself_refuses_a_second_paper(hall: PaperHall) -> None:
    hall.ticket(1)
    hall.ticket(2)
    for job in hall.jobs():
        job.state = PrintState.SENDING

    with pytest.raises(IntegrityError):
        hall.session.flush()
    hall.session.rollback()


def test_two_workers_share_200_papers_without_mixing_a_byte(hall: PaperHall, printer: FakePrinter) -> None:
    """PRN-12."""
    hall.point_printer_at(printer.address, paper_mm=58)
    for number in range(1, 201):
        hall.ticket(number)
    others = [Database(hall.motcua.database.engine.url) for _ in range(2)]
    start = threading.Barrier(2)

    def work_through(database: Database) -> int:
        worker = PrintWorker(
            replace(hall.motcua, database=database), hall.ways(), stale_after=STALE, stop=threading.Event()
        )
        start.wait()
        done = 0
        while set(hall_states(database)) & {"queued", "sending"}:
            done += worker.serve(hall.town.printer.id)
            time.sleep(0.02)  # one that finds the printer busy looks again in a while
        return done

    with ThreadPoolExecutor(2) as workers:
        shares = list(workers.map(work_through, others))
    for database in others:
        database.engine.dispose()

    assert sum(shares) == len(printer.papers) == 200
    assert printer.most_at_once == 1
    assert all(decode(paper).is_cut for paper in printer.papers[::25])
    assert hall.states() == ["confirmed"] * 200


def hall_states(database: Database) -> list[str]:
    with database.read_connection() as connection:
        return [str(row[0]) for row in connection.exec_driver_sql("SELECT DISTINCT state FROM motcua_print_job")]


def test_a_dead_workers_untouched_paper_is_free_after_its_lease(hall: PaperHall) -> None:
    """PRN-13: within 60 s, and as if nobody had ever taken it."""
    hall.ticket()
    claim(hall)

    hall.clock.move(LEASE.total_seconds() - 1)
    assert (work(hall).has_lost_leases, free(hall)) == (False, 0)
    hall.clock.move(1)
    assert (work(hall).has_lost_leases, free(hall)) == (True, 1)

    assert timedelta(seconds=60) > LEASE
    assert hall.states() == ["queued"]
    assert work(hall).printers == (hall.town.printer.id,)
    hall.print_all()
    assert hall.states() == ["confirmed"]
    assert [job.copy_number for job in hall.jobs()] == [1]


def test_a_paper_handed_over_by_a_worker_that_died_is_doubtful_and_copied(hall: PaperHall) -> None:
    """PRN-13, the other side: perhaps it is out, so what follows says that it is a copy."""
    hall.ticket()
    taken = claimed(hall)
    with hall.motcua.database.write() as session:
        hand_over(session, taken, now=hall.clock(), seconds=5)

    hall.clock.move(31)
    free(hall)

    assert [(job.state.value, job.copy_number, job.error) for job in hall.jobs()] == [
        ("unconfirmed", 1, "worker_lost"),
        ("queued", 2, None),
    ]


def test_a_long_paper_has_a_long_lease(hall: PaperHall) -> None:
    hall.ticket()
    taken = claimed(hall)
    with hall.motcua.database.write() as session:
        hand_over(session, taken, now=hall.clock(), seconds=90)

    hall.clock.move(89)
    assert free(hall) == 0
    hall.clock.move(1)
    assert free(hall) == 1


def test_a_living_worker_keeps_its_paper_however_long_the_record_was_away(hall: PaperHall) -> None:
    hall.ticket()
    taken = claimed(hall)
    hall.clock.move(300)

    assert work(hall, taken.lease).has_lost_leases is False
    assert free(hall, taken.lease) == 0
    assert hall.states() == ["sending"]


def test_who_lost_the_lease_changes_nothing_any_more(hall: PaperHall) -> None:
    hall.ticket()
    lost = claimed(hall)
    hall.clock.move(31)
    free(hall)
    kept = claimed(hall)

    with hall.motcua.database.write() as session:
        told = [
            hand_over(session, lost, now=hall.clock(), seconds=1),
            confirm(session, lost, now=hall.clock()),
            put_back(session, lost, why="late", now=hall.clock()),
            give_back(session, lost),
        ]

    assert told == [False, False, False, False]
    (job,) = hall.jobs()
    assert (job.state.value, job.lease) == ("sending", kept.lease)


def test_the_oldest_wish_is_printed_first_and_a_spoilt_paper_keeps_its_place(hall: PaperHall) -> None:
    hall.ticket(1)
    taken = claimed(hall)
    with hall.motcua.database.write() as session:
        hand_over(session, taken, now=hall.clock(), seconds=1)
    hall.clock.move(1)
    hall.ticket(2)
    hall.clock.move(30)
    free(hall)

    assert claimed(hall).job_id == hall.jobs()[2].id


def test_an_idle_office_has_no_work(hall: PaperHall) -> None:
    hall.ticket()
    hall.print_all()

    assert work(hall).printers == ()


def test_printers_are_asked_when_they_were_not_heard_of_for_a_while(hall: PaperHall) -> None:
    def asked() -> list[int]:
        with hall.motcua.database.read_connection() as connection:
            return printers_to_ask(connection, now=hall.clock(), every=timedelta(seconds=60))

    never_heard_of = asked()
    hall.worker().ask(hall.town.printer.id)
    just_heard_of = asked()
    hall.clock.move(60)
    long_ago = asked()
    hall.ticket()
    claim(hall)
    printing = asked()
    hall.session.get_one(PrinterDevice, hall.town.printer.id).is_active = False
    hall.session.commit()

    assert (never_heard_of, just_heard_of, long_ago) == ([hall.town.printer.id], [], [hall.town.printer.id])
    assert (printing, asked()) == ([], [])
