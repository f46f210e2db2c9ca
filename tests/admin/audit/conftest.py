"""Two offices with a row of every kind, and what the trail says since the last look."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from motcua.admin.models import AuditEntry
from tests.admin.two_offices import TwoOffices, build_two_offices
from tests.host.authorization import prepare

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from motcua.admin.database import Database
    from tests.browsing import Moment


@dataclass
class Scene:
    """The province, its people's browsers, and how far the trail was read."""

    app: Flask
    two: TwoOffices
    database: Database
    moment: Moment
    browsers: dict[str, FlaskClient] = field(default_factory=dict)
    read_to: int = 0

    def browser(self, person: str) -> FlaskClient:
        """Return the browser of somebody who is logged in, always the same."""
        if person not in self.browsers:
            self.browsers[person] = self.two.browser(self.app, person)
        return self.browsers[person]

    def news(self) -> Sequence[AuditEntry]:
        """Return the rows since the last look."""
        with self.database.read() as session:
            rows = session.scalars(
                sa.select(AuditEntry).where(AuditEntry.id > self.read_to).order_by(AuditEntry.id)
            ).all()
        self.read_to = rows[-1].id if rows else self.read_to
        return rows


@pytest.fixture
def scene(app: Flask, session: Session, database: Database, moment: Moment) -> Scene:
    two = build_two_offices(app, session)
    prepare(session, two)
    scene = Scene(app, two, database, moment)
    scene.news()
    return scene
