"""What a host counts by address must not turn visitors away: all kiosks of a hall share one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from motcua.admin.app import create_app
from motcua.admin.extension import EXTENSION
from tests.conftest import app_config
from tests.kiosk.taking import Kiosk

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browsing import Moment
    from tests.town import Town

LIMITED = {"RATELIMIT_DEFAULT": "2 per hour", "RATELIMIT_STORAGE_URI": "memory://"}


def test_a_host_with_limits_for_everybody_still_gives_every_number(
    backend: str, town: Town, moment: Moment, tmp_path: Path
) -> None:
    host = create_app(app_config(backend, tmp_path) | LIMITED)
    host.extensions[EXTENSION].clock = moment
    client = host.test_client()

    numbers = [Kiosk(client, town.kiosk_token).take().status_code for _ in range(5)]
    pages = [client.get("/procedures/").status_code for _ in range(3)]

    host.extensions[EXTENSION].database.engine.dispose()
    with host.app_context():
        host.extensions["sqlalchemy"].engine.dispose()
    assert numbers == [201] * 5
    assert pages == [200, 200, 429]
