"""Programs of other houses: with a key, for one office, within what the key opens, and nobody's way round a login."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from motcua.admin.domain.integrations import renew, revoke
from motcua.admin.enums import DossierStatus, IntegrationScope
from motcua.admin.models import AuditEntry, Dossier, DossierEvent, Integration, PrintJob
from tests.admin.desk import bearer, problem
from tests.admin.systems import APPLICANT, ROOT, Program, connected
from tests.admin.two_offices import TwoOffices
from tests.town import HANOI, NINE, PASSWORD

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from motcua.admin.database import Database
    from motcua.admin.extension import Motcua
    from tests.browsing import Moment

SOON = NINE + timedelta(days=30)


@pytest.fixture
def civil(client: FlaskClient, session: Session, two: TwoOffices) -> Program:
    """Return the civil-status system, which may do everything for our office."""
    return connected(client, session, two.ours.office)


@pytest.fixture
def code(two: TwoOffices) -> str:
    """Return a procedure of the centre."""
    return two.ours.procedure.procedure.code


# --- push, read, attach --------------------------------------------------------------------------


def test_a_dossier_is_pushed_and_stands_in_the_office_under_the_systems_name(
    civil: Program, two: TwoOffices, code: str, session: Session
) -> None:
    papers = [{"name": "Tờ khai đăng ký kết hôn", "copies": 2}]

    answer = civil.post(procedure=code, applicant=APPLICANT, papers=papers, note="Số DVC: G22.99.12")

    dossier = answer.get_json()
    assert answer.status_code == 201
    assert dossier["code"] == f"{two.ours.office.identifier}-261202-0001"
    assert (dossier["state"], dossier["overdue"], dossier["channel"]) == ("received", False, "online")
    assert dossier["due_at"] == datetime(2026, 12, 7, 9, tzinfo=HANOI).astimezone(UTC).isoformat()
    assert dossier["tracking_url"].startswith("HTTP://MOTCUA.TEST/T/")
    row = session.scalars(select(Dossier).where(Dossier.code == dossier["code"])).one()
    assert (row.office_id, row.applicant_name, row.note) == (two.ours.office.id, "Đặng Thị Kín", "Số DVC: G22.99.12")
    assert [(paper.name, paper.copies) for paper in row.papers] == [("Tờ khai đăng ký kết hôn", 2)]
    assert [(event.to_status, event.actor_id) for event in row.events] == [(DossierStatus.RECEIVED, civil.row.user_id)]
    assert session.get_one(User, civil.row.user_id).last_name == "Hộ tịch điện tử"
    assert session.scalars(select(PrintJob)).all() == []


def test_what_a_system_does_stands_in_the_audit_trail_under_its_name(
    civil: Program, code: str, session: Session
) -> None:
    dossier = civil.push(code)
    begun = {"state": "processing", "version": dossier["version"]}
    assert civil.post(f"/{dossier['code']}/result", **begun).status_code == 200

    told = session.scalars(select(AuditEntry).where(AuditEntry.kind == "dossier").order_by(AuditEntry.id)).all()
    by = {(entry.actor_kind, entry.actor_id, entry.actor) for entry in told}
    assert [(entry.action, entry.object_code) for entry in told] == [
        ("dossier_taken_in", dossier["code"]),
        ("dossier_moved", dossier["code"]),
    ]
    assert by == {("program", civil.row.user_id, "Hộ tịch điện tử")}


def test_people_read_in_the_history_which_system_it_was(
    app: Flask, civil: Program, two: TwoOffices, code: str, session: Session
) -> None:
    dossier = civil.push(code)
    civil.post(f"/{dossier['code']}/result", state="processing", version=1)
    number = session.scalars(select(Dossier.id).where(Dossier.code == dossier["code"])).one()

    page = two.browser(app, "supervisor").get(f"/motcua/dossiers/show/{number}").get_data(as_text=True)

    assert page.count("Hộ tịch điện tử") >= 2


def test_a_dossier_pushed_twice_is_one(civil: Program, code: str, session: Session) -> None:
    first = civil.push(code, key="one-dossier")
    again = civil.post(key="one-dossier", procedure=code, applicant=APPLICANT)

    assert (again.status_code, again.get_json()) == (200, first)
    assert len(session.scalars(select(Dossier).where(Dossier.code == first["code"])).all()) == 1
    other = APPLICANT | {"name": "Người Khác"}
    problem(civil.post(key="one-dossier", procedure=code, applicant=other), 409, "idempotency_key_reused")


def test_the_state_is_read_without_a_word_about_the_person(civil: Program, code: str, moment: Moment) -> None:
    pushed = civil.push(code, note="bí mật")
    moment.now = SOON

    answer = civil.get(f"/{pushed['code']}")

    assert answer.get_json() == pushed | {"overdue": True}
    for secret in (*APPLICANT.values(), "bí mật"):
        assert secret not in answer.get_data(as_text=True)


def test_a_result_goes_the_dossiers_own_way(civil: Program, code: str, session: Session) -> None:
    dossier = civil.push(code)
    place = f"/{dossier['code']}/result"

    begun = civil.post(place, state="processing", version=dossier["version"]).get_json()
    done = civil.post(place, state="done", version=begun["version"], text="Giấy chứng nhận số 12/2026")

    assert (done.status_code, done.get_json()["state"]) == (200, "done")
    assert done.get_json()["finished_at"] == NINE.isoformat()
    assert done.get_json()["next_states"] == ["returned"]
    events = session.scalars(
        select(DossierEvent).join(Dossier).where(Dossier.code == dossier["code"]).order_by(DossierEvent.id)
    ).all()
    assert [(event.to_status.name, event.reason, event.actor_id) for event in events] == [
        ("RECEIVED", None, civil.row.user_id),
        ("PROCESSING", None, civil.row.user_id),
        ("DONE", "Giấy chứng nhận số 12/2026", civil.row.user_id),
    ]


def test_a_result_sent_twice_is_one(civil: Program, code: str, session: Session) -> None:
    dossier = civil.push(code)
    place, body = f"/{dossier['code']}/result", {"state": "processing", "version": dossier["version"]}

    answers = [civil.post(place, key="the-same-key", **body) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].get_json() == answers[1].get_json()
    assert len(session.scalars(select(DossierEvent).join(Dossier).where(Dossier.code == dossier["code"])).all()) == 2


def test_a_step_that_the_rules_do_not_know_is_refused_with_how_it_stands(civil: Program, code: str) -> None:
    dossier = civil.push(code)
    place = f"/{dossier['code']}/result"

    skipped = civil.post(place, state="done", version=dossier["version"], text="số 1")
    stale = civil.post(place, state="processing", version=dossier["version"] + 1)

    assert problem(skipped, 409, "dossier_state")["state"] == dossier
    assert problem(stale, 409, "stale_version")["state"] == dossier


@pytest.mark.parametrize(
    "body",
    [
        {"state": "done", "version": 1},
        {"state": "done", "version": 1, "text": "  "},
        {"state": "returned", "version": 1, "text": "x"},
        {"state": "withdrawn", "version": 1, "text": "x"},
        {"state": ["done"], "version": 1, "text": "x"},
        {"state": "processing"},
        {"state": "processing", "version": "1"},
        {"state": "processing", "version": 1, "text": "x" * 2001},
        {"state": "processing", "version": 1, "actor": 1},
    ],
)
def test_a_result_that_cannot_be_right_changes_nothing(civil: Program, code: str, body: dict[str, Any]) -> None:
    dossier = civil.push(code)

    problem(civil.post(f"/{dossier['code']}/result", **body), 400, "invalid_input")

    assert civil.get(f"/{dossier['code']}").get_json() == dossier


@pytest.mark.parametrize(
    "case",
    [
        ({"applicant": {"name": "12"}}, 400, "invalid_input"),
        ({"applicant": APPLICANT | {"phone": "1"}}, 400, "invalid_input"),
        ({"applicant": APPLICANT | {"office": 1}}, 400, "invalid_input"),
        ({"applicant": APPLICANT | {"name": "\ud800A"}}, 400, "body_not_json"),
        ({"channel": "in_person"}, 400, "invalid_input"),
        ({"papers": [{"paper": 1}]}, 400, "invalid_input"),
        ({"assigned_to": 1}, 400, "invalid_input"),
        ({"office": "dong-ninh"}, 400, "invalid_input"),
        ({"procedure": "9.999999"}, 404, "unknown_procedure"),
        ({"note": "x" * 70_000}, 413, "body_too_large"),
    ],
)
def test_a_push_that_cannot_be_right_leaves_nothing(
    civil: Program, code: str, session: Session, case: tuple[dict[str, Any], int, str]
) -> None:
    fields, status, refusal = case

    problem(civil.post(**{"procedure": code, "applicant": APPLICANT} | fields), status, refusal)

    assert session.scalars(select(Dossier.id).where(Dossier.received_by_id == civil.row.user_id)).all() == []


def test_a_push_without_an_idempotency_key_is_refused(civil: Program, code: str) -> None:
    answer = civil.client.post(ROOT, json={"procedure": code, "applicant": APPLICANT}, headers=civil.headers)

    problem(answer, 400, "idempotency_key_missing")


# --- what changed --------------------------------------------------------------------------------


def test_what_changed_is_listed_page_by_page_and_nothing_twice(civil: Program, code: str, moment: Moment) -> None:
    codes = [civil.push(code)["code"] for _ in range(5)]
    moment.now += timedelta(minutes=1)
    seen: list[str] = []
    after, more = 0, True

    while more:
        page = civil.get(f"?after={after}&limit=2").get_json()
        seen += [dossier["code"] for dossier in page["dossiers"]]
        after, more = page["next"], page["more"]

    assert seen[-5:] == codes
    assert len(seen) == len(set(seen)) == 6  # the one that stood there before among them
    assert civil.get(f"?after={after}").get_json() == {"dossiers": [], "next": after, "more": False}
    civil.post(f"/{codes[1]}/result", state="processing", version=1)
    moment.now += timedelta(minutes=1)
    changed = civil.get(f"?after={after}").get_json()
    assert [(dossier["code"], dossier["state"]) for dossier in changed["dossiers"]] == [(codes[1], "processing")]


def test_what_another_transaction_may_still_come_before_is_listed_later(
    civil: Program, code: str, moment: Moment, database: Database
) -> None:
    """On PostgreSQL an earlier number may be committed after a later one; on SQLite it cannot."""
    pushed = civil.push(code)["code"]

    at_once = [dossier["code"] for dossier in civil.get().get_json()["dossiers"]]
    moment.now += timedelta(seconds=31)
    later = [dossier["code"] for dossier in civil.get().get_json()["dossiers"]]

    assert (pushed in at_once, pushed in later) == (database.is_sqlite, True)


@pytest.mark.parametrize("query", ["after=-1", "after=x", "after=1e3", "limit=0", "limit=101", "after=" + "9" * 19])
def test_a_page_that_there_is_not_is_refused(civil: Program, query: str) -> None:
    problem(civil.get(f"?{query}"), 400, "invalid_input")


# --- whose rows ----------------------------------------------------------------------------------


def test_a_dossier_of_another_office_is_not_there(
    civil: Program, two: TwoOffices, session: Session, moment: Moment
) -> None:
    theirs = two.their_dossier.code
    moment.now += timedelta(minutes=1)

    problem(civil.get(f"/{theirs}"), 404, "not_found")
    problem(civil.post(f"/{theirs}/result", state="done", version=1, text="số 1"), 404, "not_found")
    listed = [dossier["code"] for dossier in civil.get().get_json()["dossiers"]]

    assert listed == [two.our_dossier.code]
    session.expire_all()
    assert session.get_one(Dossier, two.their_dossier.id).status == DossierStatus.PROCESSING


@pytest.mark.parametrize("nonsense", ["x", "%00", "H99%0a", "%ff", "a" * 300, "..%2f.."])
def test_a_code_that_is_none_is_not_found(civil: Program, nonsense: str) -> None:
    assert civil.get(f"/{nonsense}").status_code == 404


# --- what a key opens ----------------------------------------------------------------------------


@pytest.mark.parametrize("scope", IntegrationScope)
def test_a_key_opens_what_it_was_given_and_no_more(
    client: FlaskClient, session: Session, two: TwoOffices, code: str, scope: IntegrationScope
) -> None:
    program = connected(client, session, two.ours.office, scopes=[scope])
    ours = two.our_dossier

    answers = {
        IntegrationScope.PUSH: program.post(procedure=code, applicant=APPLICANT),
        IntegrationScope.READ: program.get(f"/{ours.code}"),
        IntegrationScope.ATTACH: program.post(f"/{ours.code}/result", state="done", version=1, text="số 1"),
    }

    assert answers.pop(scope).status_code in {200, 201}
    for answer in answers.values():
        problem(answer, 403, "key_scope")


def test_a_key_ends_when_it_was_withdrawn_has_expired_or_is_replaced(
    civil: Program, session: Session, moment: Moment
) -> None:
    row = session.merge(civil.row)
    new = renew(row, now=NINE)
    session.commit()

    problem(civil.get(), 401, "key_unknown")
    civil.key = new
    assert civil.get().status_code == 200
    moment.now += timedelta(days=365)
    problem(civil.get(), 403, "key_expired")
    moment.now = NINE
    revoke(session.get_one(Integration, row.id), now=NINE)
    session.commit()
    problem(civil.get(), 403, "key_revoked")


def test_the_record_keeps_a_digest_and_how_the_key_begins(civil: Program, database: Database) -> None:
    with database.engine.connect() as connection:
        kept = str(connection.exec_driver_sql("SELECT * FROM motcua_integration").all())

    assert civil.key.startswith(f"{civil.row.key_prefix}_")
    assert civil.row.key_prefix in kept
    assert civil.key.removeprefix(civil.row.key_prefix)[1:] not in kept


def test_the_last_use_is_noted_to_the_minute(civil: Program, session: Session, moment: Moment) -> None:
    def used() -> datetime | None:
        session.rollback()
        session.expire_all()
        return session.get_one(Integration, civil.row.id).last_used_at

    assert used() is None
    civil.get()
    moment.now += timedelta(seconds=59)
    civil.get()
    assert used() == NINE
    moment.now += timedelta(seconds=1)
    civil.get()
    assert used() == moment.now
    assert session.get_one(Integration, civil.row.id).version == 1


# --- bearer only, and nobody's way round a login -------------------------------------------------


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic bGFuOmxhbg==", "bearer x", "Bearer motcua_"])
def test_without_a_key_nothing_is_opened(client: FlaskClient, two: TwoOffices, header: str | None) -> None:
    answer = client.get(ROOT, headers={"Authorization": header} if header is not None else {})

    assert problem(answer, 401, "key_unknown")
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert two.our_dossier.code not in answer.get_data(as_text=True)


def test_a_cookie_or_a_persons_token_is_no_key(app: Flask, two: TwoOffices, code: str) -> None:
    browser = two.browser(app, "admin")
    token = bearer(app.test_client(), "admin")
    body = {"procedure": code, "applicant": APPLICANT}

    for client, headers in ((browser, {}), (app.test_client(), token)):
        problem(client.get(ROOT, headers=headers), 401, "key_unknown")
        answer = client.post(ROOT, json=body, headers=headers | {"Idempotency-Key": "by-cookie"})
        problem(answer, 401, "key_unknown")


def test_a_key_opens_nothing_else(app: Flask, civil: Program) -> None:
    client = app.test_client()

    for address in ("/api/v1/counter/counters", "/api/v1/kiosk/services", "/api/v1/menu/"):
        # Flask-JWT-Extended calls what is no token of its own unprocessable.
        assert client.get(address, headers=civil.headers).status_code in {401, 422}
    for address in ("/", "/motcua/dossiers/list/", "/users/list/"):
        assert client.get(address, headers=civil.headers).status_code == 302


def test_the_platforms_own_keys_which_are_a_persons_way_round_a_code_are_not_there(app: Flask, two: TwoOffices) -> None:
    """AZN-09: nobody makes one for himself, not even who administers everything."""
    for person in ("office_admin", "system_admin", "admin"):
        browser = two.browser(app, person)
        assert browser.post("/api/v1/security/api_keys/", json={"name": "mine"}).status_code == 404


def test_nobody_logs_in_as_a_system(app: Flask, civil: Program, session: Session) -> None:
    login = session.get_one(User, civil.row.user_id)

    assert (login.active, login.password, login.roles) == (False, None, [])
    for password in (PASSWORD, "", civil.key):
        words = {"username": login.username, "password": password, "provider": "db"}
        assert app.test_client().post("/api/v1/security/login", json=words).status_code in {400, 401}
        browser = app.test_client()
        browser.post("/login/", data=words)
        assert browser.get("/users/userinfo/").status_code == 302


# --- how often -----------------------------------------------------------------------------------


def test_a_system_may_ask_so_often_in_a_minute_and_another_is_not_held_up(
    civil: Program,
    client: FlaskClient,
    session: Session,
    two: TwoOffices,
    motcua: Motcua,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(motcua, "settings", replace(motcua.settings, api_requests_per_minute=2))
    poverty = connected(client, session, two.ours.office, "Hộ nghèo")

    statuses = [civil.get().status_code for _ in range(3)]

    assert statuses == [200, 200, 429]
    assert problem(civil.get(), 429, "too_many_requests")
    assert civil.get().headers["Retry-After"] == "60"
    assert poverty.get().status_code == 200


def test_wrong_keys_of_an_address_have_a_budget_of_their_own(civil: Program) -> None:
    right, civil.key = civil.key, "motcua_guess"

    statuses = [civil.get().status_code for _ in range(31)]

    assert statuses == [401] * 30 + [429]
    problem(civil.get(), 429, "too_many_tries")
    civil.key = right
    assert civil.get().status_code == 200
