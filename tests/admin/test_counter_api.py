"""The counter's API: who may, once for a key, and never on an old picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from apispec import APISpec
from sqlalchemy import select

from motcua.admin.api.officers import OfficerApi
from motcua.admin.domain import calling
from motcua.admin.enums import TicketState
from motcua.admin.models import StaffMember
from tests.admin.desk import ROOT, Desk, bearer, problem, sign_in
from tests.admin.hall import Hall
from tests.town import NINE, build_town

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session


COMMANDS = (
    "next",
    "call",
    "resume",
    "recall",
    "start",
    "hold",
    "no-show",
    "finish",
    "transfer",
    "priority",
    "cancel",
    "dossiers",
    "dossiers/1/reprint",
)
READING = ("counters", "state", "procedures", "procedures/1.000001", "dossiers/1", "dossiers/1/qr.svg")


def test_an_officer_serves_a_visitor_from_call_to_end(open_hall: Hall, lan: Desk) -> None:
    open_hall.issue(count=2)

    called = lan.post("next").get_json()
    lan.post("recall")
    lan.post("start")
    finished = lan.post("finish").get_json()

    assert (called["ticket"]["label"], called["ticket"]["state"], called["ticket"]["counter"]) == ("A001", "called", 1)
    assert called["state"]["current"]["label"] == "A001"
    assert [ticket["label"] for ticket in called["state"]["line"]] == ["A002"]
    assert (finished["ticket"]["state"], finished["state"]["current"]) == ("finished", None)
    assert finished["state"]["today"] == {"served": 1, "absent": 0, "dossiers": 0, "average_seconds": 0}


def test_calls_by_api_and_by_rule_leave_the_same_events(open_hall: Hall, lan: Desk) -> None:
    """CAL-09."""
    open_hall.issue(count=2)
    lan.post("next")
    lan.post("recall")
    lan.post("finish")
    for command in (calling.call_next, calling.recall, calling.finish):
        open_hall.at(open_hall.town.counter1, command)

    def told(label: str) -> list[tuple[Any, ...]]:
        return [
            (event.kind, event.from_state, event.to_state, event.counter_number, event.actor_id)
            for event in open_hall.events(label)
        ]

    assert told("A001") == told("A002")


@pytest.mark.parametrize("name", COMMANDS)
def test_a_stranger_gives_no_command(client: FlaskClient, open_hall: Hall, name: str) -> None:
    open_hall.issue()

    problem(Desk(client, open_hall.town.counter1.id).post(name), 401, "login_required")

    assert open_hall.kinds("A001") == ["issued"]


@pytest.mark.parametrize("name", READING)
def test_a_stranger_sees_nothing(client: FlaskClient, open_hall: Hall, name: str) -> None:
    problem(Desk(client, open_hall.town.counter1.id).get(name), 401, "login_required")


@pytest.mark.parametrize(
    "header", [{}, {"Authorization": "Bearer x"}, {"Authorization": "Basic bGFuOng="}, {"Authorization": "Bearer "}]
)
def test_a_bad_token_is_a_stranger(client: FlaskClient, open_hall: Hall, header: dict[str, str]) -> None:
    problem(Desk(client, open_hall.town.counter1.id, header).get("state"), 401, "login_required")


@pytest.mark.parametrize("name", COMMANDS)
def test_a_case_officer_may_not_serve(client: FlaskClient, open_hall: Hall, name: str) -> None:
    problem(Desk(client, open_hall.town.counter1.id, bearer(client, "minh")).post(name), 403, "not_allowed")


def test_a_dismissed_officer_is_a_stranger_at_once(lan: Desk, open_hall: Hall, session: Session) -> None:
    session.merge(open_hall.town.lan).active = False
    session.commit()

    problem(lan.post("next"), 401, "login_required")


def test_an_officer_without_a_place_has_no_counter(lan: Desk, open_hall: Hall, session: Session) -> None:
    for place in session.scalars(select(StaffMember).where(StaffMember.user_id == open_hall.town.lan.id)):
        place.is_active = False
    session.commit()

    problem(lan.post("next"), 404, "not_found")
    assert lan.get("counters").get_json() == {"counters": []}


@pytest.mark.parametrize("name", ["next", "recall", "start", "hold", "no-show", "finish"])
def test_a_counter_of_another_office_looks_like_none(
    client: FlaskClient, open_hall: Hall, session: Session, lan: Desk, name: str
) -> None:
    elsewhere = Hall(open_hall.motcua, build_town(session, "tien-lang", prefix="tl-"))
    elsewhere.issue()
    foreign = Desk(client, elsewhere.town.counter1.id, lan.headers).post(name)
    none = Desk(client, 987654, lan.headers).post(name)

    assert problem(foreign, 404, "not_found") == problem(none, 404, "not_found")
    assert elsewhere.kinds("A001") == ["issued"]


def test_a_ticket_of_another_office_looks_like_none(open_hall: Hall, session: Session, lan: Desk) -> None:
    elsewhere = Hall(open_hall.motcua, build_town(session, "tien-lang", prefix="tl-"))
    elsewhere.issue()

    foreign = lan.post("call", ticket=elsewhere.ticket("A001").id)
    none = lan.post("call", ticket=987654)

    assert problem(foreign, 404, "not_found") == problem(none, 404, "not_found")
    assert elsewhere.ticket("A001").state == TicketState.WAITING


# --- the console's session


@pytest.fixture
def console(client: FlaskClient, open_hall: Hall) -> Desk:
    """Return Lan's console at counter 1, without the token of its page."""
    sign_in(client, "lan")
    return Desk(client, open_hall.town.counter1.id)


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("token", ["", "made-up"])
def test_a_cookie_alone_changes_nothing(console: Desk, open_hall: Hall, name: str, token: str) -> None:
    open_hall.issue()
    console.headers = {"X-CSRFToken": token} if token else {}

    problem(console.post(name), 403, "csrf_failed")

    assert open_hall.kinds("A001") == ["issued"]


