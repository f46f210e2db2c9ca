"""The host's configuration; MOTCUA is set once the host has installed the add-on."""

import os

WHOSE = "the host's"
SECRET_KEY = "the host has a secret of its own, and a long one"
SQLALCHEMY_DATABASE_URI = os.environ["HOST_DATABASE"]
APP_NAME = "Host"
BABEL_DEFAULT_LOCALE = "en"
LANGUAGES = {"en": {"flag": "gb", "name": "English"}, "pt": {"flag": "pt", "name": "Português"}}
APP_THEME = "cerulean.css"
FAB_BASE_TEMPLATE = "library_frame.html"
FAB_ROLES = {
    "Librarian": [
        ["LoanModelView", "can_list"],
        ["LoanModelView", "can_show"],
        ["ShelvesView", "can_shelves"],
        ["Library", "menu_access"],
        ["Loans", "menu_access"],
        ["Shelves", "menu_access"],
    ]
}
ADDON_MANAGERS = ["shelves.manager.ShelvesManager"]

if "MOTCUA" in os.environ:
    ADDON_MANAGERS += [
        "motcua.admin.manager.AdminManager",
        "motcua.kiosk.manager.KioskManager",
        "motcua.scheduler.manager.SchedulerManager",
    ]
