"""Nothing from before a login is taken into it (AUT-06)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import User

from motcua.admin.models import SessionEpoch
from tests.admin.logins.browsers import (
    OLD_WAYS,
    cookie_of,
    is_in,
    log_in,
    logged_in,
    thief,
)

if TYPE_CHECKING:
    from flask import Flask

    from motcua.admin.database import Database

pytestmark = OLD_WAYS


@pytest.mark.usefixtures("lan")
def test_nothing_of_the_session_before_is_taken_into_the_login(app: Flask) -> None:
    client = app.test_client()
    client.get("/login/?_l_=en")
    with client.session_transaction() as session:
        session.update({"planted": "by somebody else", "csrf_token": "known", "page_history": ["/x"], "locale": "en"})
    planted = cookie_of(client)

    log_in(client, "lan")

    with client.session_transaction() as session:
        content = dict(session)
    assert set(content) == {"_user_id", "_fresh", "_id", "motcua_login", "locale"}
    assert content["locale"] == "en"
    assert cookie_of(client) != planted
    assert not is_in(thief(app, planted))
    assert is_in(client)


@pytest.mark.usefixtures("lan")
def test_every_login_has_a_name_of_its_own(app: Flask) -> None:
    names = set()
    for _ in range(3):
        browser = logged_in(app, "lan")
        with browser.session_transaction() as session:
            names.add(session["motcua_login"]["id"])
        browser.get("/logout/")

    assert len(names) == 3


@pytest.mark.usefixtures("lan")
def test_the_epoch_is_another_after_every_end_of_all(app: Flask, database: Database) -> None:
    epochs = set()
    for _ in range(3):
        browser = logged_in(app, "lan")
        with database.read() as session:
            epochs.add(session.scalars(sa.select(SessionEpoch.epoch)).one())
        browser.post("/motcua/account/end-logins")

    assert len(epochs) == 3
    with database.read() as session:
        assert session.scalars(sa.select(SessionEpoch.epoch)).all() == []


def test_a_login_made_up_without_an_epoch_is_none(app: Flask, lan: User) -> None:
    """A cookie of the time before, or of a program that forgot."""
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = str(lan.id)

    assert not is_in(client)
