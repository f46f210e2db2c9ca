"""AdminManager: checks the settings, shares the database, registers views and menu."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app
from flask_appbuilder.basemanager import BaseManager

from motcua.admin.actors import current_actor
from motcua.admin.api.counter import CounterApi
from motcua.admin.api.intake import IntakeApi
from motcua.admin.api.integrations import IntegrationApi
from motcua.admin.api.openapi import OpenApiDocument
from motcua.admin.audited_requests import follow_requests
from motcua.admin.clock import WatchedClock
from motcua.admin.database import Database
from motcua.admin.extension import EXTENSION, Motcua
from motcua.admin.health_clock import check_clock
from motcua.admin.health_record import check_audit
from motcua.admin.logins import end_logins
from motcua.admin.platform_words import speak_vietnamese
from motcua.admin.settings import read_settings
from motcua.admin.trail import Trail
from motcua.admin.views import register_views
from motcua.admin.views.doors import check_doors

if TYPE_CHECKING:
    from flask_appbuilder import AppBuilder


class AdminManager(BaseManager):
    """The record, as a Flask-AppBuilder add-on."""

    def __init__(self, appbuilder: AppBuilder) -> None:
        # FAB swallows what goes wrong in register_views; a nonsense setting must stop the start here.
        super().__init__(appbuilder)
        settings = read_settings(current_app.config)
        check_doors(settings, appbuilder.sm)
        database = Database(appbuilder.session.get_bind().engine.url, patience_seconds=settings.write_patience_seconds)
        motcua = Motcua(settings=settings, database=database, clock=WatchedClock())
        motcua.database.trail = Trail(clock=lambda: motcua.clock(), actor=current_actor)  # noqa: PLW0108 - may be exchanged
        motcua.database.trail.follow(appbuilder.session, grown_role=appbuilder.sm.auth_role_admin)
        follow_requests(current_app._get_current_object())  # type: ignore[attr-defined]  # noqa: SLF001 - Flask's documented way
        motcua.probes["audit"] = lambda: check_audit(motcua)
        motcua.checks["clock"] = lambda: check_clock(motcua)
        current_app.extensions[EXTENSION] = motcua
        if settings.staff_sessions:
            app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - Flask's documented way
            end_logins(app, appbuilder)
        if settings.fab_vietnamese:
            speak_vietnamese(current_app, appbuilder)

    def register_views(self) -> None:
        """Add our screens to the host's menu."""
        self.appbuilder.add_api(CounterApi)
        self.appbuilder.add_api(IntakeApi)
        self.appbuilder.add_api(IntegrationApi)
        self.appbuilder.add_api(OpenApiDocument)
        register_views(self.appbuilder)
