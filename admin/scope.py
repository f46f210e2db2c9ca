"""Whose rows a person may see: the one authorization layer under every screen.

Offices form a tree. An officer sees his own office; a supervisor and an
office administrator see theirs and everything below it; the platform's Admin
and our system administrator see every office, and so does an auditor, who may
change nothing anywhere. Everybody else sees nothing.

What an office may see is one SQL expression, ``offices_in_scope``. A model
without an entry here cannot be asked for: the layer fails closed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from flask import current_app, has_app_context
from flask_appbuilder.security.sqla.models import Role, User, assoc_group_role, assoc_user_group, assoc_user_role
from sqlalchemy import BindParameter, ColumnElement, Select, and_, false, or_, select, union
from sqlalchemy.orm import Query, Session, aliased, joinedload

from motcua.admin.enums import StaffRole
from motcua.admin.models import (
    AuditEntry,
    CalendarYear,
    Counter,
    Device,
    Dossier,
    DossierEvent,
    DossierPaper,
    Field,
    Holiday,
    Integration,
    Office,
    OfficeHours,
    OutgoingMail,
    PrinterDevice,
    PrintJob,
    PriorityGroup,
    Procedure,
    ProcedurePaper,
    ProcedureVersion,
    QueueService,
    StaffMember,
    Ticket,
    TicketEvent,
)
from motcua.admin.permissions import AUDITOR, SYSTEM_ADMIN

if TYPE_CHECKING:
    from collections.abc import Callable

#: Roles whose holders see everything below their office as well.
SUBTREE_ROLES = frozenset({StaffRole.SUPERVISOR, StaffRole.OFFICE_ADMIN})
#: The shared catalogue: no office owns it, everybody with a place may read it.
_SHARED = frozenset({CalendarYear, Field, Procedure, ProcedureVersion, ProcedurePaper})
#: How a row leads to its office, for those that do not carry ``office_id`` themselves.
_ROUTES: dict[type[Any], Callable[[Select[Any]], ColumnElement[bool]]] = {
    Office: lambda offices: Office.id.in_(offices),  # noqa: PLW0108 - reads like its neighbours
    DossierPaper: lambda offices: DossierPaper.dossier.has(Dossier.office_id.in_(offices)),
    DossierEvent: lambda offices: DossierEvent.dossier.has(Dossier.office_id.in_(offices)),
    # A nationwide holiday belongs to nobody and concerns everybody.
    Holiday: lambda offices: or_(Holiday.office_id.is_(None), Holiday.office_id.in_(offices)),
    # What concerns no office is for who sees everything.
    AuditEntry: lambda offices: AuditEntry.chain.in_(offices),  # noqa: PLW0108 - reads like its neighbours
    OutgoingMail: lambda offices: OutgoingMail.recipient_id.in_(_people_of(offices)),
    # Of the platform's logins, colleagues only.
    User: lambda offices: User.id.in_(_people_of(offices)),
    **{
        model: lambda offices, model=model: model.office_id.in_(offices)  # type: ignore[misc]
        for model in (
            Counter,
            Device,
            Dossier,
            Integration,
            OfficeHours,
            PrinterDevice,
            PrintJob,
            PriorityGroup,
            QueueService,
            StaffMember,
            Ticket,
            TicketEvent,
        )
    },
}


def _people_of(offices: Select[Any]) -> Select[Any]:
    return select(StaffMember.user_id).where(StaffMember.office_id.in_(offices))


_Rows = TypeVar("_Rows", Select[Any], "Query[Any]")


def staff_places(session: Session, user_id: int) -> list[StaffMember]:
    """Return the active places of an active login, each with its office."""
    places = (
        select(StaffMember)
        .join(User, User.id == StaffMember.user_id)
        .where(StaffMember.user_id == user_id, StaffMember.is_active.is_(True), User.active.is_(True))
        .options(joinedload(StaffMember.office))
        .order_by(StaffMember.id)
    )
    return list(session.scalars(places))


def office_ids_in_scope(session: Session, user_id: int, *roles: StaffRole) -> frozenset[int] | None:
    """Return the ids of the offices a person may see, or None for all of them.

    With ``roles``, only places held in one of them count, and an auditor, who
    holds none, has no office: ask this way before anything is changed.
    """
    everywhere = _platform_roles() if roles else _all_seeing_roles()
    if _holds_any(session, user_id, everywhere):
        return None
    return frozenset(session.scalars(offices_in_scope(user_id, *roles)))


def office_scope(query: _Rows, user: Any, *roles: StaffRole) -> _Rows:
    """Narrow a query to the rows that a user may see, by any of his places or those with one of ``roles``.

    Raises TypeError for a model nobody has said an office of.
    """
    model: Any = query.column_descriptions[0]["entity"]
    if sees_everything(user):
        return query
    return query.where(rows_in_scope(model, getattr(user, "id", None), *roles))


def sees_everything(user: Any) -> bool:
    """Tell whether a user may look at rows of every office: who acts everywhere, and the auditor."""
    return _holds_platform_role(user, _all_seeing_roles())


def acts_everywhere(user: Any) -> bool:
    """Tell whether a user may change rows of every office: the platform's Admin, our system administrator."""
    return _holds_platform_role(user, _platform_roles())


