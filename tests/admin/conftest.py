"""The centre of the tests, with people in the line and officers at the counters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.admin.hall import Hall
from tests.town import build_town

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from motcua.admin.extension import Motcua


@pytest.fixture
def hall(session: Session, motcua: Motcua) -> Hall:
    """Return the centre of Châu Ninh, its line empty."""
    return Hall(motcua, build_town(session))
