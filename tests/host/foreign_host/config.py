"""The host's configuration; MOTCUA is set once the host has installed the add-on."""

import os

WHOSE = "the host's"
SECRET_KEY = "the host has a secret of its own, and a long one"
SQLALCHEMY_DATABASE_URI = os.environ["HOST_DATABASE"]
APP_NAME = "Host"
BABEL_DEFAULT_LOCALE = "en"
LANGUAGES = {"en": {"flag": "gb", "name": "English"}}
FAB_ROLES = {"Librarian": [["LoanModelView", "can_list"], ["LoanModelView", "can_show"]]}

if "MOTCUA" in os.environ:
    ADDON_MANAGERS = [
        "motcua.admin.manager.AdminManager",
        "motcua.kiosk.manager.KioskManager",
        "motcua.scheduler.manager.SchedulerManager",
    ]
