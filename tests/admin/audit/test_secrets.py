"""AUD-06: neither the trail nor the log holds a password, a token, a cookie, or a citizen's number."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import User

from motcua.admin.models import AuditEntry, Device, Dossier
from tests.admin.audit.test_every_action import devices, dossiers, logins, people
from tests.admin.logins.browsers import NEW_PASSWORD, OLD_WAYS
from tests.admin.logins.phone import enrol
from tests.admin.test_intake_api import APPLICANT
from tests.town import PASSWORD

if TYPE_CHECKING:
    import pytest

    from tests.admin.audit.conftest import Scene

pytestmark = OLD_WAYS


def secrets_of(scene: Scene) -> list[str]:
    """Return what is kept of passwords, tokens and links, and what the browsers hold."""
    columns = (User.password, Device.token_digest, Dossier.token_digest, Dossier.public_id)
    with scene.database.read() as session:
        # Not every login has a password: that of a connected system has none.
        kept = [value for column in columns for value in session.scalars(sa.select(column)) if value is not None]
    cookies = [browser.get_cookie("session") for browser in scene.browsers.values()]
    return kept + [cookie.value for cookie in cookies if cookie is not None]


def test_no_secret_and_no_number_stands_in_the_trail_or_the_log(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    told = [told for story in (logins, people, dossiers, devices) for told in story(scene)]
    phone = enrol(scene.browser("office_admin"), scene.moment())
    secrets = [PASSWORD, NEW_PASSWORD, phone.secret, *phone.spare, *secrets_of(scene)]
    secrets += [APPLICANT["id_number"], APPLICANT["phone"]]

    with scene.database.read() as session:
        rows = session.execute(sa.select(AuditEntry.__table__)).all()
    # FAB's own INFO says which names were tried; the log of the standalone deployment begins at WARNING.
    lines = [
        line.getMessage() for line in caplog.records if line.levelno > logging.INFO or line.name.startswith("motcua")
    ]
    written = "\n".join([*map(str, rows), *lines])

    assert len(rows) > len(told) > 20
    assert len(secrets) > 30
    assert [secret for secret in secrets if secret in written] == []
    assert f"*********{APPLICANT['id_number'][-3:]}" in written
