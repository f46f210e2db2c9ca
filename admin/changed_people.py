"""Whose password, state, roles or place a transaction of the platform is about to change: their logins end with it.

Asked before every flush, so that the change and the end of the logins are
kept together or not at all, whichever screen or command makes the change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_appbuilder.security.sqla.models import Group, Role, User
from sqlalchemy import inspect

from motcua.admin.domain.logins import end_all_logins
from motcua.admin.models import StaffMember

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

_OF_A_PERSON = ("password", "active", "roles", "groups")
_OF_A_PLACE = ("office", "office_id", "role", "is_active", "user", "user_id")


def end_logins_with_the_change(changing: Session, _context: object, _instances: object) -> None:
    """End the logins of the people whose rights are about to be written."""
    people = {user_id for row in changing.dirty for user_id in _changed_by(row)}
    people |= {user_id for row in changing.deleted for user_id in _losing(row)}
    people |= {_holder(row) for row in changing.new if isinstance(row, StaffMember)}
    if people:
        end_all_logins(changing, people)


def _changed_by(row: object) -> Iterator[int]:
    if isinstance(row, User) and _is_changed(row, _OF_A_PERSON):
        yield row.id
    elif isinstance(row, StaffMember) and _is_changed(row, _OF_A_PLACE):
        yield _holder(row)
    elif isinstance(row, Group) and _is_changed(row, ("roles",)):
        yield from _ids(row.users)


def _losing(row: object) -> Iterator[int]:
    if isinstance(row, User):
        yield row.id
    elif isinstance(row, StaffMember):
        yield _holder(row)
    elif isinstance(row, Group):
        yield from _ids(row.users)
    elif isinstance(row, Role):
        yield from _ids(row.user)
        for group in row.groups:
            yield from _ids(group.users)


def _holder(place: StaffMember) -> int:
    return place.user.id if place.user is not None else place.user_id


def _ids(people: list[User]) -> Iterator[int]:
    return (user.id for user in people)


def _is_changed(row: object, names: tuple[str, ...]) -> bool:
    attributes = inspect(row).attrs
    return any(attributes[name].load_history().has_changes() for name in names)
