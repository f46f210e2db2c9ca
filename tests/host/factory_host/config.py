"""The host's configuration, with the lines that docs/first-office.md asks for."""

import os
from pathlib import Path

SECRET_KEY = "the host has a secret of its own, and a long one"
SQLALCHEMY_DATABASE_URI = os.environ["HOST_DATABASE"]
APP_NAME = "Portal"
BABEL_DEFAULT_LOCALE = "en"
LANGUAGES = {"en": {"flag": "gb", "name": "English"}, "vi": {"flag": "vn", "name": "Tiếng Việt"}}
SESSION_COOKIE_PATH = "/portal"

ADDON_MANAGERS = [
    "motcua.admin.manager.AdminManager",
    "motcua.kiosk.manager.KioskManager",
    "motcua.scheduler.manager.SchedulerManager",
]
MOTCUA_PUBLIC_URL = "https://host.example/portal"
MOTCUA_PRINTER_DIR = str(Path(__file__).parent / "printer")
MOTCUA_MAIL_DIR = str(Path(__file__).parent / "mail")
