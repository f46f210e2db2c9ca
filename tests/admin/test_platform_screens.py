"""FAB's own screens about people and roles, as the standalone deployment shows them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import select

from motcua.admin.permissions import AUDITOR, sync_roles
from tests.host.crawler import Page
from tests.town import PASSWORD, add_user

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # FAB's own fields and queries


@pytest.fixture
def son(app: Flask, session: Session) -> User:
    """Return the platform's administrator."""
    with app.app_context():
        sync_roles(app.appbuilder)
    son = add_user(session, "son", "Sơn", "Vũ Quang")
    son.roles = [session.scalars(select(Role).where(Role.name == "Admin")).one()]
    session.commit()
    return son


@pytest.fixture
def browser(client: FlaskClient, son: User) -> FlaskClient:
    """Return his browser."""
    client.post("/login/", data={"username": son.username, "password": PASSWORD})
    return client


def words(browser: FlaskClient, address: str) -> list[str]:
    return [text.words for text in Page(browser.get(address).text).texts]


def test_people_are_listed_surname_first_and_roles_by_name(browser: FlaskClient) -> None:
    page = words(browser, "/users/list/")

    row = page.index("Vũ Quang")
    assert page[row : row + 6] == ["Vũ Quang", "Sơn", "son", "son@chauninh.test", "Có", "Admin"]


def test_a_login_says_when_without_fractions_of_a_second(browser: FlaskClient, son: User) -> None:
    page = words(browser, f"/users/show/{son.id}")

    last_login = page[page.index("Lần đăng nhập gần nhất") + 1]
    assert re.fullmatch(r"\d\d:\d\d ngày \d\d/\d\d/\d{4}", last_login)


def test_a_role_shows_what_it_may_do_screen_by_screen(browser: FlaskClient, session: Session) -> None:
    auditor = session.scalars(select(Role).where(Role.name == AUDITOR)).one()

    page = words(browser, f"/roles/show/{auditor.id}")

    assert "ResetMyPasswordView: can_this_form_get, can_this_form_post" in page


def test_below_a_role_hang_no_people(browser: FlaskClient, son: User) -> None:
    """AZN-06: who may see roles is not thereby shown logins, e-mail addresses and failures."""
    page = browser.get(f"/roles/show/{son.roles[0].id}").text

    assert "/users/show/" not in page
    assert son.email not in page
    assert son.email in browser.get(f"/users/list/?_flt_0_roles={son.roles[0].id}").text


def test_lists_of_identifiers_and_charts_from_the_internet_are_not_offered(app: Flask) -> None:
    offered = {type(view).__name__ for view in app.appbuilder.baseviews}

    assert (
        offered & {"PermissionModelView", "ViewMenuModelView", "PermissionViewModelView", "UserStatsChartView"} == set()
    )
