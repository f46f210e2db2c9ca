"""Say what is there: run by the host's Python, in the host's folder, with or without the add-on.

``probe.py readers`` first adds rows and people of the host's; ``probe.py centre`` first adds a sample commune of ours,
has the doctor look, and takes a number; ``probe.py cleanup`` first removes permissions that nobody uses.
"""

from __future__ import annotations

import json
import re
import sys
import threading
import urllib.request
import uuid
from datetime import UTC, datetime
from importlib.metadata import entry_points
from typing import Any

import sqlalchemy as sa
from app import app, appbuilder, db
from app.models import Loan, Ticket
from click.testing import CliRunner
from flask.cli import ScriptInfo
from flask.testing import FlaskClient
from werkzeug.serving import make_server

import admin
import config
import scheduler

PEOPLE = {"thuthu": "Librarian", "quanly": "Admin"}
PASSWORD = "only for tests 123"
#: What is new in every answer: a form's token.
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


def add_readers() -> None:
    """Let the host have somebody to lose."""
    db.session.add(Ticket(number="A001"))
    db.session.add(Loan(title="Truyện Kiều"))
    db.session.commit()
    for name, role in PEOPLE.items():
        security = appbuilder.sm
        assert security.add_user(name, name, name, f"{name}@host.example", security.find_role(role), PASSWORD)


def add_centre() -> str:
    """Add a sample commune; return its kiosk's token."""
    from motcua.admin.extension import current_motcua
    from motcua.admin.sample.office import add_commune, add_province

    place = {"code": "host", "name": "Host", "identifier": "H99.01", "always_open": True}
    with current_motcua().database.write() as session:
        return add_commune(session, add_province(session), now=datetime.now(UTC), **place).kiosk_token


def take_number(token: str) -> dict[str, Any]:
    """Take a number from the host's server, as a kiosk does."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    headers["Idempotency-Key"] = str(uuid.uuid4())
    asked = urllib.request.Request(
        f"http://127.0.0.1:{server.port}/api/v1/kiosk/tickets", b'{"service": "ho-tich"}', headers
    )
    with urllib.request.urlopen(asked, timeout=10) as answer:  # noqa: S310
        ticket: dict[str, Any] = json.loads(answer.read()) | {"status": answer.status}
    server.shutdown()
    return ticket


def call_doctor() -> dict[str, Any]:
    """Run what ``flask motcua doctor`` runs."""
    (command,) = entry_points(group="flask.commands", name="motcua")
    done = CliRunner().invoke(command.load(), ["doctor"], obj=ScriptInfo(create_app=lambda: app))
    return {"exit": done.exit_code, "said": done.output}


def tables() -> dict[str, int]:
    """Return every table of the host and its platform with its number of rows; not ours, not the permissions."""
    changing = {"ab_permission", "ab_view_menu", "ab_permission_view", "ab_permission_view_role", "ab_role"}
    return {
        name: db.session.execute(sa.text(f'SELECT count(*) FROM "{name}"')).scalar_one()  # noqa: S608 - table names
        for name in sorted(set(names(ours=False)) - changing)
    }


def names(*, ours: bool) -> list[str]:
    """Return the tables that are ours, or all others."""
    return sorted(name for name in sa.inspect(db.engine).get_table_names() if name.startswith("motcua_") == ours)


def schema() -> dict[str, list[str]]:
    """Return columns, indexes and foreign keys of the host's tables and its platform's."""
    found = sa.inspect(db.engine)
    return {
        name: sorted(
            [f"{column['name']} {column['type']} {column['nullable']}" for column in found.get_columns(name)]
            + [f"index {index['name']}" for index in found.get_indexes(name)]
            + [f"key {key['constrained_columns']} {key['referred_table']}" for key in found.get_foreign_keys(name)]
        )
        for name in names(ours=False)
    }


def permissions() -> dict[str, list[str]]:
    """Return what the host's own roles may do."""
    return {
        role.name: sorted(str(permission) for permission in role.permissions)
        for role in appbuilder.sm.get_all_roles()
        if role.name in {"Librarian", "Public"}
    }


def browser_of(person: str | None, language: str) -> FlaskClient:
    """Return the browser of a person who has chosen a language, or of nobody."""
    client = app.test_client()
    client.get(f"/lang/{language}")
    if person:
        token = TOKEN.search(client.get("/login/").text)
        form = {"username": person, "password": PASSWORD, "csrf_token": token[1] if token else ""}
        assert client.post("/login/", data=form).status_code == 302
    return client


def pages(person: str | None, language: str, *paths: str) -> dict[str, Any]:
    """Ask for pages as a person; lines are as long as they like to be."""
    client = browser_of(person, language)
    answers = {path: client.get(path) for path in paths}
    return {
        path: [answer.status_code, " ".join(TOKEN.sub("", answer.text).split())] for path, answer in answers.items()
    }


def main() -> None:
    """Print everything as one line of JSON."""
    app.config["PROPAGATE_EXCEPTIONS"] = False
    wishes = sys.argv[1:]
    with app.app_context():
        if "readers" in wishes:
            add_readers()
        if "cleanup" in wishes:
            appbuilder.security_cleanup()
        found = {
            "admin": admin.WHOSE,
            "scheduler": scheduler.WHOSE,
            "config": config.WHOSE,
            "tables": tables(),
            "schema": schema(),
            "screens": sorted(screen.name for screen in appbuilder.sm.get_all_view_menu()),
            "permissions": permissions(),
            "addons": sorted(appbuilder.addon_managers),
            "ours": names(ours=True),
            "menu": sorted(item.name for item in appbuilder.menu.get_list()),
            "translations": app.config["BABEL_TRANSLATION_DIRECTORIES"],
        }
    found["nobody"] = pages(None, "en", "/", "/nowhere", "/stumble/", "/login/")
    found["librarian"] = pages("thuthu", "pt", "/", "/loanmodelview/list/", "/shelves/", "/users/userinfo/")
    if "centre" in wishes:
        with app.app_context():
            token = add_centre()
        found |= {"ticket": take_number(token), "doctor": call_doctor()}
        found["stranger"] = pages("thuthu", "pt", "/motcua/dossiers/list/")
        found["manager"] = pages("quanly", "en", "/motcua/dossiers/list/")
    sys.stdout.write("\n" + json.dumps(found))


if __name__ == "__main__":
    main()
