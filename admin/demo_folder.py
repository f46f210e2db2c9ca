"""The folder of a trial: what it holds, and that nobody else's things are touched."""

from __future__ import annotations

import json
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from motcua.admin.sample.office import PEOPLE

#: The configuration last: as long as it is there, the rest is a trial's.
_OUR_FILES = (
    "secrets.json",
    "demo.json",
    "motcua.db",
    "motcua.db-wal",
    "motcua.db-shm",
    "printer",
    "mail",
    "config.py",
)
_CONFIG_HEAD = '"""Configuration of this trial, written by `motcua demo`.'
_CONFIG = (
    _CONFIG_HEAD
    + ''' Its secrets were made up for it alone."""

SECRET_KEY = {secret!r}
SQLALCHEMY_DATABASE_URI = {database!r}
MOTCUA_PUBLIC_URL = {url!r}
MOTCUA_PRINTER_DIR = {printer_dir!r}
MOTCUA_MAIL_DIR = {mail_dir!r}
FAB_UPDATE_PERMS = False
'''
)


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


def make_ready(places: DemoPlaces, *, reset: bool) -> None:
    """Make the folder ready for a start: empty of a trial that shall begin anew, or was interrupted in its making.

    Raises click.ClickException, and touches nothing, when the folder holds things that are no trial's.
    """
    if _holds_trial(places) and (reset or not places.secrets.exists()):  # they are written once all is whole
        _remove(places)
    places.folder.mkdir(parents=True, exist_ok=True)
    places.summary.unlink(missing_ok=True)


def _holds_trial(places: DemoPlaces) -> bool:
    """Tell whether the folder holds a trial; refuse one where somebody's own centre, or mail, may live."""
    if places.config.exists() and places.config.read_text("utf-8").startswith(_CONFIG_HEAD):
        return True
    taken = [name for name in _OUR_FILES if (places.folder / name).exists()]
    if taken:
        msg = (
            f"{places.folder}: {', '.join(taken)} không phải của bản dùng thử; hãy chọn thư mục khác bằng --data-dir."
            " / is no trial's: choose another folder with --data-dir."
        )
        raise click.ClickException(msg)
    return False


def _remove(places: DemoPlaces) -> None:
    """Remove what earlier trials left in the folder, and nothing else."""
    for name in _OUR_FILES:
        path = places.folder / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def kept_or_new_secrets(places: DemoPlaces) -> dict[str, Any]:
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


def write_config(places: DemoPlaces, url: str, secret_key: str) -> None:
    """Write the configuration that every process of the trial reads."""
    text = _CONFIG.format(
        secret=secret_key,
        database=places.database,
        url=url,
        printer_dir=str(places.folder / "printer"),
        mail_dir=str(places.folder / "mail"),
    )
    write_private(places.config, text)


def write_private(path: Path, text: str) -> None:
    """Write a file only its owner may read."""
    path.touch(mode=0o600)
    path.write_text(text, "utf-8")