def test_the_consoles_page_may_command(console: Desk, open_hall: Hall) -> None:
    open_hall.issue()
    console.headers = {"X-CSRFToken": console.state()["csrf_token"]}

    assert console.post("next").status_code == 200
    assert open_hall.kinds("A001") == ["issued", "called"]


def test_a_token_of_another_session_is_refused(app: Flask, console: Desk, open_hall: Hall) -> None:
    open_hall.issue()
    other = Desk(app.test_client(), open_hall.town.counter1.id)
    sign_in(other.client, "hoa")
    console.headers = {"X-CSRFToken": other.state()["csrf_token"]}

    problem(console.post("next"), 403, "csrf_failed")


def test_a_program_is_given_no_csrf_token(lan: Desk) -> None:
    assert "csrf_token" not in lan.state()


# --- once for a key, and never on an old picture


def test_a_command_without_a_key_is_refused(lan: Desk, open_hall: Hall, client: FlaskClient) -> None:
    open_hall.issue()
    answer = client.post(f"{ROOT}/next", json={"counter": lan.counter_id}, headers=lan.headers)

    problem(answer, 400, "idempotency_key_missing")
    assert open_hall.kinds("A001") == ["issued"]


@pytest.mark.parametrize("key", ["short", "x" * 65, "with space 12", "khoá-lặp-lại"])
def test_a_key_of_another_shape_is_refused(lan: Desk, open_hall: Hall, key: str) -> None:
    open_hall.issue()

    problem(
        lan.client.post(
            f"{ROOT}/next",
            json={"counter": 1},
            headers=lan.headers | {"Idempotency-Key": key.encode().decode("latin-1")},
        ),
        400,
        "invalid_input",
    )
    assert open_hall.kinds("A001") == ["issued"]


def test_the_same_key_again_gets_the_same_ticket(lan: Desk, open_hall: Hall) -> None:
    open_hall.issue(count=2)
    first = lan.post("next", key="one-intent").get_json()
    lan.post("finish")

    again = lan.post("next", key="one-intent")

    assert (again.status_code, again.get_json()["ticket"]) == (200, first["ticket"])
    assert again.get_json()["state"]["current"] is None
    assert open_hall.ticket("A002").state == TicketState.WAITING


def test_the_same_key_for_another_command_is_refused(lan: Desk, open_hall: Hall) -> None:
    open_hall.issue(count=2)
    lan.post("next", key="one-intent")

    problem(lan.post("recall", key="one-intent"), 409, "idempotency_key_reused")
    assert open_hall.kinds("A001") == ["issued", "called"]


