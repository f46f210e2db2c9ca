"""A logout ends the login it is pressed in; another button ends all of a person's (C-14)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from motcua.admin.models import RevokedLogin
from motcua.admin.views.forms import CSRF
from tests.admin.logins.browsers import OLD_WAYS, SCREEN, cookie_of, is_in, logged_in, thief
from tests.admin.two_offices import TwoOffices, build_two_offices
from tests.town import NINE

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from motcua.admin.database import Database
    from tests.admin.logins.browsers import Clock

pytestmark = OLD_WAYS

ALL = "/motcua/account/end-logins"
DENIED = {"vi": "Bạn không có quyền truy cập", "en": "Access is Denied"}
ENDED = {"vi": "Phiên đăng nhập đã kết thúc", "en": "Your session has ended"}
OUT = {"vi": "Bạn đã đăng xuất.", "en": "You are logged out."}


@pytest.mark.usefixtures("lan")
def test_the_login_on_the_second_device_goes_on(app: Flask, admin: FlaskClient) -> None:
    at_the_counter, at_home = logged_in(app, "lan"), logged_in(app, "lan")
    copy = cookie_of(at_the_counter)

    at_the_counter.get("/logout/")

    assert [is_in(client) for client in (at_the_counter, thief(app, copy))] == [False, False]
    assert [is_in(client) for client in (at_home, admin)] == [True, True]


@pytest.mark.usefixtures("lan")
def test_logging_out_everywhere_ends_all_of_hers_and_nobody_elses(app: Flask, admin: FlaskClient) -> None:
    at_the_counter, at_home = logged_in(app, "lan"), logged_in(app, "lan")

    answer = at_the_counter.post(ALL)

    assert (answer.status_code, answer.location) == (302, "/login/")
    assert [is_in(client) for client in (at_the_counter, at_home, admin)] == [False, False, True]


@pytest.mark.usefixtures("lan")
def test_only_our_own_page_logs_out_everywhere(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = logged_in(app, "lan")
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)

    refused = browser.post(ALL)
    assert (refused.status_code, is_in(browser)) == (403, True)
    assert browser.get(ALL).status_code == 405

    page = browser.get("/motcua/account/").get_data(as_text=True)
    token = page.partition(f'name="{CSRF}" type="hidden" value="')[2].partition('"')[0]
    assert browser.post(ALL, data={CSRF: token}).status_code == 302
    assert not is_in(browser)


def test_who_is_not_logged_in_has_no_logins_to_end(app: Flask) -> None:
    for ask in (app.test_client().get, app.test_client().post):
        answer = ask(ALL if ask.__name__ == "post" else "/motcua/account/")
        assert (answer.status_code, answer.location.partition("?")[0]) == (302, "/login/")


@pytest.mark.usefixtures("lan")
def test_a_row_is_kept_until_the_login_would_have_ended_by_itself(app: Flask, clock: Clock, database: Database) -> None:
    """Twelve hours after it began; the next logout of anybody takes it away."""
    ends = []
    for hours in (0, 11, 1, 11):
        clock.forward(hours=hours)
        logged_in(app, "lan").get("/logout/")
        with database.read() as session:
            kept = session.scalars(sa.select(RevokedLogin.expires_at).order_by(RevokedLogin.expires_at))
            ends.append([(end - NINE) // timedelta(hours=1) for end in kept])

    assert ends == [[12], [12, 23], [23, 24], [24, 35]]


# --- an administrator ends the logins of a person ------------------------------------------------


@pytest.fixture
def two(app: Flask, session: Session) -> TwoOffices:
    return build_two_offices(app, session)


def place_of(two: TwoOffices, whose: str) -> int:
    people = {member.user_id: member.id for member in (*two.ours.office.staff, *two.theirs.office.staff)}
    return people[two.people[whose].id]


def test_who_keeps_the_staff_ends_the_logins_of_one_person(app: Flask, two: TwoOffices) -> None:
    lan, minh = (two.browser(app, name) for name in ("receiving_officer", "case_officer"))
    admin = two.browser(app, "office_admin")
    place = place_of(two, "receiving_officer")
    assert f"/motcua/staff/end-logins/{place}" in admin.get(f"/motcua/staff/show/{place}").get_data(as_text=True)

    page = admin.post(f"/motcua/staff/end-logins/{place}", follow_redirects=True).get_data(as_text=True)

    assert "đã được đăng xuất trên mọi thiết bị" in page
    assert [is_in(client) for client in (lan, minh, admin)] == [False, True, True]


@pytest.mark.parametrize(
    ("who", "whose", "status"),
    [("office_admin", "their_receiving_officer", 404), ("supervisor", "case_officer", 403)],
)
def test_nobody_else_ends_them(app: Flask, two: TwoOffices, who: str, whose: str, status: int) -> None:
    browser = two.browser(app, whose)

    answer = two.browser(app, who).post(f"/motcua/staff/end-logins/{place_of(two, whose)}")

    assert (answer.status_code, is_in(browser)) == (status, True)


# --- what is said about it -----------------------------------------------------------------------


def said(page: str) -> list[str]:
    """Return the notices of a page."""
    return [part.partition("</div>")[0].rpartition("</button>")[2].strip() for part in page.split('class="alert ')[1:]]


@pytest.mark.usefixtures("lan")
@pytest.mark.parametrize("language", ["vi", "en"])
def test_who_comes_back_with_an_ended_login_reads_one_notice(app: Flask, language: str) -> None:
    browser = logged_in(app, "lan")
    browser.get(f"{SCREEN}?lang={language}")
    logged_in(app, "lan").post(ALL)

    notices = said(browser.get(SCREEN, follow_redirects=True).get_data(as_text=True))

    assert [notice.startswith(ENDED[language]) for notice in notices] == [True]
    assert said(browser.get("/login/").get_data(as_text=True)) == []


@pytest.mark.usefixtures("lan")
def test_who_opens_the_login_page_itself_with_an_ended_login_reads_it_there(app: Flask) -> None:
    browser = logged_in(app, "lan")
    logged_in(app, "lan").post(ALL)

    notices = said(browser.get("/login/").get_data(as_text=True))

    assert [notice.startswith(ENDED["vi"]) for notice in notices] == [True]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_who_was_never_logged_in_is_still_told_that_he_may_not(client: FlaskClient, language: str) -> None:
    page = client.get(SCREEN, query_string={"lang": language}, follow_redirects=True).get_data(as_text=True)

    assert [notice.startswith(DENIED[language]) for notice in said(page)] == [True]


@pytest.mark.usefixtures("lan")
@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_login_page_says_that_one_is_logged_out(app: Flask, language: str) -> None:
    browser = logged_in(app, "lan")
    browser.get(f"{SCREEN}?lang={language}")

    page = browser.get("/logout/", follow_redirects=True)

    assert page.request.path == "/login/"
    assert said(page.get_data(as_text=True)) == [OUT[language]]
