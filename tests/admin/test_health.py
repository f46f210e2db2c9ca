"""Alive, ready by part, and figures: each says exactly what is wrong, and no secret."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from prometheus_client.parser import text_string_to_metric_families

from motcua.admin.doctor import doctor
from motcua.admin.enums import DossierStatus, MailState, PrintKind, PrintState
from motcua.admin.extension import EXTENSION
from motcua.admin.health import Check, judge
from motcua.admin.health_record import check_postgresql, check_sqlite, judge_postgresql
from motcua.admin.models import PrintJob, ServiceDay
from motcua.admin.schema import VERSION_TABLE
from tests.kiosk.hall import add_ticket, away
from tests.scheduler.morning import add_due, at, put_row
from tests.town import NINE, WEDNESDAY, Town, build_town

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from motcua.admin.database import Database
    from motcua.admin.extension import Motcua


@pytest.fixture
def town(session: Session, motcua: Motcua, monkeypatch: pytest.MonkeyPatch) -> Town:
    monkeypatch.setattr(motcua, "clock", lambda: NINE)
    town = build_town(session)
    town.printer.last_status, town.printer.last_status_at = "ok", NINE
    session.commit()
    return town


@pytest.fixture
def parts(client: FlaskClient) -> Any:
    """Return what asks for the readiness and returns status, overall word, and the parts that are not well."""

    def ask() -> tuple[int, str, dict[str, str]]:
        answer = client.get("/readyz?lang=en")
        body = answer.get_json()
        unwell = {name: part["text"] for name, part in body["parts"].items() if part["state"] != "ok"}
        return answer.status_code, body["status"], unwell

    return ask


def sent_today(session: Session, town: Town) -> None:
    put_row(session, town.hoa.id, WEDNESDAY)


def test_a_process_that_answers_is_alive(client: FlaskClient, motcua: Motcua, monkeypatch: pytest.MonkeyPatch) -> None:
    """SYS-06: whatever is broken elsewhere, so that nothing restarts in a loop."""
    monkeypatch.setattr(motcua, "database", away(motcua.database))

    answer = client.get("/healthz")

    assert (answer.status_code, answer.get_data(as_text=True)) == (200, "ok\n")


def test_a_centre_in_order_is_ready(parts: Any, session: Session, town: Town) -> None:
    sent_today(session, town)

    assert parts() == (200, "ok", {})


def test_every_part_is_named(client: FlaskClient, session: Session, town: Town) -> None:
    sent_today(session, town)

    body = client.get("/readyz").get_json()

    assert {"database", "migrations", "clock", "printer", "mail", "digest"} <= body["parts"].keys()
    assert [name for name, part in body["parts"].items() if part["critical"]] == ["database", "migrations"]


def test_a_database_that_is_away_is_critical_and_named(
    parts: Any, motcua: Motcua, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(motcua, "database", away(motcua.database))

    status, overall, unwell = parts()

    assert (status, overall) == (503, "unavailable")
    assert unwell["database"] == "Does not answer: is it running, and is SQLALCHEMY_DATABASE_URI right?"
    assert {unwell[name] for name in ("migrations", "mail", "digest")} == {"Not judged: the record cannot be read."}


@pytest.mark.parametrize(
    ("revision", "text"),
    [
        ("0000", "The tables (0000) are newer than this program (0001): install the newer version."),
        (None, "The tables are not there yet: run `motcua upgrade`."),
    ],
)
def test_tables_that_do_not_fit_are_critical_and_named(
    parts: Any, database: Database, revision: str | None, text: str
) -> None:
    version = sa.table(VERSION_TABLE, sa.column("version_num"))
    with database.engine.begin() as connection:
        connection.execute(sa.delete(version))
        if revision:
            connection.execute(sa.insert(version).values(version_num=revision))
    try:
        status, overall, unwell = parts()
    finally:
        with database.engine.begin() as connection:
            connection.execute(sa.delete(version))
            connection.execute(sa.insert(version).values(version_num="0001"))

    assert (status, overall, unwell["migrations"]) == (503, "unavailable", text)


def test_a_digest_nobody_has_started_is_named_after_half_an_hour(
    parts: Any, motcua: Motcua, session: Session, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_row(session, town.hoa.id, WEDNESDAY - timedelta(days=1))
    monkeypatch.setattr(motcua, "clock", lambda: at(WEDNESDAY, 8))
    assert parts() == (200, "ok", {})

    monkeypatch.setattr(motcua, "clock", lambda: at(WEDNESDAY, 8, 1))

    assert parts() == (
        200,
        "degraded",
        {"digest": "Due since 07:30 on 02/12/2026, and nobody has started it: is `motcua worker` running?"},
    )


def test_a_mail_that_does_not_leave_is_named_after_half_an_hour(
    parts: Any, motcua: Motcua, session: Session, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DIG-09: red after 30 minutes."""
    waits = {"created_at": at(WEDNESDAY, 7, 30), "error": "Connection refused", "not_before": at(WEDNESDAY, 8, 30)}
    put_row(session, town.hoa.id, WEDNESDAY, MailState.QUEUED, **waits)
    monkeypatch.setattr(motcua, "clock", lambda: at(WEDNESDAY, 8))
    assert parts() == (200, "ok", {})

    monkeypatch.setattr(motcua, "clock", lambda: at(WEDNESDAY, 8, 1))

    assert parts() == (
        200,
        "degraded",
        {"mail": "1 mails have been waiting since 07:30 on 02/12/2026. Last answer: Connection refused"},
    )


