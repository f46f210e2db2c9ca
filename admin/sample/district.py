"""A district of made-up communes, each with services, counters, people and its share of dossiers."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import select

from motcua.admin.clock import local_day
from motcua.admin.domain.calendar import load_holidays
from motcua.admin.domain.procedure_import import import_procedures
from motcua.admin.enums import StaffRole
from motcua.admin.models import Office, ProcedureVersion, StaffMember
from motcua.admin.permissions import ROLE_OF_STAFF
from motcua.admin.sample.dossiers import SEED, add_dossiers
from motcua.admin.sample.office import PEOPLE, PROVINCE, add_commune, add_province, place_people

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from motcua.admin.database import Database

_FOLDER = Path(__file__).parent
#: Nobody can sign in with it: it is no hash of anything.
_NO_PASSWORD = "!"  # noqa: S105


class RolesMissingError(LookupError):
    """The platform has no roles of ours yet."""


def add_district(
    database: Database,
    *,
    dossiers: int,
    communes: int,
    qr_key: bytes,
    now: datetime,
    seed: int = SEED,
    on_progress: Callable[[int], None] = lambda _done: None,
) -> None:
    """Spread dossiers over communes of the sample province, which are added where they don't exist.

    One transaction a commune, so that a running centre is never held up for
    long. Procedures and holidays are put in where there are none. Raises
    RolesMissingError.
    """
    with database.write() as session:
        _add_procedures(session, now)
    share, rest = divmod(dossiers, communes)
    done = 0
    for number in range(1, communes + 1):
        count = share + (number <= rest)
        with database.write() as session:
            office = _commune(session, number, now)
            add_dossiers(
                session,
                office,
                count,
                receivers=_people(session, office, StaffRole.RECEIVING_OFFICER),
                officers=_people(session, office, StaffRole.CASE_OFFICER),
                qr_key=qr_key,
                now=now,
                seed=seed,
                on_progress=lambda part, before=done: on_progress(before + part),  # type: ignore[misc]
            )
        done += count


def _add_procedures(session: Session, now: datetime) -> None:
    if session.scalar(select(ProcedureVersion.id).limit(1)) is not None:
        return
    load_holidays(session, _FOLDER / "holidays_2026.csv")
    # In force before the first made-up dossier came in, even in January.
    since = local_day(now, "Asia/Ho_Chi_Minh") - timedelta(days=365)
    with (_FOLDER / "procedures.csv").open(encoding="utf-8-sig", newline="") as lines:
        import_procedures(session, lines, effective_from=since)


def _commune(session: Session, number: int, now: datetime) -> Office:
    code = f"xa-mau-{number:02}"
    found = session.scalar(select(Office).where(Office.code == code))
    if found is not None:
        return found
    province = session.scalar(select(Office).where(Office.code == PROVINCE)) or add_province(session)
    office = add_commune(
        session,
        province,
        code=code,
        name=f"Trung tâm Phục vụ hành chính công xã Mẫu {number:02}",
        identifier=f"H99.{100 + number}",
        always_open=True,
        now=now,
    ).office
    place_people(session, office, _add_users(session, number))
    return office


def _add_users(session: Session, number: int) -> dict[str, int]:
    """Add the commune's people, without passwords: an administrator gives one to whom he wants to sign in as."""
    roles = {role.name: role for role in session.scalars(select(Role).where(Role.name.in_(ROLE_OF_STAFF.values())))}
    if set(ROLE_OF_STAFF.values()) - set(roles):
        raise RolesMissingError
    ids = {}
    for username, first, last, role in PEOPLE:
        name = f"mau{number:02}.{username}"
        user = User(
            username=name,
            first_name=first,
            last_name=last,
            email=f"{name}@motcua.example",
            active=True,
            password=_NO_PASSWORD,
            roles=[roles[ROLE_OF_STAFF[role]]],
        )
        session.add(user)
        session.flush()
        ids[username] = user.id
    return ids


def _people(session: Session, office: Office, role: StaffRole) -> list[int]:
    places = select(StaffMember.user_id).where(
        StaffMember.office_id == office.id, StaffMember.role == role, StaffMember.is_active.is_(True)
    )
    return list(session.scalars(places.order_by(StaffMember.user_id)))
