"""The same command twice is one command."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from motcua.admin.domain import calling
from motcua.admin.domain.receipts import Command, answer_once
from motcua.admin.enums import TicketState
from motcua.admin.errors import IdempotencyKeyReusedError, QueueEmptyError
from motcua.admin.models import CommandReceipt
from tests.town import NINE

if TYPE_CHECKING:
    from motcua.admin.database import Database
    from tests.admin.hall import Hall


def call_next(hall: Hall, key: str = "key-0001", body: dict[str, int] | None = None) -> str:
    """Press "next" at counter 1 under a key; return the called number."""
    command = Command(hall.town.lan.id, key, "next", body or {"counter": 1})
    with hall.motcua.database.write() as session:

        def act() -> dict[str, str]:
            return {"label": calling.call_next(session, hall.seat(session, hall.town.counter1)).label}

        return str(answer_once(session, command, act, now=NINE).body["label"])


def test_the_same_key_again_gets_the_same_answer(hall: Hall) -> None:
    hall.issue(count=2)
    first = call_next(hall)
    hall.at(hall.town.counter1, calling.finish)

    assert call_next(hall) == first == "A001"
    assert hall.ticket("A002").state == TicketState.WAITING


def test_the_same_key_for_something_else_is_refused(hall: Hall) -> None:
    hall.issue(count=2)
    call_next(hall)
    hall.at(hall.town.counter1, calling.finish)

    with pytest.raises(IdempotencyKeyReusedError):
        call_next(hall, body={"counter": 2})

    assert hall.ticket("A002").state == TicketState.WAITING


def test_two_people_may_have_the_same_key(hall: Hall, database: Database) -> None:
    for user in (hall.town.lan, hall.town.minh):
        with database.write() as session:
            answer_once(session, Command(user.id, "key-0001", "next", {}), partial(dict, user=user.username), now=NINE)

    with database.read() as session:
        kept = [receipt.answer for receipt in session.scalars(select(CommandReceipt).order_by(CommandReceipt.id))]
    assert kept == [{"user": "lan"}, {"user": "minh"}]


def test_a_refusal_keeps_nothing_so_the_key_may_be_tried_again(hall: Hall) -> None:
    with pytest.raises(QueueEmptyError):
        call_next(hall)
    hall.issue()

    assert call_next(hall) == "A001"


def test_the_same_key_twenty_times_at_once_is_one_call(hall: Hall) -> None:
    hall.issue(count=20)

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: call_next(hall), range(20)))

    assert answers == ["A001"] * 20
    assert [event.label for event in hall.events() if event.kind == "called"] == ["A001"]
