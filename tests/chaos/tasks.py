"""What a forked process does with the app: serve until it is killed, or write as fast as it can and report."""

from __future__ import annotations

import os
import random
import signal
import time
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, update
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.serving import WSGIRequestHandler, make_server

from motcua.admin.clock import local_day
from motcua.admin.domain.audit import record
from motcua.admin.domain.desks import find_desk
from motcua.admin.domain.tickets import TicketOrder, issue_ticket
from motcua.admin.enums import AuditAction, Errand, Language
from motcua.admin.extension import EXTENSION, Motcua
from motcua.admin.models import QueueService, Ticket
from tests.kiosk.taking import Kiosk, new_key

if TYPE_CHECKING:
    from flask import Flask


class Undone(Exception):  # noqa: N818 - not an error: the visitor walks away
    """The command is not to be kept."""


class _Silent(WSGIRequestHandler):
    def log(self, *_: Any) -> None:
        """Say nothing: the test says what happened."""


def serve(app: Flask, listening: int) -> None:
    """Answer requests of a listening socket in threads, until the end."""
    make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Silent, fd=listening).serve_forever()


def warm_up(app: Flask, token: str) -> None:
    """Let the app do once what it will do again, and leave nothing behind."""
    Kiosk(app.test_client(), "a stranger").take()
    _take_and_undo(app.extensions[EXTENSION], token, "ho-tich")


def take(app: Flask, token: str, orders: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Take numbers through the whole app, one after the other; an order may say when, and that it is undone."""
    motcua: Motcua = app.extensions[EXTENSION]
    kiosk = Kiosk(app.test_client(), token)
    answers = []
    for order in orders:
        if "at" in order:
            motcua.clock = lambda at=order["at"]: datetime.fromisoformat(at)  # type: ignore[misc]
        if order.get("undo"):
            _take_and_undo(motcua, token, order["service"])
            continue
        asked = time.perf_counter()
        answer = kiosk.take(order["service"], key=order.get("key"))
        answers.append({"status": answer.status_code, "seconds": time.perf_counter() - asked} | answer.get_json())
    return answers


def _take_and_undo(motcua: Motcua, token: str, service: str) -> None:
    now = motcua.clock()
    order = TicketOrder(service, Errand.SUBMIT, None, Language.VI, new_key())
    with motcua.database.direct() as connection:
        desk = find_desk(connection, token, service, now)
        day = local_day(now, desk.time_zone)
        with suppress(Undone), connection.command():
            issue_ticket(connection, order, desk, day=day, now=now, settings=motcua.settings)
            raise Undone


def count_up(app: Flask, services: list[int], times: int, session: str) -> dict[str, int]:
    """Read a row, think, write it back: as a command of ours, or through the platform's own session."""
    motcua: Motcua = app.extensions[EXTENSION]
    told = {"saved": 0, "refused": 0}
    for turn in range(times):
        service = services[turn % len(services)]
        try:
            if session == "ours":
                with motcua.database.write() as ours:
                    _one_more(ours, service)
            else:
                with app.app_context():
                    platform = app.appbuilder.session  # type: ignore[attr-defined]
                    _one_more(platform, service)
                    platform.commit()
        except StaleDataError:
            told["refused"] += 1
        else:
            told["saved"] += 1
    return told


def _one_more(session: Any, service: int) -> None:
    row = session.get_one(QueueService, service)
    position = row.position
    time.sleep(0.001)
    row.position = position + 1


def read_then_write(app: Flask, service: int, times: int) -> int:
    """Look at a table, then change another, in one command; return how often that worked."""
    motcua: Motcua = app.extensions[EXTENSION]
    for _ in range(times):
        with motcua.database.write() as session:
            session.scalar(select(func.count(Ticket.id)))
            time.sleep(0.001)
            session.execute(
                update(QueueService).where(QueueService.id == service).values(position=QueueService.position + 1)
            )
    return times


def log_in(app: Flask, username: str, times: int) -> list[int]:
    """Try a wrong password again and again; return what was answered."""
    client = app.test_client()
    wrong = {"username": username, "password": "sai", "provider": "db"}
    return [client.post("/api/v1/security/login", json=wrong).status_code for _ in range(times)]


def act(app: Flask, office: int, times: int) -> int:
    """Do what changes nothing and is audited, such as reading a dossier; return how often that worked."""
    motcua: Motcua = app.extensions[EXTENSION]
    for number in range(times):
        with motcua.database.write() as session:
            record(session, AuditAction.DOSSIER_READ, "dossier", object_id=number, office_id=office)
    return times


def change(app: Flask, service: int, times: int) -> int:
    """Change a row again and again, each time in a command of its own; return how often that worked."""
    motcua: Motcua = app.extensions[EXTENSION]
    for _ in range(times):
        with motcua.database.write() as session:
            session.get_one(QueueService, service).position += 1
    return times


def change_and_die(app: Flask, service: int, kills: int, longest_life: float) -> int:
    """Let one process after the other change a row until it is killed; return how many had begun to."""
    begun = 0
    for _ in range(kills):
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            change(app, service, 1)
            os.write(writing, b"!")
            change(app, service, 1_000_000)
        os.close(writing)
        begun += os.read(reading, 1) == b"!"
        time.sleep(random.uniform(0, longest_life))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(reading)
    return begun


TASKS = {task.__name__: task for task in (take, count_up, read_then_write, log_in, act, change, change_and_die)}
