"""The first account of a platform: made by whoever set it up, once, and by nobody afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import select

from motcua.admin.login_errors import FirstAccountMadeError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class FirstAccount:
    """Who the administrator is."""

    username: str
    surname: str
    given_name: str
    email: str
    #: As the platform keeps it.
    password_hash: str


def has_nobody(session: Session) -> bool:
    """Tell whether the platform has no account, switched off or not."""
    return session.scalar(select(User.id).limit(1)) is None


def make_first_account(session: Session, account: FirstAccount, *, role_name: str) -> None:
    """Make the administrator. Raises FirstAccountMadeError when there is an account already."""
    # Of two at once the second waits here until the first is there: PostgreSQL would let both see nobody.
    role = session.scalars(select(Role).where(Role.name == role_name).with_for_update()).one()
    if not has_nobody(session):
        raise FirstAccountMadeError
    session.add(
        User(
            username=account.username,
            last_name=account.surname,
            first_name=account.given_name,
            email=account.email,
            password=account.password_hash,
            active=True,
            roles=[role],
        )
    )
