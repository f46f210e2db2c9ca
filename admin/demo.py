"""A complete centre to try in seconds: one command, one folder, nothing left elsewhere."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import threading
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from sqlalchemy import select
from werkzeug.security import generate_password_hash

from motcua.admin.app import CONFIG_ENVIRONMENT, create_app
from motcua.admin.clock import local_day
from motcua.admin.domain.calendar import load_holidays
from motcua.admin.domain.procedure_import import import_procedures
from motcua.admin.enums import StaffRole
from motcua.admin.extension import EXTENSION, Motcua
from motcua.admin.models import Office
from motcua.admin.permissions import ROLE_OF_STAFF, sync_roles
from motcua.admin.processes import Background, web_server
from motcua.admin.sample.dossiers import add_dossiers
from motcua.admin.sample.office import PEOPLE, add_commune, add_province, place_people
from motcua.admin.schema import upgrade

if TYPE_CHECKING:
    from collections.abc import Mapping
    from concurrent.futures import Future
    from datetime import datetime

    from flask import Flask

DOSSIERS = 320
A_YEAR = timedelta(days=365)
WEB_THREADS = 16
READY_SECONDS = 60
COMMUNE = "binh-minh"
COMMUNE_NAME = "Trung tâm Phục vụ hành chính công xã Bình Minh"
# Made up: only the province gives real identifiers.
IDENTIFIER = "H99.01"
_EVERYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104 - recognised, not listened on
_ELSEWHERE = ("192.0.2.1", 9)  # a documentation address (RFC 5737)
_SAMPLE = Path(__file__).parent / "sample"
PROCEDURES = _SAMPLE / "procedures.csv"
HOLIDAYS = _SAMPLE / "holidays_2026.csv"
_OUR_FILES = (
    "config.py",
    "secrets.json",
    "demo.json",
    "motcua.db",
    "motcua.db-wal",
    "motcua.db-shm",
    "printer",
    "mail",
)
_CONFIG = '''"""Configuration of this trial, written by `motcua demo`. Its secrets were made up for it alone."""

SECRET_KEY = {secret!r}
SQLALCHEMY_DATABASE_URI = {database!r}
MOTCUA_PUBLIC_URL = {url!r}
MOTCUA_PRINTER_DIR = {printer_dir!r}
MOTCUA_MAIL_DIR = {mail_dir!r}
FAB_UPDATE_PERMS = False
'''


@dataclass(frozen=True)
class DemoPlaces:
    """Where a trial keeps its things."""

    folder: Path

    @property
    def config(self) -> Path:
        """The configuration of the trial."""
        return self.folder / "config.py"

    @property
    def summary(self) -> Path:
        """Addresses and accounts, for people and scripts."""
        return self.folder / "demo.json"

    @property
    def secrets(self) -> Path:
        """Key, passwords and tokens of the trial."""
        return self.folder / "secrets.json"

    @property
    def database(self) -> str:
        """The address of the trial's database."""
        return f"sqlite:///{self.folder / 'motcua.db'}"


def run_demo(*, host: str, port: int, folder: Path, reset: bool, always_open: bool) -> None:
    """Prepare the trial if needed, then run web server, print worker and scheduler until stopped."""
    places = DemoPlaces(folder.resolve())
    if reset:
        _remove(places)
    places.folder.mkdir(parents=True, exist_ok=True)
    places.summary.unlink(missing_ok=True)
    url = f"http://{_reachable(host)}:{port}"
    secrets_kept = _secrets(places)
    _write_private(places.config, _config_text(places, url, secrets_kept["secret_key"]))
    os.environ[CONFIG_ENVIRONMENT] = str(places.config)
    hashes = {} if places.secrets.exists() else _hash_aside(secrets_kept["passwords"])
    app = create_app({"FAB_UPDATE_PERMS": True})
    with app.app_context():
        _fill(app, secrets_kept, hashes, always_open=always_open)
    _write_private(places.secrets, json.dumps(secrets_kept, indent=2))
    background = Background(app)
    background.start()
    threading.Thread(target=_announce, args=(places, _summary(places, url, secrets_kept)), daemon=True).start()
    try:
        web_server(places.config, host=host, port=port, processes=1, threads=WEB_THREADS, is_quiet=True).serve()
    finally:
        background.stop()


def _reachable(host: str) -> str:
    """Return the address a phone in the hall can open when the server listens on every one."""
    if host not in _EVERYWHERE:
        return host
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_ELSEWHERE)  # nothing is sent: the system only chooses the way
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"


def _remove(places: DemoPlaces) -> None:
    """Remove what earlier trials left in the folder, and nothing else."""
    for name in _OUR_FILES:
        path = places.folder / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _secrets(places: DemoPlaces) -> dict[str, Any]:
    """Return the trial's key and passwords: those of the last start, or new ones."""
    if places.secrets.exists():
        kept: dict[str, Any] = json.loads(places.secrets.read_text("utf-8"))
        return kept
    usernames = ["admin", *(username for username, *_ in PEOPLE)]
    return {
        "secret_key": secrets.token_urlsafe(48),
        "passwords": {username: secrets.token_urlsafe(9) for username in usernames},
        "kiosk_token": None,
    }


def _hash_aside(passwords: Mapping[str, str]) -> dict[str, Future[str]]:
    """Begin to hash the passwords of a new trial: slow by design, and so done while the app is built."""
    aside = ThreadPoolExecutor(1)
    hashes = {username: aside.submit(generate_password_hash, word) for username, word in passwords.items()}
    aside.shutdown(wait=False)
    return hashes


