"""Placing logins in offices, and the platform roles that go with a place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import func, select

from motcua.admin.errors import UnknownLoginError
from motcua.admin.models import StaffMember

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from motcua.admin.enums import StaffRole


def find_login(session: Session, name: str) -> User:
    """Return the active login of a user name or e-mail address. Raises UnknownLoginError."""
    wanted = name.strip().lower()
    user = session.scalar(
        select(User)
        .where((func.lower(User.username) == wanted) | (func.lower(User.email) == wanted), User.active.is_(True))
        .limit(1)
    )
    if user is None:
        raise UnknownLoginError(login=name)
    return user


def settle_platform_roles(session: Session, user: User, role_names: Mapping[StaffRole, str]) -> None:
    """Give a login the platform roles that its active places need, and take back those no place needs any more.

    Roles that do not belong to a place are not touched.
    """
    session.flush()
    places = select(StaffMember.role).where(StaffMember.user_id == user.id, StaffMember.is_active.is_(True))
    needed = {role_names[role] for role in session.scalars(places)}
    ours = set(role_names.values())
    kept = [role for role in user.roles if role.name not in ours or role.name in needed]
    missing = needed - {role.name for role in kept}
    user.roles = kept + list(session.scalars(select(Role).where(Role.name.in_(missing)).order_by(Role.name)))
    session.flush()