def test_a_refused_mail_is_mentioned(parts: Any, session: Session, town: Town) -> None:
    """DIG-10, DIG-13: shown to the administrator."""
    put_row(session, town.hoa.id, WEDNESDAY, MailState.FAILED, error="550 no such user")

    assert parts() == (
        200,
        "degraded",
        {"mail": "Of the last 7 days: 1 mails refused for good, 0 unanswered. See Mails."},
    )


ALL_ON = dict.fromkeys(("fsync", "full_page_writes", "synchronous_commit", "autovacuum"), "on")


@pytest.mark.parametrize(
    ("changed", "state", "words"),
    [
        ({}, "ok", "autovacuum"),
        ({"synchronous_commit": "local"}, "ok", "autovacuum"),
        ({"fsync": "off"}, "fail", "fsync=off"),
        ({"full_page_writes": "off", "autovacuum": "off"}, "fail", "full_page_writes=off"),
        ({"synchronous_commit": "off"}, "fail", "synchronous_commit=off"),
        ({"autovacuum": "off"}, "warn", "autovacuum"),
    ],
)
def test_a_postgresql_that_forgets_or_does_not_tidy_up_is_named(
    app: Flask, changed: dict[str, str], state: str, words: str
) -> None:
    with app.app_context():
        check = judge_postgresql(ALL_ON | changed)

    assert (check.name, check.state) == ("postgresql", state)
    assert words in check.text


def test_what_the_server_says_of_itself_is_judged(app: Flask, motcua: Motcua) -> None:
    if motcua.database.is_sqlite:
        with app.app_context():
            assert check_sqlite(motcua).state == "ok"
        return
    with motcua.database.read_connection() as connection:
        says = {name: connection.execute(sa.text(f"SHOW {name}")).scalar_one() for name in ALL_ON}
    with app.app_context():
        assert check_postgresql(motcua) == judge_postgresql(says)
        assert [check.name for check in doctor(app) if check.name in {"sqlite", "postgresql"}] == ["postgresql"]


