"""A logout, and every change of a person, makes a copied cookie worthless (AUT-05)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from flask_appbuilder.security.sqla.models import User

from motcua.admin.permissions import AUDITOR
from tests.admin.desk import problem
from tests.admin.logins.browsers import (
    OLD_WAYS,
    STATE,
    cookie_of,
    is_in,
    log_in,
    logged_in,
    thief,
)
from tests.admin.logins.endings import (
    ENDS,
    Case,
    edited,
    is_deactivated,
    is_deleted,
)

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session


pytestmark = OLD_WAYS


@pytest.mark.parametrize("happens", ENDS, ids=lambda act: act.__name__)
def test_a_copied_cookie_is_worth_nothing_after_she(app: Flask, lan: User, admin: FlaskClient, happens: Any) -> None:
    browser = logged_in(app, "lan")
    copy = cookie_of(browser)
    assert is_in(thief(app, copy))

    assert happens(Case(lan, browser, admin)).status_code == 302

    assert not is_in(thief(app, copy))
    assert thief(app, copy).get("/").status_code in {200, 302}
    problem(thief(app, copy).get(STATE), 401, "login_required")
    assert not is_in(browser)
    assert is_in(admin)


def test_who_comes_back_after_a_deactivation_has_to_log_in(app: Flask, lan: User, admin: FlaskClient) -> None:
    """The old cookie does not wake up again."""
    copy = cookie_of(logged_in(app, "lan"))

    case = Case(lan, app.test_client(), admin)
    is_deactivated(case)
    assert edited(case, AUDITOR, active="y").status_code == 302

    assert not is_in(thief(app, copy))
    assert is_in(logged_in(app, "lan"))


def test_whoever_gets_the_number_of_somebody_deleted_does_not_get_the_logins(
    app: Flask, session: Session, lan: User, admin: FlaskClient
) -> None:
    copy = cookie_of(logged_in(app, "lan"))
    number = lan.id
    is_deleted(Case(lan, app.test_client(), admin))

    session.expunge_all()
    heir = User(id=number, username="minh", first_name="Minh", last_name="Trần", email="minh@chauninh.test")
    heir.active, heir.password = True, lan.password
    session.add(heir)
    session.commit()

    log_in(app.test_client(), "minh")
    assert not is_in(thief(app, copy))


def test_what_is_no_change_of_her_rights_ends_nothing(app: Flask, lan: User, admin: FlaskClient) -> None:
    browser = logged_in(app, "lan")

    assert edited(Case(lan, browser, admin), AUDITOR, active="y", last_name="Nguyễn Thị Hồng").status_code == 302
    log_in(app.test_client(), "lan", "sai")
    logged_in(app, "lan")

    assert is_in(browser)


@pytest.mark.usefixtures("lan")
def test_an_ended_login_cannot_end_the_next_one(app: Flask) -> None:
    browser = logged_in(app, "lan")
    copy = cookie_of(browser)
    browser.get("/logout/")
    again = logged_in(app, "lan")

    thief(app, copy).get("/logout/")

    assert is_in(again)


def test_a_login_made_up_without_an_epoch_is_none(app: Flask, lan: User) -> None:
    """A cookie of the time before, or of a program that forgot."""
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = str(lan.id)

    assert not is_in(client)
