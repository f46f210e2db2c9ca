"""KioskManager: registers the citizen's side."""

from __future__ import annotations

from flask_appbuilder.basemanager import BaseManager


class KioskManager(BaseManager):
    """The paper, as a Flask-AppBuilder add-on."""