def _config_text(places: DemoPlaces, url: str, secret_key: str) -> str:
    return _CONFIG.format(
        secret=secret_key,
        database=places.database,
        url=url,
        printer_dir=str(places.folder / "printer"),
        mail_dir=str(places.folder / "mail"),
    )


def _write_private(path: Path, text: str) -> None:
    """Write a file only its owner may read."""
    path.touch(mode=0o600)
    path.write_text(text, "utf-8")


def _fill(app: Flask, kept: dict[str, Any], hashes: Mapping[str, Future[str]], *, always_open: bool) -> None:
    """Bring schema and roles up to date; on the first start put the sample centre in."""
    motcua: Motcua = app.extensions[EXTENSION]
    upgrade(motcua.database.engine)
    sync_roles(app.appbuilder)  # type: ignore[attr-defined]
    with motcua.database.read() as session:
        office = session.scalar(select(Office).where(Office.code == COMMUNE))
    if office is not None:
        with motcua.database.write() as session:
            session.get_one(Office, office.id).always_open = always_open
        return
    users = _add_users(app, kept["passwords"], hashes)
    kept["kiosk_token"] = _add_sample(motcua, users, always_open=always_open, now=motcua.clock())


def _add_users(app: Flask, passwords: Mapping[str, str], hashes: Mapping[str, Future[str]]) -> dict[str, int]:
    """Add the people of the sample to the platform and return their ids."""
    security = app.appbuilder.sm  # type: ignore[attr-defined]
    admin_role = security.find_role(security.auth_role_admin)
    people = [("admin", "hệ thống", "Quản trị", admin_role)]
    people += [(name, first, last, security.find_role(ROLE_OF_STAFF[role])) for name, first, last, role in PEOPLE]
    ids = {}
    for username, first, last, role in people:
        # Without a hash FAB makes one of the password.
        hashed = hashes[username].result() if username in hashes else ""
        email = f"{username}@motcua.example"
        user = security.add_user(username, first, last, email, role, passwords[username], hashed)
        ids[username] = user.id
    return ids


def _add_sample(motcua: Motcua, users: dict[str, int], *, always_open: bool, now: datetime) -> str:
    """Put the sample centre, its procedures and its dossiers in, all or nothing; return the kiosk's token."""
    with motcua.database.write() as session:
        load_holidays(session, HOLIDAYS)
        with PROCEDURES.open(encoding="utf-8-sig", newline="") as file:
            # The sample dossiers of the last weeks came in under these versions.
            import_procedures(session, file, effective_from=local_day(now - A_YEAR, motcua.settings.time_zone))
        commune = add_commune(
            session,
            add_province(session),
            code=COMMUNE,
            name=COMMUNE_NAME,
            identifier=IDENTIFIER,
            always_open=always_open,
            now=now,
        )
        place_people(session, commune.office, users)
        add_dossiers(
            session,
            commune.office,
            DOSSIERS,
            receivers=[users[name] for name, _, _, role in PEOPLE if role == StaffRole.RECEIVING_OFFICER],
            officers=[users[name] for name, _, _, role in PEOPLE if role == StaffRole.CASE_OFFICER],
            qr_key=motcua.settings.qr_key,
            now=now,
        )
        return commune.kiosk_token


def _summary(places: DemoPlaces, url: str, kept: dict[str, Any]) -> dict[str, Any]:
    passwords = kept["passwords"]
    token = kept["kiosk_token"]
    return {
        "url": url,
        "admin": {"username": "admin", "password": passwords["admin"]},
        "users": [
            {"username": username, "password": passwords[username], "role": role.value, "office": COMMUNE}
            for username, _, _, role in PEOPLE
        ],
        "kiosk": {"url": f"{url}/kiosk/", "token": token, "enrolment_url": f"{url}/kiosk/#{token}"},
        "board": {"url": f"{url}/kiosk/board/{COMMUNE}"},
        "counter": {"url": f"{url}/counter/"},
        "printer_dir": str(places.folder / "printer"),
        "mail_dir": str(places.folder / "mail"),
        "database": places.database,
    }


def _announce(places: DemoPlaces, summary: dict[str, Any]) -> None:
    """Once the server answers, say where everything is."""
    deadline = time.monotonic() + READY_SECONDS
    while not _answers(summary["url"]):
        if time.monotonic() > deadline:
            click.echo("Máy chủ web không trả lời. / The web server does not answer.", err=True)
            return
        time.sleep(0.05)
    _write_private(places.summary, json.dumps(summary, ensure_ascii=False, indent=2))
    click.echo(_greeting(summary, places))


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=1):  # noqa: S310 - our own address
            return True
    except OSError:
        return False


def _greeting(summary: dict[str, Any], places: DemoPlaces) -> str:
    people = [summary["admin"] | {"role": "admin"}, *summary["users"]]
    lines = [
        "",
        "Motcua sẵn sàng. / Motcua is ready.",
        f"  Ki-ốt  / kiosk        {summary['kiosk']['enrolment_url']}",
        f"  Quầy   / counter      {summary['counter']['url']}",
        f"  Bảng   / hall board   {summary['board']['url']}",
        f"  Thủ tục/ procedures   {summary['url']}/procedures/",
        f"  Quản trị / admin      {summary['url']}/",
        f"  Phiếu in / papers     {summary['printer_dir']}",
        f"  Thư    / mail         {summary['mail_dir']}",
        "",
        *(f"  {person['username']:<12} {person['password']:<14} {person['role']}" for person in people),
        "",
        f"  {places.summary} lists the same. Ctrl+C ends the trial; the data stay.",
    ]
    return "\n".join(lines)
