"""The public state behind a QR code: the contract, the silence about everything else, the headers."""

from __future__ import annotations

import logging
import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from flask import session as session_of_the_host
from sqlalchemy import event, select

from motcua.admin.domain.tracking import revoke_token, token_digest, tracking_token
from motcua.admin.enums import DossierStatus, TicketState
from motcua.admin.models import Ticket, TicketEvent
from tests.kiosk.hall import TokenTicket, add_dossier, add_dossier_event, add_ticket, away, call
from tests.town import NINE, Town, build_town

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from motcua.admin.database import Database
    from motcua.admin.extension import Motcua

FIELDS = [
    "kind",
    "number",
    "service",
    "state",
    "waiting_ahead",
    "estimated_wait_minutes",
    "counter",
    "called_at",
    "dossier",
    "version",
]
UNKNOWN = "0123456789ABCDEFGHJKMNPQRS"
#: Everything in the record of the test that belongs to a person.
PERSONAL = (
    "Đặng Thị Kín",
    "dang thi kin",
    "033177001234",
    "0912345678",
    "Ngõ Bí Mật",
    "Nguyễn Thị",
    "Trần Văn",
    "chauninh.test",
    "mật",
)


@pytest.fixture
def town(session: Session, motcua: Motcua, monkeypatch: pytest.MonkeyPatch) -> Town:
    monkeypatch.setattr(motcua, "clock", lambda: NINE)
    return build_town(session)


def follow(client: FlaskClient, token: str) -> dict[str, Any]:
    answer = client.get(f"/t/{token}.json")
    assert answer.status_code == 200
    body: dict[str, Any] = answer.get_json()
    return body


@pytest.fixture
def third(session: Session, town: Town) -> TokenTicket:
    """Return the third in the line."""
    add_ticket(session, town, 1)
    add_ticket(session, town, 2)
    return add_ticket(session, town, 3)


def test_a_waiting_ticket_says_how_many_are_ahead(client: FlaskClient, third: TokenTicket) -> None:
    assert follow(client, third.token) == {
        "kind": "ticket",
        "number": "A003",
        "service": "ho-tich",
        "state": "waiting",
        "waiting_ahead": 2,
        "estimated_wait_minutes": 10,
        "counter": None,
        "called_at": None,
        "dossier": None,
        "version": 1,
    }


def test_the_json_has_the_fields_of_the_contract_and_no_other(
    session: Session, client: FlaskClient, town: Town, third: TokenTicket
) -> None:
    add_dossier(session, town, third.ticket)

    body = follow(client, third.token)

    assert list(body) == FIELDS
    assert list(body["dossier"]) == ["code", "state", "due_at", "overdue"]


def test_a_called_ticket_says_where_to_go(
    session: Session, client: FlaskClient, town: Town, third: TokenTicket
) -> None:
    third.ticket.state = TicketState.CALLED
    third.ticket.counter = town.counter2
    third.ticket.called_at = NINE
    session.commit()

    body = follow(client, third.token)

    assert (body["state"], body["counter"], body["called_at"]) == ("called", 2, "2026-12-02T02:00:00+00:00")
    assert (body["waiting_ahead"], body["version"]) == (0, 2)


@pytest.mark.parametrize("state", [TicketState.HELD, TicketState.NO_SHOW, TicketState.FINISHED, TicketState.CANCELLED])
def test_who_waits_no_longer_gets_no_place_in_the_line(
    session: Session, client: FlaskClient, third: TokenTicket, state: TicketState
) -> None:
    third.ticket.state = state
    session.commit()

    body = follow(client, third.token)

    assert (body["state"], body["waiting_ahead"], body["estimated_wait_minutes"]) == (state.value, None, None)


def test_the_ticket_becomes_its_last_dossier(
    session: Session, client: FlaskClient, town: Town, third: TokenTicket
) -> None:
    add_dossier(session, town, third.ticket, code="H99.09-261202-0001", received_at=NINE - timedelta(minutes=9))
    add_dossier(session, town, third.ticket, code="H99.09-261202-0002", due_at=NINE + timedelta(days=3))

    body = follow(client, third.token)

    assert (body["kind"], body["state"], body["number"]) == ("dossier", "received", "A003")
    assert body["dossier"] == {
        "code": "H99.09-261202-0002",
        "state": "received",
        "due_at": "2026-12-05T02:00:00+00:00",
        "overdue": False,
    }
    assert body["version"] == 3


