"""SchedulerManager: checks the settings of the clock."""

from __future__ import annotations

from flask_appbuilder.basemanager import BaseManager


class SchedulerManager(BaseManager):
    """The clock, as a Flask-AppBuilder add-on."""
