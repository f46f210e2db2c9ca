"""Set an office up, as its administrator would on the screens; say its kiosk's token, then start the host."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

from run import app, serve

from motcua.admin.extension import current_motcua
from motcua.admin.sample.office import add_commune, add_province

with app.app_context(), current_motcua().database.write() as session:
    place = {"code": "host", "name": "Host", "identifier": "H99.01", "always_open": True}
    token = add_commune(session, add_province(session), now=datetime.now(UTC), **place).kiosk_token
sys.stdout.write(f"{token}\n")
sys.stdout.flush()
serve(int(sys.argv[1]))