def rows_in_scope(model: type[Any], user_id: int | None, *roles: StaffRole) -> ColumnElement[bool]:
    """Return the condition under which a row of ``model`` is within a person's offices."""
    if model not in _SHARED and model not in _ROUTES:
        msg = f"{model.__name__} has no office; say in admin/scope.py who may see it"
        raise TypeError(msg)
    if user_id is None:
        return false()
    offices = offices_in_scope(user_id, *roles)
    return offices.exists() if model in _SHARED else _ROUTES[model](offices)


def offices_in_scope(user_id: int | BindParameter[int], *roles: StaffRole) -> Select[Any]:
    """Return, as a select of office ids, where a person has a place and what lies below it."""
    held = (
        select(StaffMember.office_id.label("id"), StaffMember.role)
        .join(User, User.id == StaffMember.user_id)
        .where(StaffMember.user_id == user_id, StaffMember.is_active.is_(True), User.active.is_(True))
    )
    if roles:
        held = held.where(StaffMember.role.in_(roles))
    tops = held.where(StaffMember.role.in_(SUBTREE_ROLES)).subquery("tops")
    below = select(tops.c.id).cte("below", recursive=True)
    child = aliased(Office)
    # UNION and not UNION ALL: a loop in the tree ends the walk and not the server.
    below = below.union(select(child.id).where(child.parent_id == below.c.id))
    own = held.subquery("own")
    offices = union(select(own.c.id), select(below.c.id)).subquery("scope")
    return select(offices.c.id)


def keeps_catalogue(session: Session, user_id: int) -> bool:
    """Tell whether a person may change what all offices share: procedures, nationwide holidays.

    The administrators of the highest office that has one keep it: a commune's
    own while it stands alone, the province's as soon as there are some.
    """
    if _holds_any(session, user_id, _platform_roles()):
        return True
    places = [place for place in staff_places(session, user_id) if place.role == StaffRole.OFFICE_ADMIN]
    return any(not _has_administrator_above(session, place.office) for place in places)


def _has_administrator_above(session: Session, office: Office) -> bool:
    seen = {office.id}
    parent = office.parent
    while parent is not None and parent.id not in seen:
        seen.add(parent.id)
        administrator = (
            select(StaffMember.id)
            .join(User, User.id == StaffMember.user_id)
            .where(
                and_(
                    StaffMember.office_id == parent.id,
                    StaffMember.role == StaffRole.OFFICE_ADMIN,
                    StaffMember.is_active.is_(True),
                    User.active.is_(True),
                )
            )
        )
        if session.scalar(administrator.limit(1)) is not None:
            return True
        parent = parent.parent
    return False


def _platform_roles() -> frozenset[str]:
    """Name the roles that act in every office."""
    admin = current_app.config.get("AUTH_ROLE_ADMIN", "Admin") if has_app_context() else "Admin"
    return frozenset({admin, SYSTEM_ADMIN})


def _all_seeing_roles() -> frozenset[str]:
    return _platform_roles() | {AUDITOR}


def _holds_platform_role(user: Any, names: frozenset[str]) -> bool:
    if user is None or not getattr(user, "is_authenticated", False) or not user.is_active:
        return False
    held = {role.name for role in user.roles} | {role.name for group in user.groups for role in group.roles}
    return not held.isdisjoint(names)


def _holds_any(session: Session, user_id: int, names: frozenset[str]) -> bool:
    """Tell whether an active login holds one of the platform's roles, itself or through a group."""
    own = select(assoc_user_role.c.role_id).where(assoc_user_role.c.user_id == user_id)
    by_group = (
        select(assoc_group_role.c.role_id)
        .join(assoc_user_group, assoc_user_group.c.group_id == assoc_group_role.c.group_id)
        .where(assoc_user_group.c.user_id == user_id)
    )
    held = (
        select(Role.id)
        .where(Role.name.in_(names), or_(Role.id.in_(own), Role.id.in_(by_group)))
        .where(select(User.id).where(User.id == user_id, User.active.is_(True)).exists())
    )
    return session.scalar(held.limit(1)) is not None
