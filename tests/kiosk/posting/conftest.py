"""An office, with the real list of procedures posted there or with nothing, and who looks at it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from motcua.admin.domain.csv_rows import decoded_lines
from motcua.admin.domain.procedure_import import import_procedures
from motcua.admin.models import Office
from motcua.admin.sample.centre import PROCEDURES
from tests.town import NINE, add_office

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from motcua.admin.extension import Motcua


@pytest.fixture
def office(session: Session, motcua: Motcua, monkeypatch: pytest.MonkeyPatch) -> Office:
    """Return the only office there is, on an ordinary Wednesday."""
    monkeypatch.setattr(motcua, "clock", lambda: NINE)
    office = add_office(session)
    office.address, office.suggestion_box = "Thôn Trung", "gopy@chauninh.test"
    session.commit()
    return office


@pytest.fixture
def posted(session: Session, office: Office) -> Office:
    """Post the real list there."""
    with PROCEDURES.open("rb") as file:
        import_procedures(session, decoded_lines(file.read()), effective_from=date(2026, 1, 1))
    session.commit()
    return office


@pytest.fixture
def visitor(client: FlaskClient, office: Office) -> FlaskClient:
    """Return somebody who looks at an office that has posted nothing yet."""
    assert office.is_active
    return client


@pytest.fixture
def reader(client: FlaskClient, posted: Office) -> FlaskClient:
    """Return somebody who looks at the real list."""
    assert posted.is_active
    return client