def test_a_dossier_without_a_ticket_is_followed_by_its_own_link(
    session: Session, client: FlaskClient, town: Town
) -> None:
    dossier = add_dossier(session, town, None)

    body = follow(client, dossier.token)

    assert (body["kind"], body["number"], body["service"]) == ("dossier", None, None)
    assert body["dossier"]["code"] == dossier.dossier.code


@pytest.mark.parametrize("status", [DossierStatus.PROCESSING, DossierStatus.SUPPLEMENT, DossierStatus.AWAITING_PAYMENT])
def test_an_open_dossier_past_its_date_is_overdue(
    session: Session, client: FlaskClient, town: Town, status: DossierStatus
) -> None:
    dossier = add_dossier(session, town, None, status=status, due_at=NINE - timedelta(seconds=1))

    assert follow(client, dossier.token)["dossier"]["overdue"] is True


@pytest.mark.parametrize(
    ("status", "due_at"),
    [
        (DossierStatus.PROCESSING, NINE),
        (DossierStatus.PROCESSING, None),
        (DossierStatus.DONE, NINE - timedelta(days=1)),
        (DossierStatus.RETURNED, NINE - timedelta(days=1)),
        (DossierStatus.WITHDRAWN, NINE - timedelta(days=1)),
    ],
)
def test_a_dossier_in_time_without_a_date_or_done_with_is_not_overdue(
    session: Session, client: FlaskClient, town: Town, status: DossierStatus, due_at: datetime | None
) -> None:
    dossier = add_dossier(session, town, None, status=status, due_at=due_at)

    assert follow(client, dossier.token)["dossier"]["overdue"] is False


def test_case_and_look_alikes_do_not_matter(session: Session, client: FlaskClient, town: Town, motcua: Motcua) -> None:
    public_id, token = next(
        (f"{number:032x}", token)
        for number in range(10_000)
        if {"0", "1"} <= set(token := tracking_token(motcua.settings.qr_key, f"{number:032x}", 1))
    )
    add_ticket(session, town, 1, public_id=public_id)
    copied = [token.lower(), token.replace("0", "O"), token.replace("1", "I"), token.replace("1", "l")]

    answers = [client.get(f"{path}/{one}.json").get_json() for path in ("/t", "/T") for one in copied]

    assert [answer["number"] for answer in answers] == ["A001"] * 8


def test_every_way_of_not_knowing_a_token_gets_the_same_answer(
    session: Session, client: FlaskClient, motcua: Motcua, third: TokenTicket
) -> None:
    changed = ("Z" if third.token[0] != "Z" else "Y") + third.token[1:]
    revoke_token(third.ticket, motcua.settings.qr_key)
    session.commit()
    links = [UNKNOWN, third.token, changed, third.token[:-1], "A003", "x" * 3000, "a/b", "%00", "Ễ" * 26, "' OR 1=1"]

    for suffix in ("", ".json"):
        answers = [client.get(f"/t/{link}{suffix}") for link in links]
        assert {answer.status_code for answer in answers} == {404}
        assert len({answer.data for answer in answers}) == 1
        assert len({str(sorted(answer.headers)) for answer in answers}) == 1


def test_a_new_token_works_at_once_after_the_old_one_is_revoked(
    session: Session, client: FlaskClient, motcua: Motcua, third: TokenTicket
) -> None:
    """TRK-09."""
    token = revoke_token(third.ticket, motcua.settings.qr_key)
    session.commit()

    assert follow(client, token)["number"] == "A003"


@pytest.mark.parametrize(("later", "status"), [(timedelta(hours=38, minutes=59), 200), (timedelta(hours=39), 404)])
def test_a_ticket_link_ends_a_day_after_its_day(
    client: FlaskClient, motcua: Motcua, third: TokenTicket, later: timedelta, status: int
) -> None:
    motcua.clock = lambda: NINE + later

    assert client.get(f"/t/{third.token}.json").status_code == status


@pytest.mark.parametrize(("days", "status"), [(29, 200), (31, 404)])
def test_a_dossier_link_ends_a_month_after_the_result_was_handed_over(
    session: Session, client: FlaskClient, town: Town, days: int, status: int
) -> None:
    returned_at = NINE - timedelta(days=days)
    dossier = add_dossier(session, town, None, status=DossierStatus.RETURNED, returned_at=returned_at)

    assert client.get(f"/t/{dossier.token}.json").status_code == status


