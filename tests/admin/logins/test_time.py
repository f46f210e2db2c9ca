"""A login ends when nobody is there, and at the end of a long day in any case (AUT-07)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.admin.logins.browsers import (
    OLD_WAYS,
    SCREEN,
    Clock,
    cookie_of,
    is_in,
    logged_in,
    thief,
)

if TYPE_CHECKING:
    from flask import Flask

    from motcua.admin.extension import Motcua

pytestmark = OLD_WAYS


@pytest.mark.usefixtures("lan")
def test_half_an_hour_without_a_request_ends_it(app: Flask, clock: Clock) -> None:
    used, left = logged_in(app, "lan"), logged_in(app, "lan")

    clock.forward(minutes=29)
    assert is_in(used)
    clock.forward(minutes=1)

    assert not is_in(left)
    assert is_in(used)
    clock.forward(minutes=30)
    assert not is_in(used)


@pytest.mark.usefixtures("lan")
def test_after_twelve_hours_it_ends_though_it_was_used_all_day(app: Flask, clock: Clock) -> None:
    browser = logged_in(app, "lan")
    copies = []

    for _ in range(12 * 4 - 1):
        clock.forward(minutes=15)
        assert is_in(browser)
        copies.append(cookie_of(browser))
    clock.forward(minutes=15)

    assert not is_in(browser)
    assert not is_in(thief(app, copies[-1]))
    assert is_in(logged_in(app, "lan"))


@pytest.mark.usefixtures("lan")
def test_the_limits_are_settings(app: Flask, clock: Clock, motcua: Motcua, monkeypatch: Any) -> None:
    shorter = replace(motcua.settings, session_idle=timedelta(minutes=5), session_length=timedelta(hours=1))
    monkeypatch.setattr(motcua, "settings", shorter)
    idle, busy = logged_in(app, "lan"), logged_in(app, "lan")

    clock.forward(minutes=5)
    assert not is_in(idle)
    busy = logged_in(app, "lan")
    for _ in range(14):
        clock.forward(minutes=4)
        assert is_in(busy)
    clock.forward(minutes=4)
    assert not is_in(busy)


@pytest.mark.usefixtures("lan")
def test_a_login_from_the_future_is_none(app: Flask, clock: Clock) -> None:
    """The clock was a day ahead, and was put right: such a login would live a day too long."""
    browser = logged_in(app, "lan")

    clock.forward(days=-1)

    assert not is_in(browser)


@pytest.mark.usefixtures("lan")
def test_what_he_had_on_the_screen_is_not_kept_for_the_next(app: Flask, clock: Clock) -> None:
    """The back button asks again, and gets the login; the cookie is no more than a language and a message."""
    browser = logged_in(app, "lan")
    assert "no-store" in browser.get(SCREEN).headers["Cache-Control"]

    clock.forward(hours=1)
    browser.get(SCREEN)

    with browser.session_transaction() as session:
        assert set(session) <= {"locale", "_flashes", "_fresh"}


@pytest.mark.usefixtures("lan")
def test_only_one_answer_a_minute_sets_the_cookie(app: Flask, clock: Clock) -> None:
    browser = logged_in(app, "lan")
    quiet = []
    for seconds in (20, 20, 19, 1, 30):
        clock.forward(seconds=seconds)
        quiet.append("Set-Cookie" not in browser.get("/motcua/dossiers/list/").headers)

    assert quiet == [True, True, True, False, True]
