"""A centre on a Wednesday at nine, and its kiosk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.kiosk.taking import Kiosk
from tests.town import NINE, Town, build_town

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from tests.browsing import Moment


@pytest.fixture
def town(session: Session, moment: Moment) -> Town:
    """Return the centre of Châu Ninh, where it is nine on a Wednesday."""
    assert moment.now == NINE
    return build_town(session)


@pytest.fixture
def kiosk(client: FlaskClient, town: Town) -> Kiosk:
    """Return the kiosk of the hall."""
    return Kiosk(client, town.kiosk_token)
