"""The sample centre of a trial, put into an empty database all or nothing."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from motcua.admin.clock import local_day
from motcua.admin.domain.calendar import load_holidays
from motcua.admin.domain.procedure_import import import_procedures
from motcua.admin.enums import StaffRole
from motcua.admin.permissions import ROLE_OF_STAFF
from motcua.admin.sample.dossiers import add_dossiers
from motcua.admin.sample.office import PEOPLE, add_commune, add_province, place_people
from motcua.admin.sample.visitors import add_visitors

if TYPE_CHECKING:
    from collections.abc import Mapping
    from concurrent.futures import Future
    from datetime import datetime

    from flask import Flask

    from motcua.admin.extension import Motcua

DOSSIERS = 320
#: Working days of the past on which somebody came.
VISITING_DAYS = 22
A_YEAR = timedelta(days=365)
COMMUNE = "binh-minh"
COMMUNE_NAME = "Trung tâm Phục vụ hành chính công xã Bình Minh"
# Made up: only the province gives real identifiers.
IDENTIFIER = "H99.01"
_FOLDER = Path(__file__).parent
PROCEDURES = _FOLDER / "procedures.csv"
HOLIDAYS = _FOLDER / "holidays_2026.csv"


def add_users(app: Flask, hashes: Mapping[str, Future[str]]) -> dict[str, int]:
    """Add the people of the sample to the platform, each with the hash of a password, and return their ids."""
    security = app.appbuilder.sm  # type: ignore[attr-defined]
    admin_role = security.find_role(security.auth_role_admin)
    people = [("admin", "hệ thống", "Quản trị", admin_role)]
    people += [(name, first, last, security.find_role(ROLE_OF_STAFF[role])) for name, first, last, role in PEOPLE]
    ids = {}
    for username, first, last, role in people:
        email = f"{username}@motcua.example"
        user = security.add_user(username, first, last, email, role, hashed_password=hashes[username].result())
        ids[username] = user.id
    return ids


def add_centre(
    motcua: Motcua,
    users: Mapping[str, int],
    *,
    always_open: bool,
    now: datetime,
    dossiers: int = DOSSIERS,
    visiting_days: int = VISITING_DAYS,
) -> str:
    """Put the sample centre, its procedures, dossiers and visitors in, all or nothing; return the kiosk's token."""
    with motcua.database.write() as session:
        load_holidays(session, HOLIDAYS)
        with PROCEDURES.open(encoding="utf-8-sig", newline="") as file:
            # The sample dossiers of the last weeks came in under these versions.
            import_procedures(session, file, effective_from=local_day(now - A_YEAR, motcua.settings.time_zone))
        commune = add_commune(
            session,
            add_province(session),
            code=COMMUNE,
            name=COMMUNE_NAME,
            identifier=IDENTIFIER,
            always_open=always_open,
            now=now,
        )
        place_people(session, commune.office, users)
        receivers = [users[name] for name, _, _, role in PEOPLE if role == StaffRole.RECEIVING_OFFICER]
        add_dossiers(
            session,
            commune.office,
            dossiers,
            receivers=receivers,
            officers=[users[name] for name, _, _, role in PEOPLE if role == StaffRole.CASE_OFFICER],
            qr_key=motcua.settings.qr_key,
            now=now,
        )
        add_visitors(
            session,
            commune.office,
            visiting_days,
            officers=receivers,
            qr_key=motcua.settings.qr_key,
            digits=motcua.settings.number_digits,
            now=now,
        )
        return commune.kiosk_token
