"""The standalone deployment: one Flask app around the three add-ons."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask
from flask_appbuilder import AppBuilder
from flask_appbuilder.models.sqla.base import SQLA
from flask_wtf import CSRFProtect
from sqlalchemy import event

from motcua.admin.config_file import CONFIG_ENVIRONMENT
from motcua.admin.database import create_for_owner_alone, set_pragmas
from motcua.admin.hardening import HARDENED, SECURITY_MANAGER, check_secret_key, complete
from motcua.admin.headers import secure_headers
from motcua.admin.logs import write_events_on_lines
from motcua.admin.sessions import StaffSessions
from motcua.admin.views.answers import answer_everywhere
from motcua.admin.weaknesses import refuse_critical

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ADDON_MANAGERS = (
    "motcua.admin.manager.AdminManager",
    "motcua.kiosk.manager.KioskManager",
    "motcua.scheduler.manager.SchedulerManager",
)


class StandaloneApp(Flask):
    """Flask without its look, a dozen times a request, whether a view or a hook is a coroutine: none is."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function as it is."""
        return func


def create_app(config: Mapping[str, Any] | None = None) -> Flask:
    """Build the standalone app.

    ``config`` overrides the file that the environment variable MOTCUA_CONFIG
    names. Raises SettingError when a value makes no sense.
    """
    app = StandaloneApp("motcua.admin", static_folder=None, instance_path=str(Path.cwd()))
    write_events_on_lines()
    app.session_interface = StaffSessions()
    _configure(app, config or {})
    # A test says so itself, and not in the file of a deployment.
    _harden(app, is_test=bool((config or {}).get("TESTING")))
    db = SQLA()
    db.init_app(app)
    with app.app_context():
        _harden_sqlite(db)
        AppBuilder(app, db.session)
    return app


def _configure(app: Flask, config: Mapping[str, Any]) -> None:
    app.config.from_mapping(
        ADDON_MANAGERS=list(ADDON_MANAGERS),
        APP_NAME="Motcua",
        BABEL_DEFAULT_LOCALE="vi",
        LANGUAGES={"vi": {"flag": "vn", "name": "Tiếng Việt"}, "en": {"flag": "gb", "name": "English"}},
        FAB_BASE_TEMPLATE="motcua/admin/base.html",
        FAB_INDEX_VIEW="motcua.admin.views.index.MotcuaIndexView",
        # Lists of identifiers; a role's own screen shows what it may do.
        FAB_ADD_SECURITY_PERMISSION_VIEW=False,
        FAB_ADD_SECURITY_VIEW_MENU_VIEW=False,
        FAB_ADD_SECURITY_PERMISSION_VIEWS_VIEW=False,
        FAB_SECURITY_MANAGER_CLASS=SECURITY_MANAGER,
        MOTCUA_FAB_VIETNAMESE=True,
    )
    app.config.from_mapping(HARDENED)
    # Flask comes with values for these; nobody has chosen them, and they are to follow from the address.
    app.config.from_mapping(SESSION_COOKIE_NAME=None, SESSION_COOKIE_SECURE=None)
    if CONFIG_ENVIRONMENT in os.environ:
        app.config.from_envvar(CONFIG_ENVIRONMENT)
    app.config.from_mapping(config)


def _harden(app: Flask, *, is_test: bool) -> None:
    check_secret_key(app.config)
    app.config.from_mapping(complete(app.config))
    if not is_test:
        refuse_critical(app.config)
    # Before FAB registers anything: its APIs, which take no cookie, exempt themselves.
    CSRFProtect(app)
    if app.config["MOTCUA_SECURE_HEADERS"]:
        secure_headers(app, is_https=bool(app.config["SESSION_COOKIE_SECURE"]))
    answer_everywhere(app)


def _harden_sqlite(db: SQLA) -> None:
    create_for_owner_alone(db.engine.url)
    # FAB's own session writes to the same file; its connections get the same care.
    if db.engine.dialect.name == "sqlite":

        @event.listens_for(db.engine, "connect")
        def prepare(dbapi_connection: Any, _record: Any) -> None:
            set_pragmas(dbapi_connection)
