"""Giving a number: what the kiosk is told, what the record then holds, and that a key gives one number only."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from random import Random
from threading import Barrier
from time import sleep
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from motcua.admin.domain.tracking import find_by_token
from motcua.admin.domain.waits import estimated_minutes
from motcua.admin.enums import Errand, Language, PrintState, TicketEventKind, TicketState
from motcua.admin.models import PrintJob, ServiceDay, Ticket, TicketEvent
from tests.kiosk.taking import ADDRESS, NOTHING, Kiosk, given, ledger, new_key
from tests.town import NINE, WEDNESDAY, Town, add_kiosk

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

    from motcua.admin.database import Database
    from motcua.admin.extension import Motcua


def test_the_first_visitor_of_the_day_is_number_one(kiosk: Kiosk) -> None:
    answer = kiosk.take("ho-tich", errand="submit", priority=None, language="vi")

    ticket = answer.get_json()
    assert answer.status_code == 201
    assert answer.headers["Cache-Control"] == "no-store"
    assert ticket == {
        "id": ticket["id"],
        "number": "A001",
        "service": "ho-tich",
        "service_day": "2026-12-02",
        "issued_at": NINE.isoformat(),
        "waiting_ahead": 0,
        "estimated_wait_minutes": 0,
        "tracking_url": ticket["tracking_url"],
        "print": {"state": "queued"},
    }


@pytest.mark.parametrize("header", ["X-Forwarded-Host", "X-Host", "Forwarded", "X-Original-Host"])
def test_the_address_on_the_paper_is_ours_whatever_a_header_says(kiosk: Kiosk, header: str) -> None:
    """TRK-12. Another Host is no request to us at all."""
    value = "host=evil.example" if header == "Forwarded" else "evil.example"

    ticket = kiosk.take(headers={header: value}).get_json()
    elsewhere = kiosk.take(headers={"Host": "evil.example"})

    assert ticket["tracking_url"].startswith("HTTP://MOTCUA.TEST/T/")
    assert elsewhere.status_code == 400


def test_the_address_on_the_paper_leads_to_the_ticket(kiosk: Kiosk, session: Session) -> None:
    ticket = kiosk.take().get_json()

    start, _, token = ticket["tracking_url"].rpartition("/")
    found = find_by_token(session, token)
    assert start == "HTTP://MOTCUA.TEST/T"
    assert isinstance(found, Ticket)
    assert found.id == ticket["id"]


def test_ticket_event_and_paper_are_written_together(kiosk: Kiosk, town: Town, session: Session) -> None:
    kiosk.take("dat-dai", errand="collect", language="en")

    ticket = session.scalars(select(Ticket)).one()
    event = session.scalars(select(TicketEvent)).one()
    paper = session.scalars(select(PrintJob)).one()
    assert (ticket.label, ticket.service_day, ticket.state) == ("B001", WEDNESDAY, TicketState.WAITING)
    assert (ticket.errand, ticket.language, ticket.device_id) == (Errand.COLLECT, Language.EN, town.kiosk.id)
    assert (event.kind, event.seq, event.ticket_id) == (TicketEventKind.ISSUED, 1, ticket.id)
    assert (paper.state, paper.ticket_id, paper.printer_id) == (PrintState.QUEUED, ticket.id, town.printer.id)


def test_every_service_counts_for_itself(kiosk: Kiosk) -> None:
    numbers = [kiosk.take(service).get_json()["number"] for service in ("ho-tich", "dat-dai", "ho-tich", "dat-dai")]

    assert numbers == ["A001", "B001", "A002", "B002"]


def test_the_next_visitor_hears_who_is_ahead_and_how_long_it_takes(kiosk: Kiosk) -> None:
    """Ten minutes a visit, two counters: five minutes for each person ahead."""
    told = [kiosk.take().get_json() for _ in range(3)]

    assert [ticket["waiting_ahead"] for ticket in told] == [0, 1, 2]
    assert [ticket["estimated_wait_minutes"] for ticket in told] == [0, 5, 10]


@pytest.mark.parametrize(
    ("served_count", "served_seconds", "waiting", "minutes"),
    # Five visits of ten minutes count beforehand; then the day's own. Two counters; begun minutes are whole ones.
    [(0, 0, 1, 5), (5, 0, 1, 3), (5, 9_000, 3, 30), (1, 61, 1, 5), (7, 5 * 86_400, 100, 30_209)],
    ids=["as configured", "a quick morning", "a slow one", "rounded up", "in the longest of lines"],
)
def test_the_wait_follows_the_pace_of_the_day(
    kiosk: Kiosk, session: Session, *, served_count: int, served_seconds: int, waiting: int, minutes: int
) -> None:
    """The same estimate on both databases, and the one the tracking page goes on with."""
    kiosk.take()
    day = session.scalars(select(ServiceDay)).one()
    day.served_count, day.served_seconds, day.waiting_count = served_count, served_seconds, waiting
    session.commit()

    told = kiosk.take().get_json()["estimated_wait_minutes"]
    assert told == minutes
    assert told == estimated_minutes(
        waiting, average_minutes=10, open_counters=2, served_count=served_count, served_seconds=served_seconds
    )


def test_a_number_with_more_digits_than_the_label_has_is_not_cut(
    kiosk: Kiosk, motcua: Motcua, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(motcua, "settings", replace(motcua.settings, series_capacity=99_999))
    kiosk.take()
    day = session.scalars(select(ServiceDay)).one()
    day.last_number = 999
    session.commit()

    assert [kiosk.take().get_json()["number"] for _ in range(2)] == ["A1000", "A1001"]


def test_people_of_a_priority_group_wait_for_each_other_only(kiosk: Kiosk) -> None:
    kiosk.take()
    first, second = kiosk.take(priority="elderly"), kiosk.take(priority="elderly")

    assert [answer.get_json()["waiting_ahead"] for answer in (first, second)] == [0, 1]
    assert kiosk.take().get_json()["waiting_ahead"] == 3


def test_a_new_day_starts_at_one(kiosk: Kiosk, motcua: Motcua) -> None:
    kiosk.take()
    motcua.clock = lambda: NINE + timedelta(days=1)

    ticket = kiosk.take().get_json()
    assert (ticket["number"], ticket["service_day"]) == ("A001", "2026-12-03")


def test_the_kiosk_asks_how_its_paper_is_coming_along(kiosk: Kiosk, session: Session) -> None:
    ticket = kiosk.take().get_json()
    session.scalars(select(PrintJob)).one().state = PrintState.UNCONFIRMED
    session.commit()

    answer = kiosk.client.get(f"{ADDRESS}/{ticket['id']}", headers={"Authorization": f"Bearer {kiosk.token}"})
    assert answer.get_json() == ticket | {"print": {"state": "unconfirmed"}}


def test_a_kiosk_knows_nothing_of_what_another_gave(kiosk: Kiosk, town: Town, session: Session) -> None:
    ticket = kiosk.take().get_json()
    _, other = add_kiosk(session, town.office)
    session.commit()

    for number in (ticket["id"], 0, 10**30):
        answer = kiosk.client.get(f"{ADDRESS}/{number}", headers={"Authorization": f"Bearer {other}"})
        assert (answer.status_code, answer.get_json()["code"]) == (404, "not_found")


def test_the_same_key_again_gives_the_same_ticket(kiosk: Kiosk, database: Database) -> None:
    key = new_key()

    first, again = kiosk.take(key=key), kiosk.take(key=key)

    assert [first.status_code, again.status_code] == [201, 200]
    assert again.data == first.data
    assert ledger(database) == given(1)


def _all_at_once(app: Flask, token: str, keys: list[str]) -> list[TestResponse]:
    start = Barrier(len(keys))

    def take(key: str) -> TestResponse:
        kiosk = Kiosk(app.test_client(), token)
        start.wait()
        return kiosk.take(key=key)

    with ThreadPoolExecutor(len(keys)) as hall:
        return list(hall.map(take, keys))


def test_one_key_fifty_times_in_parallel_is_one_ticket(app: Flask, town: Town, database: Database) -> None:
    """TKT-03."""
    answers = _all_at_once(app, town.kiosk_token, [new_key()] * 50)

    assert sorted(answer.status_code for answer in answers) == [200] * 49 + [201]
    assert len({answer.data for answer in answers}) == 1
    assert ledger(database) == given(1)


def test_one_key_for_two_services_is_refused(kiosk: Kiosk, database: Database) -> None:
    """TKT-04."""
    key = new_key()
    kiosk.take("ho-tich", key=key)

    answer = kiosk.take("dat-dai", key=key)

    assert (answer.status_code, answer.get_json()["code"]) == (409, "idempotency_key_reused")
    assert ledger(database) == given(1)


def test_one_key_for_two_errands_or_groups_is_refused(kiosk: Kiosk, database: Database) -> None:
    """TKT-04: everything in the order counts, not the service alone."""
    key = new_key()
    kiosk.take(key=key)

    others = [{"errand": "collect"}, {"priority": "elderly"}, {"language": "en"}]
    assert [kiosk.take(key=key, **other).status_code for other in others] == [409] * 3
    assert ledger(database) == given(1)


def test_tapping_twice_gives_one_number(app: Flask, town: Town, database: Database) -> None:
    """TKT-05: a hundred pairs of taps, 0 to 300 ms apart."""
    dice = Random(5)
    taps = [(new_key(), dice.uniform(0, 0.3)) for _ in range(100)]

    def tap(key: str, wait: float) -> bytes:
        sleep(wait)
        return Kiosk(app.test_client(), town.kiosk_token).take(key=key).data

    with ThreadPoolExecutor(20) as hall:
        pairs = [(hall.submit(tap, key, 0), hall.submit(tap, key, wait)) for key, wait in taps]
        bodies = [(first.result(), second.result()) for first, second in pairs]

    assert [first == second for first, second in bodies] == [True] * 100
    assert ledger(database) == given(100)


def test_a_key_from_yesterday_still_names_yesterdays_ticket(kiosk: Kiosk, motcua: Motcua, database: Database) -> None:
    """TKT-09: after 25 hours, and within the day; keys never expire, so no second number ever."""
    key = new_key()
    ticket = kiosk.take(key=key).data

    for hours in (7, 25):
        motcua.clock = lambda hours=hours: NINE + timedelta(hours=hours)  # type: ignore[misc]
        answer = kiosk.take(key=key)
        assert (answer.status_code, answer.data) == (200, ticket)

    assert ledger(database) == given(1)


def test_another_offices_key_is_another_key(kiosk: Kiosk, session: Session, app: Flask, database: Database) -> None:
    from tests.town import build_town

    other = Kiosk(app.test_client(), build_town(session, "an-binh", "an-").kiosk_token)
    key = new_key()

    assert [kiosk.take(key=key).status_code, other.take(key=key).status_code] == [201, 201]
    assert ledger(database) == given(2)


def test_what_a_client_says_of_day_time_and_number_is_ignored(kiosk: Kiosk, session: Session) -> None:
    """TKT-14: a year ahead and a year back."""
    for year in ("2025", "2027"):
        answer = kiosk.take(
            number=777, label="A777", service_day=f"{year}-12-02", issued_at=f"{year}-12-02T09:00:00+07:00", id=777
        )
        assert answer.status_code == 201

    tickets = session.scalars(select(Ticket).order_by(Ticket.id)).all()
    assert [(ticket.label, ticket.service_day) for ticket in tickets] == [("A001", WEDNESDAY), ("A002", WEDNESDAY)]
    assert [ticket.issued_at for ticket in tickets] == [NINE, NINE]


def test_nothing_is_written_by_looking(kiosk: Kiosk, database: Database) -> None:
    kiosk.client.get("/api/v1/kiosk/services", headers={"Authorization": f"Bearer {kiosk.token}"})

    assert ledger(database) == NOTHING
