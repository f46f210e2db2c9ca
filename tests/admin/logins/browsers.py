"""Browsers with a login, browsers into which a cookie was copied, and what a test does with them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.admin.desk import ROOT
from tests.town import NINE, PASSWORD

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

#: What FAB and WTForms still do, and Python would have otherwise.
OLD_WAYS = [
    pytest.mark.filterwarnings("ignore:'DateTimeField':DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Yielding raw tuples:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Passing SelectField choices as tuples:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The Query.get:sqlalchemy.exc.LegacyAPIWarning"),
]
SCREEN = "/users/userinfo/"
STATE = f"{ROOT}/counters"
NEW_PASSWORD = "ba từ chẳng ai đoán"


class Clock:
    """The centre's clock, which a test moves."""

    def __init__(self) -> None:
        self.now = NINE

    def __call__(self) -> Any:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


def log_in(client: FlaskClient, username: str, password: str = PASSWORD) -> TestResponse:
    return client.post("/login/", data={"username": username, "password": password})


def logged_in(app: Flask, username: str) -> FlaskClient:
    client = app.test_client()
    answer = log_in(client, username)
    assert (answer.status_code, is_in(client)) == (302, True)
    return client


def cookie_of(client: FlaskClient) -> str:
    cookie = client.get_cookie("session")
    assert cookie is not None
    return cookie.value


def thief(app: Flask, cookie: str) -> FlaskClient:
    """Return another browser, into which a cookie was copied."""
    client = app.test_client()
    client.set_cookie("session", cookie)
    return client


def is_in(client: FlaskClient) -> bool:
    """Tell whether a screen is opened, or the browser sent to the login."""
    answer = client.get(SCREEN)
    assert answer.status_code == 200 or (answer.status_code == 302 and "/login/" in answer.location)
    return answer.status_code == 200
