"""Say what is there: run by the host's Python, in the host's folder, with or without the add-on.

``probe.py readers`` first adds rows of the host's; ``probe.py centre`` first adds a sample commune of ours.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from app import app, appbuilder, db
from app.models import Loan, Ticket

import admin
import config
import scheduler


def add_readers() -> None:
    """Let the host have somebody to lose."""
    db.session.add(Ticket(number="A001"))
    db.session.add(Loan(title="Truyện Kiều"))
    db.session.commit()


def add_centre() -> str:
    """Add a sample commune; return its kiosk's token."""
    from motcua.admin.extension import current_motcua
    from motcua.admin.sample.office import add_commune, add_province

    place = {"code": "host", "name": "Host", "identifier": "H99.01", "always_open": True}
    with current_motcua().database.write() as session:
        return add_commune(session, add_province(session), now=datetime.now(UTC), **place).kiosk_token


def tables() -> dict[str, int]:
    """Return every table of the host and its platform with its number of rows; not ours, not the permissions."""
    names = [name for name in sa.inspect(db.engine).get_table_names() if not name.startswith("motcua_")]
    changing = {"ab_permission", "ab_view_menu", "ab_permission_view", "ab_permission_view_role", "ab_role"}
    return {
        name: db.session.execute(sa.text(f'SELECT count(*) FROM "{name}"')).scalar_one()  # noqa: S608 - table names
        for name in sorted(set(names) - changing)
    }


def permissions() -> dict[str, list[str]]:
    """Return what the host's own roles may do."""
    return {
        role.name: sorted(str(permission) for permission in role.permissions)
        for role in appbuilder.sm.get_all_roles()
        if role.name in {"Librarian", "Public"}
    }


def pages() -> dict[str, Any]:
    """Ask for the host's pages, signed in as its administrator and as nobody."""
    client = app.test_client()
    return {
        path: [client.get(path).status_code, client.get(path).get_data(as_text=True)]
        for path in ("/", "/nowhere", "/stumble/")
    }


def main() -> None:
    """Print everything as one line of JSON."""
    app.config["PROPAGATE_EXCEPTIONS"] = False
    wishes = sys.argv[1:]
    with app.app_context():
        if "readers" in wishes:
            add_readers()
        found = {
            "token": add_centre() if "centre" in wishes else None,
            "admin": admin.WHOSE,
            "scheduler": scheduler.WHOSE,
            "config": config.WHOSE,
            "admin file": admin.__file__,
            "tables": tables(),
            "permissions": permissions(),
            "addons": sorted(appbuilder.addon_managers),
            "ours": sorted(name for name in sa.inspect(db.engine).get_table_names() if name.startswith("motcua_")),
            "menu": sorted(item.name for item in appbuilder.menu.get_list()),
        }
        found |= {"pages": pages()}
    sys.stdout.write("\n" + json.dumps(found))


if __name__ == "__main__":
    main()
