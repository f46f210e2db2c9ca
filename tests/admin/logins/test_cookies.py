"""What the browser is told to keep, and for whom (AUT-08)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from flask_appbuilder.security.sqla.models import User
from flask_login import encode_cookie

from tests.admin.logins.browsers import (
    OLD_WAYS,
    is_in,
)
from tests.admin.logins.conftest import Another
from tests.admin.two_offices import TwoOffices, build_two_offices
from tests.host.authorization import addresses, prepare
from tests.town import PASSWORD

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy.orm import Session


pytestmark = OLD_WAYS


@pytest.fixture
def two(app: Flask, session: Session) -> TwoOffices:
    two = build_two_offices(app, session)
    prepare(session, two)
    return two


def test_no_page_of_a_login_is_kept_by_the_browser(app: Flask, two: TwoOffices, monkeypatch: Any) -> None:
    """Every address of the table of who may open what, but for what is put up for the public."""
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)  # an answer of 500 is one, too
    client = two.browser(app, "admin")
    asked = [address for address in addresses(app) if "GET" in address.methods]
    asked = [address for address in asked if not address.rule.startswith(("/kiosk/board/", "/procedures/"))]

    kept = {}
    for address in (address.at(two, ours=True) for address in asked):
        answer = client.get(address)
        if "no-store" not in answer.headers.get("Cache-Control", ""):
            kept[address] = answer.headers.get("Cache-Control")
        answer.close()

    assert len(asked) > 100
    assert kept == {}


def test_the_cookie_is_for_this_host_over_https_and_for_no_script(another: Another, lan: User) -> None:
    client = another(MOTCUA_PUBLIC_URL="https://motcua.test").test_client()

    answer = client.post(
        "/login/", data={"username": lan.username, "password": PASSWORD}, base_url="https://motcua.test"
    )

    (cookie,) = answer.headers.getlist("Set-Cookie")
    name, _, rest = cookie.partition("=")
    assert name == "__Host-motcua"
    assert set(rest.split("; ")[1:]) == {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"}
    assert "Strict-Transport-Security" in answer.headers


def test_what_the_deployment_says_about_its_cookie_holds(another: Another) -> None:
    app = another(MOTCUA_PUBLIC_URL="https://motcua.test", SESSION_COOKIE_SECURE=False, SESSION_COOKIE_NAME="own")

    assert (app.config["SESSION_COOKIE_SECURE"], app.config["SESSION_COOKIE_NAME"]) == (False, "own")


def test_a_cookie_to_be_remembered_by_is_never_given_nor_taken(app: Flask, lan: User) -> None:
    """Flask-Login's own would hold for a year, past every logout."""
    with app.test_request_context():
        remembered = encode_cookie(str(lan.id))
    client = app.test_client()
    client.set_cookie("remember_token", remembered)

    assert not is_in(client)
    assert client.get_cookie("remember_token") is None

    from flask import session
    from flask_login import login_user

    with app.test_request_context():
        login_user(app.appbuilder.sm.get_user_by_id(lan.id), remember=True)  # type: ignore[attr-defined]
        assert "_remember" not in session
