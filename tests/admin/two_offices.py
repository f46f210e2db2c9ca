"""Two communes under one province, with one person per role and office: who sees what is a story about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import select

from motcua.admin.domain.tracking import token_digest, tracking_token
from motcua.admin.enums import DossierStatus, OfficeLevel, StaffRole
from motcua.admin.logins import new_login
from motcua.admin.models import Dossier, DossierEvent, DossierPaper, Office, StaffMember
from motcua.admin.permissions import AUDITOR, ROLE_OF_STAFF, SYSTEM_ADMIN, sync_roles
from tests.town import NINE, Town, add_user, build_town

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

#: Who works in no office.
PLATFORM = {"admin": "Admin", "system_admin": SYSTEM_ADMIN, "auditor": AUDITOR}


@dataclass
class TwoOffices:
    """What stands in the province of the tests."""

    province: Office
    ours: Town
    theirs: Town
    our_dossier: Dossier
    their_dossier: Dossier
    people: dict[str, User]

    def browser(self, app: Flask, name: str) -> FlaskClient:
        """Return the browser of a person who has logged in."""
        return signed_in(app, self.people[name])


def signed_in(app: Flask, user: User) -> FlaskClient:
    """Return a browser with a login, without the page for it."""
    client = app.test_client()
    with app.app_context():
        login = new_login(user.id)
    with client.session_transaction() as session:
        session.update(login | {"_user_id": str(user.id), "_fresh": True})
    return client


def sync_once(app: Flask, session: Session) -> None:
    """Bring our roles onto the platform; they outlive the people of a test."""
    if session.scalar(select(Role.id).where(Role.name == AUDITOR)) is None:
        session.rollback()
        with app.app_context():
            sync_roles(app.appbuilder)  # type: ignore[attr-defined]
    session.rollback()


def role_named(session: Session, name: str) -> Role:
    """Return a role of the platform."""
    return session.scalars(select(Role).where(Role.name == name)).one()


def add_dossier(session: Session, town: Town, number: int = 1, **more: Any) -> Dossier:
    """Add a dossier that is being worked on, due on Friday, with its first event."""
    public_id = f"{town.office.id:016}{number:016}"
    values: dict[str, Any] = {
        "code": f"H99.{town.office.id:02}-261202-{number:04}",
        "office_id": town.office.id,
        "procedure_version_id": town.procedure.id,
        "status": DossierStatus.PROCESSING,
        "applicant_name": "Đặng Thị Ngọc",
        "applicant_search": "dang thi ngoc",
        "applicant_phone": "0912345678",
        "received_by_id": town.lan.id,
        "assigned_to_id": town.minh.id,
        "received_at": NINE,
        "original_due_at": NINE.replace(day=4),
        "due_at": NINE.replace(day=4),
        "public_id": public_id,
        "token_digest": token_digest(tracking_token(b"test", public_id, 1)),
    }
    dossier = Dossier(**values | more)
    dossier.papers = [DossierPaper(position=1, name="Tờ khai", copies=1)]
    dossier.events = [DossierEvent(at=NINE, actor_id=town.lan.id, to_status=dossier.status, due_to=dossier.due_at)]
    session.add(dossier)
    session.flush()
    return dossier


def build_two_offices(app: Flask, session: Session) -> TwoOffices:
    """Build the province: each role once in each commune, and those without an office."""
    sync_once(app, session)
    ours = build_town(session)
    theirs = build_town(session, "dong-ninh", "dn_")
    theirs.office.name = "Trung tâm PVHCC xã Đông Ninh"
    province = Office(code="tinh", name="Tỉnh Thử", level=OfficeLevel.PROVINCE)
    session.add(province)
    ours.office.parent = theirs.office.parent = province
    people = {}
    for town, prefix in ((ours, ""), (theirs, "their_")):
        people |= {
            f"{prefix}receiving_officer": town.lan,
            f"{prefix}case_officer": town.minh,
            f"{prefix}supervisor": town.hoa,
        }
        admin = add_user(session, f"{prefix}son", "Sơn", "Vũ Quang")
        session.add(StaffMember(user_id=admin.id, office=town.office, role=StaffRole.OFFICE_ADMIN))
        people[f"{prefix}office_admin"] = admin
    for name, user in people.items():
        user.roles = [role_named(session, ROLE_OF_STAFF[StaffRole(name.removeprefix("their_"))])]
    for name, role in PLATFORM.items():
        people[name] = add_user(session, name, "Thị", "Trần")
        people[name].roles = [role_named(session, role)]
    dossiers = [add_dossier(session, town) for town in (ours, theirs)]
    session.commit()
    return TwoOffices(province, ours, theirs, *dossiers, people)
