"""Before `motcua upgrade` the platform has people already; the trail begins with the tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from motcua.admin.app import create_app
from motcua.admin.extension import EXTENSION
from motcua.admin.models import AuditEntry
from motcua.admin.permissions import ROLES, sync_roles
from motcua.admin.schema import upgrade
from tests.conftest import app_config

if TYPE_CHECKING:
    from pathlib import Path


def test_people_are_added_before_the_upgrade_and_audited_after_it(tmp_path: Path) -> None:
    """Bringing roles up to date again changes nothing and says nothing."""
    app = create_app(app_config(f"sqlite:///{tmp_path / 'motcua.db'}", tmp_path))
    database = app.extensions[EXTENSION].database
    with app.app_context():
        security = app.appbuilder.sm  # type: ignore[attr-defined]
        admin = security.find_role("Admin")
        assert security.add_user("son", "Sơn", "Vũ", "son@a.test", admin, "mật khẩu của Sơn")
        upgrade(database.engine)
        sync_roles(app.appbuilder)  # type: ignore[attr-defined]
        sync_roles(app.appbuilder)  # type: ignore[attr-defined]
        assert security.add_user("lan", "Lan", "Lê", "lan@a.test", admin, "mật khẩu của Lan")
        app.extensions["sqlalchemy"].engine.dispose()

    with database.read() as session:
        rows = session.execute(sa.select(AuditEntry.action, AuditEntry.object_code).order_by(AuditEntry.id)).all()
    database.engine.dispose()
    assert [tuple(row) for row in rows] == [*(("role_added", name) for name in ROLES), ("user_added", "lan")]
