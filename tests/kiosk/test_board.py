"""What the hall's displays read: the log in order and complete, the hall as it stands, silence on a fault."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from apispec import APISpec

from motcua.admin.domain.board import EVENTS_AT_ONCE
from motcua.admin.domain.ticket_log import record
from motcua.admin.enums import TicketEventKind, TicketState
from motcua.admin.models import ServiceDay, Ticket
from motcua.kiosk.board import BoardApi
from motcua.kiosk.board_stream import Places, stream
from tests.kiosk.hall import add_ticket, away, call, finish
from tests.town import NINE, WEDNESDAY, Town, build_town

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from motcua.admin.database import Database
    from motcua.admin.extension import Motcua

EVENTS = "/api/v1/board/chau-ninh/events"


@pytest.fixture
def town(session: Session, motcua: Motcua, monkeypatch: pytest.MonkeyPatch) -> Town:
    monkeypatch.setattr(motcua, "clock", lambda: NINE)
    return build_town(session)


def news(client: FlaskClient, after: int | None = 0) -> dict[str, Any]:
    answer = client.get(EVENTS if after is None else f"{EVENTS}?after={after}")
    assert answer.status_code == 200
    body: dict[str, Any] = answer.get_json()
    return body


def board_api(app: Flask) -> BoardApi:
    return next(view for view in app.appbuilder.baseviews if isinstance(view, BoardApi))


def test_the_answer_is_that_of_the_contract(session: Session, client: FlaskClient, town: Town) -> None:
    session.add(ServiceDay(office_id=town.office.id, series="B", day=WEDNESDAY, last_number=9, waiting_count=4))
    first = add_ticket(session, town, 1)
    call(session, first.ticket, town.counter2)

    assert news(client) == {
        "events": [
            {
                "seq": 1,
                "kind": "issued",
                "label": "A001",
                "service": "ho-tich",
                "counter": None,
                "at": "2026-12-02T02:00:00+00:00",
            },
            {
                "seq": 2,
                "kind": "called",
                "label": "A001",
                "service": "ho-tich",
                "counter": 2,
                "at": "2026-12-02T02:00:00+00:00",
            },
        ],
        "last_seq": 2,
        "now": "2026-12-02T02:00:00+00:00",
        "waiting": [
            {"service": "ho-tich", "series": "A", "name_vi": "Hộ tịch", "name_en": "Civil status", "waiting": 0},
            {"service": "dat-dai", "series": "B", "name_vi": "Đất đai", "name_en": "Land", "waiting": 4},
        ],
        "calls": [
            {
                "label": "A001",
                "service": "ho-tich",
                "counter": 2,
                "at": "2026-12-02T02:00:00+00:00",
                "state": "called",
            }
        ],
    }


def test_a_board_gets_what_is_after_the_event_it_has_seen(session: Session, client: FlaskClient, town: Town) -> None:
    for number in range(1, 5):
        add_ticket(session, town, number)

    body = news(client, after=2)

    assert [event["seq"] for event in body["events"]] == [3, 4]
    assert body["last_seq"] == 4


def test_a_board_that_knows_nothing_starts_at_the_present(session: Session, client: FlaskClient, town: Town) -> None:
    call(session, add_ticket(session, town, 1).ticket, town.counter1)

    body = news(client, after=None)

    assert (body["events"], body["last_seq"]) == ([], 2)
    assert [one["label"] for one in body["calls"]] == ["A001"]


def test_a_board_that_has_seen_more_than_there_is_starts_at_the_present(
    session: Session, client: FlaskClient, town: Town
) -> None:
    add_ticket(session, town, 1)

    body = news(client, after=900)

    assert (body["events"], body["last_seq"]) == ([], 1)


def test_a_long_absence_is_made_good_page_by_page(session: Session, client: FlaskClient, town: Town) -> None:
    ticket = add_ticket(session, town, 1).ticket
    for _ in range(EVENTS_AT_ONCE + 40):
        record(session, ticket, TicketEventKind.RECALLED, from_state=TicketState.CALLED, at=NINE)
    session.commit()

    seen, after = [], 0
    while page := news(client, after)["events"]:
        seen += [event["seq"] for event in page]
        after = seen[-1]

    assert seen == list(range(1, EVENTS_AT_ONCE + 42))


def test_readers_skip_nothing_while_eight_people_write(
    session: Session, client: FlaskClient, town: Town, database: Database
) -> None:
    ticket_id = add_ticket(session, town, 1).ticket.id
    writers = [threading.Thread(target=write_events, args=(database, ticket_id, 12)) for _ in range(8)]
    for writer in writers:
        writer.start()

    seen, after = [], 0
    while any(writer.is_alive() for writer in writers) or news(client, after)["events"]:
        page = news(client, after)
        seen += [event["seq"] for event in page["events"]]
        assert page["last_seq"] == (seen[-1] if seen else 0)
        after = page["last_seq"]

    assert seen == list(range(1, 98))


def write_events(database: Database, ticket_id: int, count: int) -> None:
    for _ in range(count):
        with database.write() as session:
            ticket = session.get_one(Ticket, ticket_id)
            record(session, ticket, TicketEventKind.RECALLED, from_state=ticket.state, at=NINE)


def test_fifty_calls_come_out_as_fifty_calls_in_order(session: Session, client: FlaskClient, town: Town) -> None:
    for number in range(1, 51):
        ticket = add_ticket(session, town, number).ticket
        call(session, ticket, town.counter1, at=NINE + timedelta(milliseconds=100 * number))
        finish(session, ticket)

    events = news(client)["events"]

    assert [event["label"] for event in events if event["kind"] == "called"] == [f"A{n:03}" for n in range(1, 51)]
    assert all(later["seq"] - earlier["seq"] == 1 for earlier, later in pairwise(events))


def test_a_recall_comes_out_as_an_event_and_moves_the_number_to_the_front(
    session: Session, client: FlaskClient, town: Town
) -> None:
    first, second = add_ticket(session, town, 1).ticket, add_ticket(session, town, 2).ticket
    call(session, first, town.counter1)
    call(session, second, town.counter2)
    call(session, first, town.counter1, kind=TicketEventKind.RECALLED)

    body = news(client, after=4)

    assert [(event["kind"], event["label"]) for event in body["events"]] == [("recalled", "A001")]
    assert [one["label"] for one in body["calls"]] == ["A001", "A002"]


def test_the_calls_are_the_present_one_and_the_last_five(session: Session, client: FlaskClient, town: Town) -> None:
    for number in range(1, 10):
        ticket = add_ticket(session, town, number).ticket
        call(session, ticket, town.counter1)
        finish(session, ticket)

    calls = news(client, after=None)["calls"]

    assert [one["label"] for one in calls] == ["A009", "A008", "A007", "A006", "A005", "A004"]


def test_who_sits_long_at_a_counter_stays_among_the_calls(session: Session, client: FlaskClient, town: Town) -> None:
    call(session, add_ticket(session, town, 1).ticket, town.counter2)
    ticket = add_ticket(session, town, 2).ticket
    call(session, ticket, town.counter1, at=NINE + timedelta(minutes=5))
    for _ in range(420):
        record(session, ticket, TicketEventKind.RECALLED, from_state=TicketState.CALLED, at=NINE)
    session.commit()

    calls = news(client, after=None)["calls"]

    assert [(one["label"], one["state"]) for one in calls] == [("A002", "called"), ("A001", "called")]


def test_yesterdays_calls_are_gone(session: Session, client: FlaskClient, town: Town) -> None:
    call(session, add_ticket(session, town, 1).ticket, town.counter1, at=NINE - timedelta(hours=13))

    assert news(client, after=None)["calls"] == []


def test_a_board_shows_its_own_office_only(session: Session, client: FlaskClient, town: Town) -> None:
    neighbour = build_town(session, code="tan-dan", prefix="x")
    call(session, add_ticket(session, neighbour, 7).ticket, neighbour.counter1)
    add_ticket(session, town, 1)

    body = news(client)

    assert [event["label"] for event in body["events"]] == ["A001"]
    assert body["calls"] == []


@pytest.mark.parametrize("after", ["-1", "x", "1.5", "٣", "9" * 30, ""])
@pytest.mark.usefixtures("town")
def test_a_number_that_is_none_is_refused(client: FlaskClient, after: str) -> None:
    answer = client.get(EVENTS, query_string={"after": after})

    assert (answer.status_code, answer.get_json()["code"]) == (400, "invalid_input")


@pytest.mark.usefixtures("town")
def test_an_unknown_office_has_no_board(client: FlaskClient) -> None:
    answers = [client.get("/api/v1/board/nowhere/events"), client.get("/kiosk/board/nowhere")]

    assert [answer.status_code for answer in answers] == [404, 404]


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
@pytest.mark.usefixtures("town")
def test_a_record_that_is_away_is_503_and_never_an_empty_list(
    client: FlaskClient, motcua: Motcua, database: Database, monkeypatch: pytest.MonkeyPatch, accept: str
) -> None:
    monkeypatch.setattr(motcua, "database", away(database))

    answer = client.get(EVENTS, headers={"Accept": accept})
    page = client.get("/kiosk/board/chau-ninh")

    assert (answer.status_code, answer.get_json()["code"]) == (503, "record_away")
    assert answer.headers["Retry-After"] == "5"
    assert (page.status_code, '<meta http-equiv="refresh"' in page.get_data(as_text=True)) == (503, True)


def test_the_stream_is_the_same_log_with_its_numbers_as_ids(session: Session, town: Town, motcua: Motcua) -> None:
    call(session, add_ticket(session, town, 1).ticket, town.counter1)

    messages = list(stream(motcua, "chau-ninh", 0, life_seconds=0))

    assert messages[0] == "retry: 1000\n\n"
    fields = [dict(line.split(": ", 1) for line in message.splitlines() if line) for message in messages[1:]]
    assert [(one["id"], one.get("event")) for one in fields] == [("1", None), ("2", None), ("2", "state")]
    assert json.loads(fields[1]["data"])["label"] == "A001"
    assert list(json.loads(fields[2]["data"])) == ["last_seq", "now", "waiting", "calls"]
    assert all(message.endswith("\n\n") for message in messages)


def test_the_stream_tells_what_happens_while_it_is_open(session: Session, town: Town, motcua: Motcua) -> None:
    messages = stream(motcua, "chau-ninh", None, life_seconds=20)
    assert [next(messages), next(messages).partition("\n")[0]] == ["retry: 1000\n\n", "id: 0"]

    add_ticket(session, town, 1)

    assert next(messages).startswith('id: 1\ndata: {"seq": 1, "kind": "issued", "label": "A001"')
    messages.close()


@pytest.mark.usefixtures("town")
def test_the_stream_ends_when_the_server_is_to_end(motcua: Motcua) -> None:
    messages = stream(motcua, "chau-ninh", None, life_seconds=3600)
    next(messages)

    motcua.is_stopping = lambda: True

    assert [message.partition("\n")[0] for message in messages] == ["id: 0"]


def test_a_stream_goes_on_after_the_last_event_the_browser_has_seen(
    app: Flask, session: Session, client: FlaskClient, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board_api(app), "stream_seconds", 0)
    for number in range(1, 4):
        add_ticket(session, town, number)

    answer = client.get(f"{EVENTS}?after=0", headers={"Accept": "text/event-stream", "Last-Event-ID": "2"})

    assert answer.content_type == "text/event-stream; charset=utf-8"
    assert [line for line in answer.get_data(as_text=True).splitlines() if line.startswith("id:")] == ["id: 3", "id: 3"]


@pytest.mark.usefixtures("town")
def test_more_streams_than_allowed_are_told_to_poll(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board_api(app), "places", Places(1))
    wanted = {"Accept": "text/event-stream"}

    with client.get(EVENTS, headers=wanted, buffered=False) as first:
        second = client.get(EVENTS, headers=wanted)
    client.head(EVENTS, headers=wanted).close()
    with client.get(EVENTS, headers=wanted, buffered=False) as third:
        assert [first.status_code, second.status_code, third.status_code] == [200, 503, 200]

    assert (second.get_json()["code"], second.headers["Retry-After"]) == ("streams_full", "5")


def test_nothing_personal_is_on_a_board(session: Session, client: FlaskClient, town: Town) -> None:
    ticket = add_ticket(session, town, 1, officer_id=town.lan.id).ticket
    seq = call(session, ticket, town.counter1)
    record(
        session,
        ticket,
        TicketEventKind.RECALLED,
        from_state=ticket.state,
        at=NINE,
        counter=town.counter1,
        actor_id=town.lan.id,
        reason="Bà Đặng Thị Kín nghe kém",
    )
    session.commit()

    words = client.get(EVENTS + "?after=0").get_data(as_text=True) + client.get("/kiosk/board/chau-ninh").text

    assert seq == 2
    assert [one for one in ("Nguyễn Thị", "Đặng", "nghe kém", "actor", "officer") if one in words] == []


@pytest.mark.usefixtures("town")
def test_the_pages_stand_for_the_hall_and_for_one_counter(client: FlaskClient) -> None:
    hall, counter = client.get("/kiosk/board/chau-ninh"), client.get("/kiosk/board/chau-ninh/counter/2")

    assert 'data-news="/api/v1/board/chau-ninh/events"' in hall.text
    assert 'data-counter="2"' in counter.text
    assert client.get("/kiosk/board/chau-ninh/counter/9").status_code == 404
    assert "Set-Cookie" not in hall.headers


@pytest.mark.usefixtures("town")
def test_the_board_is_in_the_openapi_document(app: Flask) -> None:
    document = APISpec("Motcua", "1", "3.0.2")
    with app.test_request_context():
        board_api(app).add_api_spec(document)

    answers = document.to_dict()["paths"]["/api/v1/board/{office}/events"]["get"]["responses"]
    assert list(answers["200"]["content"]) == ["application/json", "text/event-stream"]
