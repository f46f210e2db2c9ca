"""What people may do is asked quickly, and answered as FAB would."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from flask import g, session
from flask_appbuilder.security.sqla.manager import SecurityManager
from flask_appbuilder.security.sqla.models import PermissionView, Role, User
from sqlalchemy import event

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from tests.admin.two_offices import TwoOffices

SUPERVISOR = "supervisor"


@contextmanager
def asked_of(app: Flask) -> Iterator[list[str]]:
    """Collect what the platform asks its database."""
    with app.app_context():
        engine = app.extensions["sqlalchemy"].engine
    asked: list[str] = []

    def listen(*heard: Any) -> None:
        asked.append(heard[2])

    event.listen(engine, "before_cursor_execute", listen)
    yield asked
    event.remove(engine, "before_cursor_execute", listen)


@pytest.fixture
def security(app: Flask, two: TwoOffices) -> Iterator[Any]:
    """Return the security manager in a request of a supervisor, whose login is a look into the record as any."""
    with two.browser(app, SUPERVISOR) as browser:
        browser.get("/healthz")
        login = dict(session)
    with app.test_request_context():
        session.update(login)
        security = app.appbuilder.sm  # type: ignore[attr-defined]
        g.user = security.load_user(login["_user_id"])
        yield security


def test_each_permission_is_granted_to_whom_it_was_given(security: Any) -> None:
    (role,) = g.user.roles
    given = {grant.id for grant in role.permissions}
    everything = security.session.query(PermissionView).all()

    granted = {
        grant.id
        for grant in everything
        if security.exist_permission_on_roles(grant.view_menu.name, grant.permission.name, [role.id])
    }

    assert granted == given
    assert 10 < len(given) < len(everything)
    assert not security.exist_permission_on_roles("MotcuaDossierView", "can_list", [])


def test_the_menu_is_the_one_that_fab_would_show(security: Any) -> None:
    shown = security.get_user_menu_access()

    assert shown == set(SecurityManager.get_user_menu_access(security, [])) != set()


def test_a_page_asks_for_the_person_and_the_menu_once(app: Flask, two: TwoOffices) -> None:
    browser = two.browser(app, SUPERVISOR)
    address = "/motcua/account/"
    assert browser.get(address).status_code == 200

    with asked_of(app) as asked:
        assert browser.get(address).status_code == 200

    assert len([words for words in asked if "FROM ab_user " in words]) == 1
    assert len([words for words in asked if "FROM ab_view_menu" in words and "LIMIT" not in words]) == 1


def test_what_is_taken_away_is_refused_in_the_next_request(app: Flask, two: TwoOffices) -> None:
    browser = two.browser(app, SUPERVISOR)
    assert browser.get("/motcua/dossiers/list/").status_code == 200
    with app.app_context():
        platform = app.appbuilder.session  # type: ignore[attr-defined]
        person = platform.get(User, two.people[SUPERVISOR].id)
        person.roles = [role for role in platform.query(Role) if role.name == "Public"]
        platform.commit()

    assert browser.get("/motcua/dossiers/list/").status_code in {302, 403, 404}


def test_who_is_no_longer_active_is_nobody(app: Flask, two: TwoOffices) -> None:
    with app.app_context():
        security = app.appbuilder.sm  # type: ignore[attr-defined]
        person = security.session.get(User, two.people[SUPERVISOR].id)
        assert security.load_user(person.id) is person
        person.active = False
        security.session.commit()

        assert security.load_user(person.id) is None
        assert security.load_user(2**31 - 1) is None
