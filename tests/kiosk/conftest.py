"""A centre on a Wednesday at nine, and its kiosk."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from motcua.kiosk.auth import COOKIE
from tests.kiosk.taking import Kiosk
from tests.kiosk.touching import BROKEN, LISTEN, UPRIGHT, Record
from tests.town import NINE, Town, build_town

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient
    from playwright.sync_api import Browser, Page
    from sqlalchemy.orm import Session

    from motcua.admin.extension import Motcua
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


@pytest.fixture
def page(request: pytest.FixtureRequest, browser: Browser, address: str, town: Town) -> Iterator[Page]:
    """Return the screen of the kiosk in the hall, which takes fingers; nothing may go wrong behind it."""
    width, height = getattr(request, "param", UPRIGHT)
    context = browser.new_context(
        base_url=address, viewport={"width": width, "height": height}, locale="vi-VN", has_touch=True
    )
    context.add_cookies([{"name": COOKIE, "value": town.kiosk_token, "url": address}])
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: None if said.text.startswith(BROKEN) else faults.append(said.text))
    page.add_init_script(LISTEN)
    page.clock.install(time=datetime(2026, 12, 2, 2, 0, tzinfo=UTC))
    yield page
    context.close()
    assert faults == []


@pytest.fixture
def record(motcua: Motcua, monkeypatch: pytest.MonkeyPatch) -> Record:
    return Record(motcua, monkeypatch)
