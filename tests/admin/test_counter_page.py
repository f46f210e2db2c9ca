"""The console's page: for whom it opens, what it carries, and what it costs to keep it up to date."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from motcua.admin.domain import calling
from motcua.admin.models import Counter
from tests.admin.desk import Desk, bearer, sign_in
from tests.admin.hall import Hall
from tests.town import build_town

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from motcua.admin.database import Database


@pytest.fixture
def browser(client: FlaskClient, open_hall: Hall) -> FlaskClient:
    """Return Lan's browser."""
    assert open_hall.town.lan.username == "lan"
    sign_in(client, "lan")
    return client


def facts_of(page: str) -> dict[str, Any]:
    """Return what the page carries for its script."""
    found = re.search(r'<script type="application/json" id="facts">(.+?)</script>', page, re.DOTALL)
    assert found is not None
    facts: dict[str, Any] = json.loads(found[1])
    return facts


def test_the_page_knows_the_offices_own_lists(browser: FlaskClient, open_hall: Hall) -> None:
    facts = facts_of(browser.get(f"/counter/{open_hall.town.counter1.id}").get_data(as_text=True))

    assert facts["counter"] == {"id": open_hall.town.counter1.id, "number": 1}
    assert [(service["code"], service["name"]) for service in facts["services"]] == [
        ("ho-tich", "Hộ tịch"),
        ("dat-dai", "Đất đai"),
    ]
    assert facts["priorities"] == [{"code": "elderly", "name": "Người cao tuổi"}]
    assert facts["officers"] == [{"id": open_hall.town.minh.id, "name": "Trần Văn Minh"}]
    assert facts["words"]["next"] == "Mời tiếp"


def test_the_page_speaks_english(browser: FlaskClient, open_hall: Hall) -> None:
    facts = facts_of(browser.get(f"/counter/{open_hall.town.counter1.id}?lang=en").get_data(as_text=True))

    assert (facts["language"], facts["words"]["next"], facts["services"][0]["name"]) == (
        "en",
        "Call next",
        "Civil status",
    )


def test_the_page_runs_nothing_but_its_own_files(browser: FlaskClient, open_hall: Hall) -> None:
    page = browser.get(f"/counter/{open_hall.town.counter1.id}")

    policy = page.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "http" not in policy
    assert page.headers["Cache-Control"] == "no-store"
    text = page.get_data(as_text=True)
    assert re.findall(r"<script(?! type=\"application/json\")[^>]*>", text) == re.findall(
        r'<script type="module" src="/static/motcua/counter/main\.js[^"]*">', text
    )
    assert re.search(r"\s(style|on[a-z]+)=", text) is None


def test_a_machine_is_led_to_the_counter_it_stands_at(browser: FlaskClient, open_hall: Hall) -> None:
    number = open_hall.town.counter2.id
    assert browser.get("/counter/").status_code == 200
    browser.get(f"/counter/{number}")

    assert browser.get("/counter/").headers["Location"].endswith(f"/counter/{number}")
    assert browser.get("/counter/?choose=1").status_code == 200
    cookie = browser.get_cookie("motcua_counter", path="/counter/")
    assert cookie is not None
    assert (cookie.http_only, cookie.same_site) == (True, "Lax")


def test_a_remembered_counter_of_another_office_is_not_opened(
    browser: FlaskClient, open_hall: Hall, session: Session
) -> None:
    elsewhere = build_town(session, "tien-lang", prefix="tl-")
    assert elsewhere.office.id != open_hall.town.office.id
    browser.set_cookie("motcua_counter", str(elsewhere.counter1.id), path="/counter/")

    page = browser.get("/counter/")

    assert page.status_code == 200
    assert "tien-lang" not in page.get_data(as_text=True)
    assert page.get_data(as_text=True).count('class="desk') > 0
    assert browser.get(f"/counter/{elsewhere.counter1.id}").status_code == 404


def test_a_case_officer_is_not_let_in(client: FlaskClient, open_hall: Hall) -> None:
    sign_in(client, "minh")

    assert client.get("/counter/").status_code == 403
    assert client.get(f"/counter/{open_hall.town.counter1.id}").status_code == 403


def test_a_stranger_is_led_to_the_login(client: FlaskClient, open_hall: Hall) -> None:
    answer = client.get(f"/counter/{open_hall.town.counter1.id}")

    assert (answer.status_code, "/login/" in answer.headers["Location"]) == (302, True)


def test_the_choice_says_which_counters_are_busy(browser: FlaskClient, open_hall: Hall) -> None:
    open_hall.issue()
    open_hall.at(open_hall.town.counter2, calling.call_next)

    page = browser.get("/counter/").get_data(as_text=True)

    assert page.count("Đang có số A001") == 1
    assert page.count("Quầy đang trống") == 1


@pytest.fixture
def statements(database: Database) -> Iterator[list[str]]:
    """Return what our own database is asked, as it is asked."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        asked.append(statement)

    sa.event.listen(database.engine, "before_cursor_execute", note)
    yield asked
    sa.event.remove(database.engine, "before_cursor_execute", note)


def test_a_long_line_costs_no_more_questions_than_a_short_one(
    client: FlaskClient, open_hall: Hall, statements: list[str]
) -> None:
    desk = Desk(client, open_hall.town.counter1.id, bearer(client, "lan"))
    counts = []
    for people in (1, 29):
        open_hall.issue(count=people)
        open_hall.at(open_hall.town.counter2, calling.call_next)
        open_hall.at(open_hall.town.counter2, calling.hold)
        statements.clear()
        desk.state()
        counts.append(len(statements))

    assert counts[0] == counts[1]
    statements.clear()
    mark = desk.get("state").headers["ETag"]
    statements.clear()
    desk.get("state", headers={"If-None-Match": mark})
    assert len(statements) <= 5


def test_only_the_first_of_a_very_long_line_are_listed(client: FlaskClient, open_hall: Hall, session: Session) -> None:
    assert session.get(Counter, open_hall.town.counter1.id) is not None
    open_hall.issue(count=60)

    state = Desk(client, open_hall.town.counter1.id, bearer(client, "lan")).state()

    assert (len(state["line"]), state["waiting"]) == (50, 60)
    assert state["line"][0]["label"] == "A001"