def test_a_check_that_breaks_is_itself_a_finding(caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> Check:
        raise ZeroDivisionError

    assert judge("mail", broken) == Check("mail", "fail", "Bước kiểm tra bị lỗi; nhật ký ghi rõ lỗi ở đâu.")
    assert "the check of mail broke" in caplog.messages


def test_the_readiness_speaks_the_readers_language(client: FlaskClient, town: Town) -> None:
    assert town

    assert client.get("/readyz").get_json()["parts"]["migrations"]["text"] == "Đang ở bản 0001, mới nhất."


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_nothing_is_kept_and_no_cookie_is_set(client: FlaskClient, town: Town, path: str) -> None:
    assert town
    answer = client.get(path)

    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_no_secret_is_told(client: FlaskClient, app: Flask, motcua: Motcua, town: Town, path: str) -> None:
    assert town
    said = client.get(path).get_data(as_text=True)

    secrets = (app.config["SECRET_KEY"], motcua.database.engine.url.render_as_string(), "hoa@", str(motcua.settings))
    assert [secret for secret in secrets if secret in said] == []


def test_the_figures_are_those_of_the_record(
    client: FlaskClient, session: Session, town: Town, motcua: Motcua, monkeypatch: pytest.MonkeyPatch
) -> None:
    for series, last, waiting in (("A", 12, 3), ("B", 7, 1)):
        session.add(
            ServiceDay(office_id=town.office.id, series=series, day=WEDNESDAY, last_number=last, waiting_count=waiting)
        )
    yesterday = WEDNESDAY - timedelta(days=1)
    session.add(ServiceDay(office_id=town.office.id, series="A", day=yesterday, last_number=99, waiting_count=9))
    add_due(session, town, "LATE", NINE - timedelta(minutes=1))
    add_due(session, town, "DONE", NINE - timedelta(minutes=1), status=DossierStatus.DONE)
    add_due(session, town, "SOON", NINE + timedelta(minutes=1))
    ticket = add_ticket(session, town, 1).ticket
    for copy, (state, age) in enumerate(
        [(PrintState.CONFIRMED, 1), (PrintState.CONFIRMED, 30), (PrintState.QUEUED, 30)], start=1
    ):
        session.add(
            PrintJob(
                office_id=town.office.id,
                kind=PrintKind.TICKET,
                ticket_id=ticket.id,
                copy_number=copy,
                state=state,
                created_at=NINE - timedelta(hours=age),
            )
        )
    session.commit()
    sent_today(session, town)
    monkeypatch.setattr(motcua, "clock", lambda: NINE)

    told = figures_of(client)

    assert told == {
        "motcua_database_up": 1,
        "motcua_tickets_issued_today": 19,
        "motcua_tickets_waiting": 4,
        "motcua_dossiers_overdue": 1,
        "motcua_print_jobs queued": 1,
        "motcua_print_jobs sending": 0,
        "motcua_print_jobs confirmed": 1,
        "motcua_print_jobs unconfirmed": 0,
        "motcua_print_jobs failed": 0,
        "motcua_print_jobs stale": 0,
        "motcua_mails queued": 0,
        "motcua_mails sending": 0,
        "motcua_mails sent": 1,
        "motcua_mails failed": 0,
        "motcua_mails uncertain": 0,
        "motcua_mails skipped": 0,
        "motcua_last_digest_age_seconds": 5400,
    }


def figures_of(client: FlaskClient) -> dict[str, float]:
    """Read the figures as Prometheus does."""
    text = client.get("/metrics").get_data(as_text=True)
    return {
        " ".join((sample.name, *sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_without_a_database_the_figures_say_only_that(
    client: FlaskClient, motcua: Motcua, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(motcua, "database", away(motcua.database))

    assert figures_of(client) == {"motcua_database_up": 0}


def test_the_three_addresses_ask_for_no_login(app: Flask) -> None:
    rules = {rule.rule: rule.endpoint for rule in app.url_map.iter_rules()}

    assert {path: rules[path] for path in ("/healthz", "/readyz", "/metrics")} == {
        "/healthz": "motcua_health.alive",
        "/readyz": "motcua_health.ready",
        "/metrics": "motcua_health.metrics",
    }
    assert EXTENSION in app.extensions
