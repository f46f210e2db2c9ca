"""A new database gets the permissions FAB would have written, at once; a known screen is FAB's as before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from flask_appbuilder.security.sqla.manager import SecurityManager
from flask_appbuilder.security.sqla.models import PermissionView

from motcua.admin.first_permissions import write_first_permissions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

SCREEN = "ScreenOfThisTest"


@pytest.fixture
def security(shared_app: Flask) -> Iterator[SecurityManager]:
    with shared_app.app_context():
        security: SecurityManager = shared_app.appbuilder.sm  # type: ignore[attr-defined]
        security.add_view_menu(SCREEN)
        yield security
        for row in security.find_permissions_view_menu(security.find_view_menu(SCREEN)):
            security.del_permission_role(security.find_role("Admin"), row)
            security.del_permission_view_menu(row.permission.name, SCREEN)
        security.del_view_menu(SCREEN)
        security.session.remove()


def permissions_of(security: SecurityManager, screen: str) -> set[str]:
    return {row.permission.name for row in security.find_permissions_view_menu(security.find_view_menu(screen))}


def test_the_administrators_hold_every_permission_of_every_screen(security: SecurityManager) -> None:
    for view in security.appbuilder.baseviews:
        assert permissions_of(security, view.class_permission_name) >= set(view.base_permissions)
    everything = set(security.session.scalars(sa.select(PermissionView)))

    assert set(security.find_role("Admin").permissions) == everything


def test_one_transaction_writes_a_new_screen(security: SecurityManager) -> None:
    commits: list[object] = []
    listen = commits.append
    sa.event.listen(security.session.get_bind(), "commit", listen)

    security.add_permissions_view(["can_list", "can_stamp", "can_list"], SCREEN)

    sa.event.remove(security.session.get_bind(), "commit", listen)
    assert permissions_of(security, SCREEN) == {"can_list", "can_stamp"}
    assert len(commits) == 1


def test_a_known_screen_is_left_to_the_platform(security: SecurityManager) -> None:
    security.add_permissions_view(["can_list", "can_stamp"], SCREEN)

    assert not write_first_permissions(security, ["can_list", "can_seal"], SCREEN)
    security.add_permissions_view(["can_list", "can_seal"], SCREEN)

    held = {row.permission.name for row in security.find_role("Admin").permissions if row.view_menu.name == SCREEN}
    assert "can_seal" in permissions_of(security, SCREEN)
    assert "can_seal" in held
