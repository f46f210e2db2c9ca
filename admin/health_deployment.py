"""How the deployment is: settings, add-ons, libraries, clock, the interpreter itself."""

from __future__ import annotations

import os
import stat
import sys
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from importlib.metadata import version
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from flask_appbuilder.security.sqla.models import PermissionView, Role, ViewMenu
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from motcua.admin.app import ADDON_MANAGERS
from motcua.admin.extension import EXTENSION
from motcua.admin.hardening import is_guessable
from motcua.admin.health import Check, judge
from motcua.admin.language import gettext
from motcua.admin.models import Ticket
from motcua.admin.permissions import MENU_PREFIX
from motcua.admin.weaknesses import weaknesses_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask

    from motcua.admin.extension import Motcua
    from motcua.admin.health import State

_CLOCK_SLACK = timedelta(minutes=2)


def deployment_checks(app: Flask) -> list[Check]:
    """Return how the deployment is, apart from its database."""
    found = [judge("add-ons", lambda: check_addons(app)), judge("secret key", lambda: check_secret_key(app))]
    found += list(check_configuration(app))
    found.append(judge("python", lambda: check_python(breaks_headers=header_bug())))
    motcua: Motcua | None = app.extensions.get(EXTENSION)
    if motcua is not None:
        found.append(judge("time", lambda: check_time(motcua)))
    return found


def check_addons(app: Flask) -> Check:
    """Tell whether all three packages are there: FAB swallows what goes wrong while they register."""
    present = getattr(getattr(app, "appbuilder", None), "addon_managers", {})
    missing = [path.split(".")[1] for path in ADDON_MANAGERS if path not in present]
    if missing:
        told = gettext("Not registered: {names}. See ADDON_MANAGERS, and the log of the start.")
        return Check("add-ons", "fail", told.format(names=", ".join(missing)))
    return Check("add-ons", "ok", gettext("admin, kiosk and scheduler are registered."))


def check_secret_key(app: Flask) -> Check:
    """Tell whether the key behind logins and tracking links can be guessed."""
    name = "secret key"
    if is_guessable(app.config.get("SECRET_KEY")):
        told = gettext("SECRET_KEY can be guessed. Take a new one: {command}")
        command = 'python -c "import secrets; print(secrets.token_urlsafe(48))"'
        return Check(name, "fail", told.format(command=command))
    return Check(name, "ok", gettext("SECRET_KEY is long enough."))


def check_configuration(app: Flask) -> Iterator[Check]:
    """Yield one line for each setting that is not as a public server needs it, or one line that all are."""
    found = [Check("configuration", state, said) for state, said in _findings(app)]
    yield from found or [Check("configuration", "ok", gettext("Nothing to object to."))]


def _findings(app: Flask) -> Iterator[tuple[State, str]]:
    for weakness in weaknesses_of(app.config):
        yield weakness.gravity(app.config), gettext(weakness.said)
    if int(version("marshmallow").split(".")[0]) > 3:  # noqa: PLR2004 - FAB 5.3 does not start its security API with 4
        yield "fail", gettext("marshmallow 4 is installed; Flask-AppBuilder needs 3.")
    readable = _readable_by_all(app.extensions.get(EXTENSION))
    if readable is not None:
        yield "warn", gettext("{file} can be read by every user of this machine: chmod 600.", file=readable)


def _readable_by_all(motcua: Motcua | None) -> Path | None:
    """Return the database file if strangers on the machine may read it; Windows has no such bits."""
    from pathlib import Path

    if motcua is None or not motcua.database.is_sqlite or os.name == "nt":
        return None
    file = Path(str(motcua.database.engine.url.database))
    return file if file.exists() and file.stat().st_mode & stat.S_IROTH else None


def check_python(*, breaks_headers: bool) -> Check:
    """Tell whether this interpreter lets a mail header break out of its line (CVE-2024-6923)."""
    number = ".".join(map(str, sys.version_info[:3]))
    if breaks_headers:
        told = gettext("Python {number} lets text break out of a mail header; ours are guarded, but please update.")
        return Check("python", "warn", told.format(number=number))
    return Check("python", "ok", gettext("Python {number}.", number=number))


def header_bug() -> bool:
    """Try it out rather than trust version numbers: distributions patch without changing them."""
    message = EmailMessage(policy=SMTP)
    message["Subject"] = "=?utf-8?q?a=0ABcc:_b?="
    return b"\nBcc:" in message.as_bytes()


def check_public_role(motcua: Motcua, role: str) -> Check:
    """Tell whether who has no login opens a screen of ours: FAB lets everybody do what this role may."""
    name = "public role"
    opened = (
        select(ViewMenu.name)
        .join(PermissionView, PermissionView.view_menu_id == ViewMenu.id)
        .where(PermissionView.role.any(Role.name == role), ViewMenu.name.startswith(MENU_PREFIX))
        .distinct()
        .order_by(ViewMenu.name)
    )
    with motcua.database.read() as session:
        screens = session.scalars(opened).all()
    if screens:
        told = gettext("Role {name} may open {screens} without a login. Take these permissions from it.")
        return Check(name, "fail", told.format(name=role, screens=", ".join(screens)))
    return Check(name, "ok", gettext("Nobody opens our screens without a login."))


def check_time(motcua: Motcua) -> Check:
    """Tell whether the machine's clock can be right."""
    name = "time"
    now = motcua.clock()
    zone = motcua.settings.time_zone
    newest = _newest_moment(motcua)
    if newest is not None and newest - now > _CLOCK_SLACK:
        told = gettext("The clock says {now}, but the record already holds {newest}: it was set back, or is wrong.")
        moments = {"now": _local(now, zone), "newest": _local(newest, zone)}
        return Check(name, "fail", told.format(**moments))
    return Check(name, "ok", gettext("{now} in {zone}.", now=_local(now, zone), zone=zone))


def _newest_moment(motcua: Motcua) -> datetime | None:
    """Return the latest of what the record and the database server say about the time, if they can be asked."""
    moments: list[datetime] = []
    try:
        with motcua.database.read() as session:
            moments += session.scalars(select(Ticket.issued_at).order_by(Ticket.id.desc()).limit(1)).all()
            if not motcua.database.is_sqlite:
                moments.append(session.execute(text("SELECT now()")).scalar_one().astimezone(UTC))
    except DBAPIError:
        return None  # that the record is away is said in its own line
    return max(moments, default=None)


def _local(moment: datetime, zone: str) -> str:
    return f"{moment.astimezone(ZoneInfo(zone)):%d/%m/%Y %H:%M}"
