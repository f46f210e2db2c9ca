"""Dossier codes (mã hồ sơ): {identifier}-{yymmdd}-{nnnn}, counted per office and day, never reused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import exists, select, update
from sqlalchemy.dialects import postgresql, sqlite

from motcua.admin.errors import IdentifierMissingError
from motcua.admin.models import Dossier, DossierCodeCounter, Office

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session


def next_code(session: Session, office: Office, day: date) -> str:
    """Take the office's next code of a day; its row stays locked until the commit, so no number is lost or doubled.

    A code that a dossier has already, brought in from elsewhere or given by an
    office of the same identifier, is passed over. From 10,000 on the number
    grows wider; it never wraps. Raises IdentifierMissingError for an office
    the province has given no identifier.
    """
    identifier = (office.identifier or "").strip()
    if not identifier:
        raise IdentifierMissingError(office=office.name)
    # Offices that were merged may keep one identifier: they give codes in turn. Their rows may still be referred to.
    namesakes = select(Office.id).where(Office.identifier == office.identifier).order_by(Office.id)
    session.execute(namesakes.with_for_update(key_share=True)).all()
    while True:
        code = f"{identifier}-{day:%y%m%d}-{_take_number(session, office.id, day):04d}"
        if not session.scalar(select(exists().where(Dossier.code == code))):
            return code


def _take_number(session: Session, office_id: int, day: date) -> int:
    take = (
        update(DossierCodeCounter)
        .where(DossierCodeCounter.office_id == office_id, DossierCodeCounter.day == day)
        .values(last_number=DossierCodeCounter.last_number + 1)
        .returning(DossierCodeCounter.last_number)
        .execution_options(synchronize_session=False)
    )
    number = session.execute(take).scalar()
    if number is None:
        dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
        first = dialect.insert(DossierCodeCounter).on_conflict_do_nothing()
        session.execute(first, {"office_id": office_id, "day": day, "last_number": 0})
        number = session.execute(take).scalar_one()
    return int(number)
