"""A centre on a Wednesday at nine, and its kiosk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.kiosk.taking import Kiosk
from tests.town import NINE, Town, build_town

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from motcua.admin.extension import Motcua


@pytest.fixture
def town(session: Session, motcua: Motcua, monkeypatch: pytest.MonkeyPatch) -> Town:
    """Return the centre of Châu Ninh, where it is nine on a Wednesday."""
    monkeypatch.setattr(motcua, "clock", lambda: NINE)
    return build_town(session)


@pytest.fixture
def kiosk(client: FlaskClient, town: Town) -> Kiosk:
    """Return the kiosk of the hall."""
    return Kiosk(client, town.kiosk_token)
