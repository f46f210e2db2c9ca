"""SchedulerManager: checks the settings of the clock, and registers its loop and its checks."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from flask import current_app
from flask_appbuilder.basemanager import BaseManager

from motcua.admin.errors import SettingError
from motcua.admin.extension import EXTENSION as RECORD
from motcua.admin.extension import Motcua
from motcua.scheduler.checks import check_digest, check_mail, probe_mail
from motcua.scheduler.process import loop
from motcua.scheduler.settings import EXTENSION, read_scheduler_settings

if TYPE_CHECKING:
    from flask_appbuilder import AppBuilder


class SchedulerManager(BaseManager):
    """The clock, as a Flask-AppBuilder add-on. It has no screens."""

    def __init__(self, appbuilder: AppBuilder) -> None:
        # FAB swallows what goes wrong in register_views; a nonsense setting must stop the start here.
        super().__init__(appbuilder)
        app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - Flask's documented way
        settings = app.extensions[EXTENSION] = read_scheduler_settings(app.config)
        motcua: Motcua | None = app.extensions.get(RECORD)
        if motcua is None:
            raise SettingError("ADDON_MANAGERS: AdminManager must stand before SchedulerManager.")
        if settings.rings:
            motcua.background["clock"] = loop
        motcua.checks["mail"] = partial(check_mail, app)
        motcua.checks["digest"] = partial(check_digest, app)
        motcua.probes["mail way"] = partial(probe_mail, app)