def test_a_dossier_on_its_way_keeps_the_ticket_link_alive(
    session: Session, client: FlaskClient, motcua: Motcua, town: Town, third: TokenTicket
) -> None:
    add_dossier(session, town, third.ticket)
    motcua.clock = lambda: NINE + timedelta(days=400)

    assert client.get(f"/t/{third.token}.json").status_code == 200


def test_nothing_personal_leaves_the_record(
    session: Session, client: FlaskClient, town: Town, third: TokenTicket
) -> None:
    """TRK-07."""
    third.ticket.officer_id = town.lan.id
    dossier = add_dossier(session, town, third.ticket, note="Ghi chú mật")
    add_dossier_event(session, dossier.dossier, town.lan, reason="Lý do mật của Đặng Thị Kín")

    for link in (third.token, dossier.token):
        for address in (f"/t/{link}", f"/t/{link}?lang=en", f"/t/{link}.json"):
            words = client.get(address).get_data(as_text=True)
            assert [one for one in PERSONAL if one in words] == []


def test_the_etag_saves_the_body_until_something_changes(
    session: Session, client: FlaskClient, town: Town, third: TokenTicket
) -> None:
    address = f"/T/{third.token}.json"
    etag = client.get(address).headers["ETag"]

    same = client.get(address, headers={"If-None-Match": etag})
    call(session, session.scalars(select(Ticket).where(Ticket.number == 1)).one(), town.counter1)
    changed = client.get(address, headers={"If-None-Match": etag})

    assert (same.status_code, same.data, same.headers["ETag"]) == (304, b"", etag)
    assert (changed.status_code, changed.get_json()["waiting_ahead"]) == (200, 1)
    assert changed.headers["ETag"] != etag


@pytest.mark.parametrize(
    ("link", "cache"),
    [
        ("{token}.json", "private, no-cache"),
        ("{token}", "no-store"),
        (f"{UNKNOWN}.json", "no-store"),
        (UNKNOWN, "no-store"),
    ],
)
def test_every_answer_carries_the_protecting_headers_and_no_cookie(
    client: FlaskClient, third: TokenTicket, link: str, cache: str
) -> None:
    """TRK-08."""
    headers = client.get(f"/T/{link.format(token=third.token)}").headers

    assert headers["Cache-Control"] == cache
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Robots-Tag"] == "noindex, nofollow, noarchive"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "http" not in headers["Content-Security-Policy"]
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; ")
    assert "Set-Cookie" not in headers


def test_no_cookie_is_set_even_where_the_host_keeps_sessions_for_everybody(
    app: Flask, client: FlaskClient, third: TokenTicket
) -> None:
    def keep() -> None:
        session_of_the_host.permanent = True

    app.before_request_funcs.setdefault(None, []).append(keep)
    try:
        answers = [client.get(f"/t/{third.token}{suffix}") for suffix in ("", ".json")]
    finally:
        app.before_request_funcs[None].remove(keep)

    assert ["Set-Cookie" in answer.headers for answer in answers] == [False, False]


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST"])
def test_looking_changes_nothing(database: Database, client: FlaskClient, third: TokenTicket, method: str) -> None:
    """TRK-14."""

    def everything() -> list[Any]:
        with database.read() as reader:
            return [
                reader.execute(select(Ticket.__table__).order_by(Ticket.id)).all(),
                reader.execute(select(TicketEvent.__table__)).all(),
            ]

    before = everything()
    client.open(f"/t/{third.token}", method=method)
    client.open(f"/t/{third.token}.json", method=method)

    assert everything() == before


