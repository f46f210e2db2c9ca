"""A phone with an app for codes, and browsers that use it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyotp

from tests.admin.logins.browsers import log_in
from tests.town import PASSWORD

if TYPE_CHECKING:
    from datetime import datetime

    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

STEP = "/motcua/second-step/"
FACTOR = "/motcua/account/second-factor/"


@dataclass
class Phone:
    """What was scanned, and what was written down beside it."""

    secret: str
    spare: list[str]

    def code(self, now: datetime, drift: int = 0) -> str:
        return pyotp.TOTP(self.secret).at(now, counter_offset=drift)


def secret_on(page: TestResponse) -> str:
    found = re.search(r'id="secret">([A-Z2-7 ]+)<', page.get_data(as_text=True))
    assert found is not None
    return found[1].replace(" ", "")


def spare_codes_on(page: TestResponse) -> list[str]:
    return re.findall(r'class="mc-token">([\d ]+)<', page.get_data(as_text=True))


def enrol(browser: FlaskClient, now: datetime) -> Phone:
    """Switch the second factor of a logged-in person on."""
    begun = browser.post(f"{FACTOR}begin", data={"password": PASSWORD}, follow_redirects=True)
    phone = Phone(secret_on(begun), [])
    switched_on = browser.post(f"{FACTOR}enrol", data={"code": phone.code(now)})
    assert switched_on.status_code == 200
    phone.spare = spare_codes_on(switched_on)
    return phone


def at_the_step(app: Flask, username: str = "lan") -> FlaskClient:
    """Return a browser whose person has given the password."""
    browser = app.test_client()
    answer = log_in(browser, username)
    assert (answer.status_code, answer.location) == (302, STEP)
    return browser


def give(browser: FlaskClient, code: str) -> int:
    """Give a code at the second step; return the status of the answer."""
    return browser.post(STEP, data={"code": code}).status_code
