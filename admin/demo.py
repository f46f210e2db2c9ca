"""A complete centre to try in seconds: one command, one folder, nothing left elsewhere."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import socket
import threading
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click
from sqlalchemy import select
from werkzeug.security import generate_password_hash

from motcua.admin.app import ADDON_MANAGERS, create_app
from motcua.admin.demo_folder import DemoPlaces, kept_or_new_secrets, make_ready, write_config, write_private
from motcua.admin.extension import EXTENSION, Motcua
from motcua.admin.models import Office
from motcua.admin.permissions import sync_roles
from motcua.admin.processes import Background
from motcua.admin.sample.centre import COMMUNE, add_centre, add_users
from motcua.admin.sample.office import PEOPLE
from motcua.admin.schema import upgrade
from motcua.admin.web_server import WebServer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from concurrent.futures import Future
    from multiprocessing.synchronize import Event
    from pathlib import Path

    from flask import Flask

WEB_THREADS = 16
READY_SECONDS = 60
LOOK_SECONDS = 0.05
_EVERYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104 - recognised, not listened on
_ELSEWHERE = ("192.0.2.1", 9)  # a documentation address (RFC 5737)


def run_demo(*, host: str, port: int, folder: Path, reset: bool, always_open: bool) -> None:
    """Prepare the trial if needed, then run web server, print worker and scheduler until stopped.

    Raises click.ClickException, and touches nothing, when the folder holds things that are no trial's.
    """
    places = DemoPlaces(folder.resolve())
    make_ready(places, reset=reset)
    url = f"http://{_reachable(host)}:{port}"
    kept = kept_or_new_secrets(places)
    write_config(places, url, kept["secret_key"])
    server = WebServer(places.config, host=host, port=port, processes=1, threads=WEB_THREADS, is_quiet=True)
    hashes = {} if places.secrets.exists() else _hash_aside(kept["passwords"])
    has_schema, is_stopped = multiprocessing.Event(), threading.Event()

    def run_beside() -> None:
        app = create_app({"FAB_UPDATE_PERMS": True})
        _bring_up_to_date(app)
        has_schema.set()
        _fill(app, places, kept, hashes, always_open=always_open)
        if is_stopped.is_set():
            return
        background = Background(app)
        background.start()
        _announce(places, _summary(places, url, kept), is_stopped)
        is_stopped.wait()
        background.stop()

    with ThreadPoolExecutor(1) as executor:
        beside = executor.submit(run_beside)
        beside.add_done_callback(_stop_if_failed)
        try:
            server.run(partial(_app_once_possible, has_schema))
        finally:
            is_stopped.set()
        beside.result()


def _stop_if_failed(beside: Future[None]) -> None:
    """End the web server, which would wait for a schema that does not come."""
    if beside.exception():
        os.kill(os.getpid(), signal.SIGINT)


def _app_once_possible(has_schema: Event) -> Flask:
    """Build the app in the web server's process, which reads the code while the database is still being made."""
    for manager in ADDON_MANAGERS:
        import_module(manager.rpartition(".")[0])
    has_schema.wait()
    return create_app()


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


def _bring_up_to_date(app: Flask) -> None:
    """Bring schema and roles to what this version knows."""
    with app.app_context():
        upgrade(app.extensions[EXTENSION].database.engine)
        sync_roles(app.appbuilder)  # type: ignore[attr-defined]


def _hash_aside(passwords: Mapping[str, str]) -> dict[str, Future[str]]:
    """Begin to hash the passwords of a trial: slow by design, and so done aside."""
    aside = ThreadPoolExecutor(1)
    hashes = {username: aside.submit(generate_password_hash, word) for username, word in passwords.items()}
    aside.shutdown(wait=False)
    return hashes


def _fill(
    app: Flask, places: DemoPlaces, kept: dict[str, Any], hashes: Mapping[str, Future[str]], *, always_open: bool
) -> None:
    """On the first start put the sample centre in and keep its secrets; later only say when it is open."""
    motcua: Motcua = app.extensions[EXTENSION]
    if places.secrets.exists():
        with motcua.database.write() as session:
            session.scalars(select(Office).where(Office.code == COMMUNE)).one().always_open = always_open
        return
    with app.app_context():
        users = add_users(app, hashes)
    kept["kiosk_token"] = add_centre(motcua, users, always_open=always_open, now=motcua.clock())
    write_private(places.secrets, json.dumps(kept, indent=2))


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


def _announce(places: DemoPlaces, summary: dict[str, Any], is_stopped: threading.Event) -> None:
    """Once the server answers, say where everything is."""
    deadline = time.monotonic() + READY_SECONDS
    while not _answers(summary["url"]):
        if time.monotonic() > deadline:
            click.echo("Máy chủ web không trả lời. / The web server does not answer.", err=True)
            return
        if is_stopped.wait(LOOK_SECONDS):
            return
    write_private(places.summary, json.dumps(summary, ensure_ascii=False, indent=2))
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
