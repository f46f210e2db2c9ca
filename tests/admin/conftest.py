"""The centre of the tests, with people in the line and officers at the counters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.admin.desk import Desk, bearer, give_roles
from tests.admin.hall import Hall
from tests.admin.two_offices import TwoOffices, build_two_offices
from tests.town import NINE, build_town

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from motcua.admin.extension import Motcua
    from tests.browsing import Moment


@pytest.fixture
def hall(session: Session, motcua: Motcua) -> Hall:
    """Return the centre of Châu Ninh, its line empty."""
    return Hall(motcua, build_town(session))


@pytest.fixture
def open_hall(app: Flask, session: Session, hall: Hall, monkeypatch: pytest.MonkeyPatch) -> Hall:
    """Return the centre at nine o'clock, its people with their roles on the platform."""
    monkeypatch.setattr(hall.motcua, "clock", lambda: NINE)
    give_roles(app, session, hall.town)
    return hall


@pytest.fixture
def lan(client: FlaskClient, open_hall: Hall) -> Desk:
    """Return Lan's program at counter 1."""
    return Desk(client, open_hall.town.counter1.id, bearer(client, "lan"))


@pytest.fixture
def two(app: Flask, session: Session, moment: Moment) -> TwoOffices:
    """Return the province with its two communes, at nine o'clock."""
    assert moment.now == NINE
    return build_two_offices(app, session)
