"""Somebody else is writing: visitors wait a while, and then hear "busy" and not "broken"."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from motcua.admin.database import Database
from tests.kiosk.taking import Kiosk, given, ledger, new_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from motcua.admin.extension import Motcua
    from tests.town import Town

# What the other process runs: take the lock, say so, keep it until the standard input ends or the time is over.
HOLD = """
import select, sys, sqlalchemy
engine = sqlalchemy.create_engine(sys.argv[1])
with engine.connect() as connection:
    if engine.dialect.name == "sqlite":
        connection.connection.driver_connection.isolation_level = None
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.exec_driver_sql("SELECT 1 FROM motcua_service_day FOR UPDATE")
    print("held", flush=True)
    select.select([sys.stdin], [], [], float(sys.argv[2]))
"""


@contextmanager
def lock_held(database: Database, seconds: float) -> Iterator[None]:
    """Let another process hold the lock for so long, or until the block ends."""
    address = database.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", HOLD, address, str(seconds)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:  # noqa: S603
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        yield
        assert holder.stdin is not None
        holder.stdin.close()


def test_three_seconds_are_waited_out(kiosk: Kiosk, database: Database) -> None:
    """TKT-19."""
    kiosk.take()

    with lock_held(database, 3):
        answer = kiosk.take()

    assert (answer.status_code, answer.get_json()["number"]) == (201, "A002")


@pytest.fixture
def impatient(motcua: Motcua, database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """Wait one second at most, so that the test need not wait half a minute."""
    impatient = Database(database.engine.url, patience_seconds=1)
    monkeypatch.setattr(motcua, "database", impatient)
    yield impatient
    impatient.engine.dispose()


def test_after_too_long_a_wait_the_visitor_hears_busy(kiosk: Kiosk, impatient: Database) -> None:
    """TKT-19: nothing is used up, and the same tap works once the other is done."""
    kiosk.take()
    key = new_key()

    with lock_held(impatient, 30):
        answer = kiosk.take(key=key)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert answer.get_json()["code"] == "busy"
    assert answer.get_json()["detail_vi"] == (
        "Hệ thống đang bận, chưa ghi được. Chưa có số nào được phát; vui lòng thử lại."
    )
    assert ledger(impatient) == given(1)
    assert kiosk.take(key=key).get_json()["number"] == "A002"


def test_a_whole_hall_hears_busy_and_loses_nothing(app: Flask, town: Town, impatient: Database) -> None:
    """TKT-19: twenty kiosks of one server, each within its own patience."""
    kiosks = [Kiosk(app.test_client(), town.kiosk_token) for _ in range(20)]
    kiosks[0].take()

    with lock_held(impatient, 30), ThreadPoolExecutor(len(kiosks)) as hall:
        codes = [answer.status_code for answer in hall.map(Kiosk.take, kiosks)]

    assert codes == [503] * 20
    assert ledger(impatient) == given(1)


def test_an_earlier_answer_is_found_even_while_nothing_can_be_written(kiosk: Kiosk, impatient: Database) -> None:
    key = new_key()
    ticket = kiosk.take(key=key)

    with lock_held(impatient, 30):
        again = kiosk.take(key=key)

    assert (again.status_code, again.data) == (200, ticket.data)
