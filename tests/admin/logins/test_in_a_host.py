"""In a host logins end only if it wants so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from flask.sessions import SecureCookieSessionInterface
from flask_appbuilder.security.sqla.models import User

from motcua.admin.models import SessionEpoch
from tests.admin.logins.browsers import (
    OLD_WAYS,
    cookie_of,
    is_in,
    logged_in,
    thief,
)
from tests.admin.logins.conftest import Another

if TYPE_CHECKING:
    from motcua.admin.database import Database

pytestmark = OLD_WAYS


FABS_OWN = "flask_appbuilder.security.sqla.manager.SecurityManager"


@pytest.mark.parametrize("is_on", [True, False], ids=["on", "off"])
def test_in_a_host_logins_end_if_it_wants_so(another: Another, lan: User, database: Database, *, is_on: bool) -> None:
    """FAB's own security manager and Flask's own sessions: a host lends us neither."""
    host = another(MOTCUA_STAFF_SESSIONS=is_on, FAB_SECURITY_MANAGER_CLASS=FABS_OWN)
    host.session_interface = SecureCookieSessionInterface()
    browser = logged_in(host, lan.username)
    copy = cookie_of(browser)

    browser.get("/logout/")

    assert is_in(thief(host, copy)) is not is_on
    logged_in(host, lan.username)
    with database.read() as session:
        assert len(session.scalars(sa.select(SessionEpoch.epoch)).all()) == int(is_on)
