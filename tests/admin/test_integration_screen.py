"""Connecting a system: its key is seen once, opens what was ticked, and is withdrawn by a button."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import User

from motcua.admin.models import Integration
from tests.admin.forms import save
from tests.admin.systems import ROOT, Program, connected
from tests.admin.two_offices import TwoOffices
from tests.town import NINE

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from motcua.admin.database import Database

SCREEN = "/motcua/integrations"


@pytest.fixture
def admin(app: Flask, two: TwoOffices) -> FlaskClient:
    """Return the browser of Sơn, who administers Châu Ninh."""
    return two.browser(app, "office_admin")


@pytest.fixture
def theirs(client: FlaskClient, session: Session, two: TwoOffices) -> Program:
    """Return a system of the other commune."""
    return connected(client, session, two.theirs.office)


def key_on(page: str) -> str:
    found = re.search(r'id="system-key">([^<]+)<', page)
    assert found is not None
    return found[1]


def stored(database: Database, name: str = "Hộ nghèo") -> Integration:
    with database.read() as session:
        return session.scalars(
            sa.select(Integration).where(Integration.name == name).options(sa.orm.joinedload(Integration.user))
        ).one()


def connect(admin: FlaskClient, two: TwoOffices, **more: str) -> str:
    fields = {"office": str(two.ours.office.id), "name": "Hộ nghèo", "expires_on": "02/12/2027"} | more
    return save(admin, f"{SCREEN}/add", **fields).get_data(as_text=True)


def test_a_new_system_shows_its_key_once_and_the_key_works(
    admin: FlaskClient, two: TwoOffices, database: Database, app: Flask
) -> None:
    page = connect(admin, two)

    key, row = key_on(page), stored(database)
    assert (row.may_push, row.may_read, row.may_attach) == (False, True, False)
    assert row.expires_at.isoformat() == "2027-12-02T17:00:00+00:00"  # midnight in Hà Nội
    assert (row.user.active, row.user.last_name) == (False, "Hộ nghèo")
    shown = admin.get(f"{SCREEN}/show/{row.id}").get_data(as_text=True)
    assert row.key_prefix in shown
    assert key not in shown
    assert app.test_client().get(ROOT, headers={"Authorization": f"Bearer {key}"}).status_code == 200


def test_a_new_key_makes_the_old_one_void_and_a_withdrawn_one_opens_nothing(
    admin: FlaskClient, two: TwoOffices, database: Database, app: Flask
) -> None:
    first = key_on(connect(admin, two))
    row = stored(database)

    second = key_on(admin.post(f"{SCREEN}/renew/{row.id}").get_data(as_text=True))

    def asked(key: str) -> int:
        return app.test_client().get(ROOT, headers={"Authorization": f"Bearer {key}"}).status_code

    assert (asked(first), asked(second)) == (401, 200)
    assert admin.post(f"{SCREEN}/revoke/{row.id}").status_code == 302
    assert asked(second) == 403


def test_what_a_key_opens_and_how_long_is_changed_without_a_new_key(
    admin: FlaskClient, two: TwoOffices, database: Database
) -> None:
    connect(admin, two)
    row = stored(database)

    answer = save(admin, f"{SCREEN}/edit/{row.id}", name="Hộ nghèo 2", may_push="y", expires_on="31/12/2026")

    changed = stored(database, "Hộ nghèo 2")
    assert answer.status_code == 302
    assert (changed.may_push, changed.may_read, changed.key_digest) == (True, True, row.key_digest)
    assert changed.expires_at.isoformat() == "2026-12-31T17:00:00+00:00"
    assert changed.user.last_name == "Hộ nghèo 2"


@pytest.mark.parametrize("fields", [{"expires_on": "01/12/2026"}, {"expires_on": "05/12/2028"}, {"name": ""}])
def test_a_key_without_an_end_in_sight_or_a_name_is_not_given(
    admin: FlaskClient, two: TwoOffices, session: Session, fields: dict[str, str]
) -> None:
    page = connect(admin, two, **fields)

    assert "system-key" not in page
    assert session.scalars(sa.select(Integration.id)).all() == []
    assert session.scalars(sa.select(User.id).where(User.username.startswith("integration-"))).all() == []


def test_a_system_of_another_office_is_not_there(admin: FlaskClient, theirs: Program, session: Session) -> None:
    answers = [admin.post(f"{SCREEN}/{command}/{theirs.row.id}") for command in ("renew", "revoke")]
    answers += [admin.get(f"{SCREEN}/{look}/{theirs.row.id}") for look in ("show", "edit")]

    assert {answer.status_code for answer in answers} == {404}
    assert theirs.row.key_prefix not in admin.get(f"{SCREEN}/list/").get_data(as_text=True)
    session.expire_all()
    row = session.get_one(Integration, theirs.row.id)
    assert (row.revoked_at, row.expires_at) == (None, NINE + timedelta(days=365))


@pytest.mark.parametrize("person", ["receiving_officer", "case_officer", "supervisor", "auditor"])
def test_nobody_but_an_administrator_gives_keys(
    app: Flask, two: TwoOffices, client: FlaskClient, session: Session, person: str
) -> None:
    ours = connected(client, session, two.ours.office)
    browser = two.browser(app, person)

    answers = [browser.post(f"{SCREEN}/{place}") for place in ("add", f"renew/{ours.row.id}", f"revoke/{ours.row.id}")]

    assert {answer.status_code for answer in answers} == {403}
    assert ours.get().status_code == 200
