"""Add a sample commune to the host's database, and print its kiosk's token."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

from app import app

from motcua.admin.extension import EXTENSION
from motcua.admin.sample.office import add_commune, add_province

with app.extensions[EXTENSION].database.write() as session:
    commune = add_commune(
        session,
        add_province(session),
        code="host",
        name="Host",
        identifier="H99.01",
        always_open=True,
        now=datetime.now(UTC),
    )
    sys.stdout.write("\n" + commune.kiosk_token)