def test_the_log_holds_no_token(
    client: FlaskClient, third: TokenTicket, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TRK-10."""
    caplog.set_level(logging.DEBUG)
    client.get(f"/t/{UNKNOWN}")
    client.get(f"/t/{third.token}.json")
    monkeypatch.setattr("motcua.kiosk.tracking.follow", broken)
    client.get(f"/t/{third.token}.json")

    assert f"no such tracking link: {token_digest(UNKNOWN)[:8]}" in caplog.text
    assert f"tracking link {token_digest(third.token)[:8]} failed" in caplog.text
    assert UNKNOWN not in caplog.text
    assert third.token not in caplog.text


def broken(*_: object, **__: object) -> None:
    raise ZeroDivisionError


def test_a_record_that_is_away_is_said_to_be_away(
    client: FlaskClient, database: Database, motcua: Motcua, third: TokenTicket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(motcua, "database", away(database))

    data = client.get(f"/t/{third.token}.json")
    page = client.get(f"/t/{third.token}")

    assert (data.status_code, data.get_json()["code"], data.headers["Retry-After"]) == (503, "record_away", "5")
    assert (page.status_code, "vẫn được giữ nguyên" in page.get_data(as_text=True)) == (503, True)


def test_unknown_malformed_and_revoked_are_the_same_work(
    session: Session, client: FlaskClient, motcua: Motcua, database: Database, third: TokenTicket
) -> None:
    """TRK-02: the time of an answer says nothing about a token, because the work does not depend on it."""
    revoke_token(third.ticket, motcua.settings.qr_key)
    session.commit()
    asked: list[str] = []

    def listen(*of_the_cursor: Any) -> None:
        asked.append(of_the_cursor[2])

    client.get(f"/t/{UNKNOWN}.json")  # the first of a minute begins the count
    work = []
    event.listen(database.engine, "before_cursor_execute", listen)
    for link in (UNKNOWN, "not a token!", third.token):
        client.get(f"/t/{link}.json")
        work.append(tuple(asked))
        asked.clear()
    event.remove(database.engine, "before_cursor_execute", listen)

    assert len(work[0]) == 7  # three ways of looking, and two counts looked at and written
    assert set(work) == {work[0]}


def page_of(client: FlaskClient, link: str, language: str = "vi") -> str:
    answer = client.get(f"/t/{link}?lang={language}")
    assert answer.status_code == 200
    return " ".join(answer.get_data(as_text=True).split())


def test_the_page_says_the_place_in_plain_words(client: FlaskClient, third: TokenTicket) -> None:
    vietnamese, english = page_of(client, third.token), page_of(client, third.token, "en")

    assert '<h1 class="headline" id="headline">Còn 2 người trước quý khách</h1>' in vietnamese
    assert "Chờ khoảng 8–13 phút" in vietnamese
    assert '<h1 class="headline" id="headline">2 people before you</h1>' in english
    assert "Civil status" in english


def test_the_page_of_a_dossier_shows_its_way_its_date_and_whether_it_is_late(
    session: Session, client: FlaskClient, town: Town
) -> None:
    kept = add_dossier(
        session, town, None, status=DossierStatus.PROCESSING, due_at=NINE - timedelta(days=1), code="H99.09-261125-0007"
    )
    add_dossier_event(session, kept.dossier, town.lan, at=NINE - timedelta(days=7))
    add_dossier_event(
        session,
        kept.dossier,
        town.minh,
        at=NINE - timedelta(days=6),
        from_status=DossierStatus.RECEIVED,
        to=DossierStatus.PROCESSING,
    )

    page = page_of(client, kept.token)

    assert "H99.09-261125-0007" in page
    assert '<p class="due__date">01/12/2026</p>' in page
    assert '<span class="chip chip--late">Quá hạn</span>' in page
    assert page.index("09:00 · 26/11/2026") < page.index("09:00 · 25/11/2026")


def test_who_has_to_bring_papers_is_told_so_also_past_the_date(
    session: Session, client: FlaskClient, town: Town
) -> None:
    late = {"due_at": NINE - timedelta(days=1)}
    asked = add_dossier(session, town, None, status=DossierStatus.SUPPLEMENT, **late)
    worked_on = add_dossier(session, town, None, status=DossierStatus.PROCESSING, **late)

    pages = [page_of(client, dossier.token) for dossier in (asked, worked_on)]

    assert ["nộp bổ sung giấy tờ tại trung tâm" in page for page in pages] == [True, False]
    assert ["thành thật xin lỗi" in page for page in pages] == [False, True]
    assert ["Quá hạn" in page for page in pages] == [True, True]


def test_the_page_with_everything_it_loads_is_light(client: FlaskClient, third: TokenTicket) -> None:
    page = client.get(f"/t/{third.token}")
    links = re.findall(r'(?:href|src)="(/static/[^"]+)"', page.get_data(as_text=True))

    weight = len(page.data)
    for link in links:
        with client.get(link) as file:
            weight += len(file.data)

    assert len(links) == 4
    assert weight < 60_000


@pytest.mark.usefixtures("town")
def test_a_page_not_found_is_calm_and_in_both_languages(client: FlaskClient) -> None:
    page = client.get(f"/t/{UNKNOWN}").get_data(as_text=True)

    assert "Không tìm thấy phiếu này" in page
    assert "We cannot find this ticket" in page