def test_a_screen_that_is_behind_is_shown_the_present(lan: Desk, open_hall: Hall) -> None:
    """CAL-04."""
    open_hall.issue()
    seen = lan.post("next").get_json()["ticket"]
    lan.post("recall")

    refused = problem(lan.post("finish", ticket=seen["id"], version=seen["version"]), 409, "stale_version")

    assert refused["state"]["current"]["version"] == seen["version"] + 1
    assert open_hall.ticket("A001").state == TicketState.CALLED


def test_the_slower_counter_is_told_the_winners(lan: Desk, open_hall: Hall) -> None:
    """CAL-02."""
    open_hall.issue()
    seen = open_hall.seen("A001")
    Desk(lan.client, open_hall.town.counter2.id, lan.headers).post("next")

    refused = problem(lan.post("call", ticket=seen.ticket_id, version=seen.version), 409, "ticket_taken")

    assert refused["detail_vi"] == "Số A001 đang ở quầy 2. Vui lòng mời số khác."
    assert refused["state"]["line"] == []


def test_refusals_say_what_is_and_what_to_do(lan: Desk, open_hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    problem(lan.post("next"), 409, "queue_empty")
    problem(lan.post("recall"), 409, "counter_idle")
    open_hall.issue(count=2)
    lan.post("next")
    monkeypatch.setattr(open_hall.motcua, "clock", lambda: NINE.replace(minute=1))

    busy = problem(lan.post("next"), 409, "counter_busy")

    assert busy["detail"] == "Quầy 1 đang phục vụ số A001. Hãy kết thúc trước khi mời số tiếp."
    assert busy["state"]["current"]["label"] == "A001"


def test_nothing_new_costs_nothing(lan: Desk, open_hall: Hall) -> None:
    first = lan.get("state")
    same = lan.get("state", headers={"If-None-Match": first.headers["ETag"]})
    open_hall.issue()
    newer = lan.get("state", headers={"If-None-Match": first.headers["ETag"]})

    assert (first.status_code, same.status_code, same.data, newer.status_code) == (200, 304, b"", 200)
    assert newer.get_json()["waiting"] == 1


def test_the_first_command_of_a_day_closes_the_days_before(lan: Desk, open_hall: Hall) -> None:
    yesterday = NINE.replace(day=1)
    open_hall.issue(now=yesterday)
    open_hall.at(open_hall.town.counter1, calling.call_next, now=yesterday)

    problem(lan.post("next"), 409, "queue_empty")

    assert open_hall.ticket("A001", yesterday).state == TicketState.CANCELLED


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"\xff",
        b"null",
        b'{"counter": "1"}',
        b'{"counter": true}',
        b'{"counter": -1}',
        b'{"counter": 1e99}',
        b'{"counter": 99999999999999999999}',
        b"{}",
        b'{"counter": 1, "day": "2026-12-01"}',
        b"[" * 3000,
    ],
)
def test_an_unusable_body_is_refused(lan: Desk, open_hall: Hall, body: bytes) -> None:
    open_hall.issue()
    headers = lan.headers | {"Idempotency-Key": "a-good-key", "Content-Type": "application/json"}

    answer = lan.client.post(f"{ROOT}/next", data=body, headers=headers)

    assert answer.status_code == 400
    assert answer.content_type == "application/problem+json"
    assert open_hall.kinds("A001") == ["issued"]


def test_an_oversized_body_is_refused(lan: Desk) -> None:
    problem(lan.post("hold", reason="x" * 5000), 413, "body_too_large")


def test_every_address_is_described(app: Flask) -> None:
    document = APISpec(title="Motcua", version="v1", openapi_version="3.0.2")
    with app.app_context():
        for api in app.appbuilder.baseviews:  # type: ignore[attr-defined]
            if isinstance(api, OfficerApi):
                api.add_api_spec(document)

    paths = document.to_dict()["paths"]
    own = (name for name in COMMANDS if name != "dossiers/1/reprint")
    more = (
        "dossiers/{dossier_id}/reprint",
        "procedures/{code}",
        "dossiers/{dossier_id}",
        "dossiers/{dossier_id}/qr.svg",
    )
    assert set(paths) == {f"{ROOT}/{name}" for name in (*own, *more, "counters", "state", "procedures")}
    for operation in (operation for path in paths.values() for operation in path.values()):
        assert operation["description"]
        assert {"401", "403"} <= set(operation["responses"])
        assert operation["tags"] == ["Counter"]
