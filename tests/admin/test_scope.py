"""Whose rows a person may see: the tree of offices, the roles, and nothing for everybody else."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import select

from motcua.admin.enums import OfficeLevel, StaffRole
from motcua.admin.models import EventHead, Field, Holiday, Office, QueueService, StaffMember
from motcua.admin.permissions import AUDITOR, ROLE_OF_STAFF, ROLES, SYSTEM_ADMIN, sync_roles
from motcua.admin.scope import keeps_catalogue, office_ids_in_scope, office_scope, staff_places
from tests.town import add_office, add_user, build_town

if TYPE_CHECKING:
    from flask import Flask
    from flask_appbuilder.security.sqla.models import User
    from sqlalchemy.orm import Session

    from motcua.admin.database import Database


def place(session: Session, user: User, office: Office, role: StaffRole, *, is_active: bool = True) -> StaffMember:
    member = StaffMember(user_id=user.id, office=office, role=role, is_active=is_active)
    session.add(member)
    session.flush()
    return member


def add_tree(session: Session) -> tuple[Office, Office, Office, Office]:
    """Add a province with two communes, and a branch of the first of them."""
    province = Office(code="tinh", name="Tỉnh Thử", level=OfficeLevel.PROVINCE)
    first, second, branch = (add_office(session, code) for code in ("xa-mot", "xa-hai", "chi-nhanh"))
    first.parent = second.parent = province
    branch.parent = first
    session.flush()
    return province, first, second, branch


def platform_role(session: Session, user: User, name: str) -> None:
    role = session.scalar(select(Role).where(Role.name == name)) or Role(name=name)
    user.roles.append(role)
    session.flush()


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        (StaffRole.RECEIVING_OFFICER, {"xa-mot"}),
        (StaffRole.CASE_OFFICER, {"xa-mot"}),
        (StaffRole.SUPERVISOR, {"xa-mot", "chi-nhanh"}),
        (StaffRole.OFFICE_ADMIN, {"xa-mot", "chi-nhanh"}),
    ],
)
def test_officers_see_their_office_and_leaders_what_lies_below_it(
    session: Session, role: StaffRole, seen: set[str]
) -> None:
    _, first, _, _ = add_tree(session)
    user = add_user(session, "lan", "Lan", "Nguyễn")
    place(session, user, first, role)

    offices = session.scalars(office_scope(select(Office), user)).all()

    assert {office.code for office in offices} == seen
    assert office_ids_in_scope(session, user.id) == {office.id for office in offices}


def test_a_person_with_two_places_sees_both(session: Session) -> None:
    province, first, second, _ = add_tree(session)
    user = add_user(session, "lan", "Lan", "Nguyễn")
    place(session, user, first, StaffRole.CASE_OFFICER)
    place(session, user, second, StaffRole.RECEIVING_OFFICER)

    assert office_ids_in_scope(session, user.id) == {first.id, second.id}
    assert office_ids_in_scope(session, user.id, StaffRole.RECEIVING_OFFICER) == {second.id}
    assert office_ids_in_scope(session, user.id, StaffRole.SUPERVISOR) == frozenset()
    assert province.id not in office_ids_in_scope(session, user.id)


def test_nobody_without_an_active_place_sees_anything(session: Session) -> None:
    _, first, _, _ = add_tree(session)
    stranger = add_user(session, "khach", "Khách", "Người")
    retired = add_user(session, "cu", "Cũ", "Người")
    locked = add_user(session, "khoa", "Khóa", "Người")
    place(session, retired, first, StaffRole.SUPERVISOR, is_active=False)
    place(session, locked, first, StaffRole.SUPERVISOR)
    locked.active = False
    session.flush()

    for user in (stranger, retired, locked):
        assert office_ids_in_scope(session, user.id) == frozenset()
        assert staff_places(session, user.id) == []
        assert session.scalars(office_scope(select(Office), user)).all() == []
    assert session.scalars(office_scope(select(Office), None)).all() == []


@pytest.mark.parametrize("name", ["Admin", SYSTEM_ADMIN, AUDITOR])
def test_the_platforms_administrators_and_the_auditor_see_every_office(session: Session, name: str) -> None:
    add_tree(session)
    user = add_user(session, "root", "Quản trị", "Hệ thống")
    platform_role(session, user, name)

    assert office_ids_in_scope(session, user.id) is None
    assert len(session.scalars(office_scope(select(Office), user)).all()) == 4
    acting = office_ids_in_scope(session, user.id, StaffRole.RECEIVING_OFFICER)
    assert acting == (frozenset() if name == AUDITOR else None)


def test_a_locked_administrator_sees_nothing(session: Session) -> None:
    add_tree(session)
    user = add_user(session, "root", "Quản trị", "Hệ thống")
    platform_role(session, user, "Admin")
    user.active = False
    session.flush()

    assert office_ids_in_scope(session, user.id) == frozenset()
    assert session.scalars(office_scope(select(Office), user)).all() == []


def test_rows_of_another_office_are_out_of_scope_and_national_holidays_are_not(session: Session) -> None:
    ours = build_town(session)
    theirs = build_town(session, "dong-ninh", "dn_")
    for office, day in ((None, 1), (ours.office, 2), (theirs.office, 3)):
        session.add(Holiday(office=office, day=date(2026, 1, day), kind="off", name="Nghỉ"))
    session.commit()

    assert set(session.scalars(office_scope(select(QueueService), ours.lan))) == {ours.civil, ours.land}
    assert {row.day.day for row in session.scalars(office_scope(select(Holiday), ours.lan))} == {1, 2}
    assert len(session.scalars(office_scope(select(Field), ours.lan)).all()) == 2


def test_a_model_without_an_office_is_refused_and_not_shown(session: Session) -> None:
    town = build_town(session)

    with pytest.raises(TypeError, match="EventHead has no office"):
        office_scope(select(EventHead), town.lan)


def test_a_loop_in_the_tree_of_offices_does_not_hang(session: Session) -> None:
    first, second = add_office(session, "mot"), add_office(session, "hai")
    first.parent_id, second.parent_id = second.id, first.id
    session.flush()
    user = add_user(session, "hoa", "Hoa", "Lê")
    place(session, user, first, StaffRole.OFFICE_ADMIN)

    assert office_ids_in_scope(session, user.id) == {first.id, second.id}
    assert keeps_catalogue(session, user.id) is True


def test_the_highest_administrators_keep_the_shared_catalogue(session: Session) -> None:
    province, first, _, _ = add_tree(session)
    commune_admin = add_user(session, "xa", "Xã", "Quản trị")
    supervisor = add_user(session, "hoa", "Hoa", "Lê")
    place(session, commune_admin, first, StaffRole.OFFICE_ADMIN)
    place(session, supervisor, province, StaffRole.SUPERVISOR)
    assert keeps_catalogue(session, commune_admin.id) is True
    assert keeps_catalogue(session, supervisor.id) is False

    provincial_admin = add_user(session, "tinh", "Tỉnh", "Quản trị")
    place(session, provincial_admin, province, StaffRole.OFFICE_ADMIN)

    assert keeps_catalogue(session, commune_admin.id) is False
    assert keeps_catalogue(session, provincial_admin.id) is True


def test_syncing_roles_twice_changes_nothing_and_leaves_the_hosts_roles_alone(app: Flask, database: Database) -> None:
    with database.write() as session:
        if session.scalar(select(Role).where(Role.name == "Host Clerk")) is None:
            session.add(Role(name="Host Clerk"))

    def snapshot() -> dict[str, list[str]]:
        with database.read() as session:
            return {role.name: sorted(map(str, role.permissions)) for role in session.scalars(select(Role))}

    with app.app_context():
        before = snapshot()
        sync_roles(app.appbuilder)
        first = snapshot()
        sync_roles(app.appbuilder)

    assert snapshot() == first
    assert first["Host Clerk"] == []
    assert {name: first[name] for name in before if name not in ROLES} == {
        name: before[name] for name in before if name not in ROLES
    }
    assert set(ROLE_OF_STAFF.values()) <= set(first)
