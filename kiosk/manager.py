"""KioskManager: registers the citizen's side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app, request
from flask_appbuilder.basemanager import BaseManager

from motcua.admin.extension import current_motcua
from motcua.kiosk.api import KioskApi
from motcua.kiosk.board import BoardApi, hall
from motcua.kiosk.documents import describe_tracking
from motcua.kiosk.printing.checks import check_printing, probe_printers
from motcua.kiosk.printing.loop import printing, ways_of
from motcua.kiosk.procedures import procedures
from motcua.kiosk.settings import EXTENSION, read_kiosk_settings
from motcua.kiosk.tracking_details import tracking
from motcua.kiosk.views import touch

if TYPE_CHECKING:
    from flask_appbuilder import AppBuilder


class KioskManager(BaseManager):
    """The paper, as a Flask-AppBuilder add-on."""

    def __init__(self, appbuilder: AppBuilder) -> None:
        # FAB swallows what goes wrong in register_views; a nonsense setting must stop the start here.
        super().__init__(appbuilder)
        settings = read_kiosk_settings(current_app.config)
        current_app.extensions[EXTENSION] = settings
        motcua = current_motcua()
        motcua.documents.append(describe_tracking)
        motcua.background["printing"] = printing
        motcua.checks["printer"] = lambda: check_printing(motcua)
        motcua.probes["printers"] = lambda: probe_printers(motcua, ways_of(settings.printing))

    def register_views(self) -> None:
        """Add the kiosk's addresses."""
        current_app.register_blueprint(touch)
        # The kiosk's own guard header takes the place of a form's token: its page has no session. A phone's has none
        # either, and only shows.
        if "csrf" in current_app.extensions:
            current_app.extensions["csrf"].exempt(touch)
            current_app.extensions["csrf"].exempt(tracking)
        current_app.register_blueprint(hall)
        current_app.register_blueprint(tracking)
        current_app.register_blueprint(procedures)
        self.appbuilder.add_api(KioskApi)
        self.appbuilder.add_api(BoardApi)
        # The kiosks of a hall share one address, and must not use up each other's requests: they have tokens.
        self.appbuilder.sm.limiter.request_filter(lambda: request.blueprint == KioskApi.__name__)
