"""Hosts that are not ours, each in a folder and on a database of its own."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from tests.host.wheels import run

HOSTS = Path(__file__).parent


@dataclass(frozen=True)
class Host:
    """A host in a folder and on a database of its own."""

    folder: Path
    bin: Path
    address: str
    app: str = "app"

    def run(self, *command: str, with_motcua: bool = True) -> str:
        """Run a program of the environment in the host's folder."""
        return run([str(self.bin / "python"), *command], self.folder, self.environment(with_motcua=with_motcua))

    def environment(self, *, with_motcua: bool = True) -> dict[str, str]:
        """Return the environment variables the host lives with."""
        inherited = {name: os.environ[name] for name in ("PATH", "LANG", "HOME") if name in os.environ}
        chosen = {"HOST_DATABASE": self.address, "FLASK_APP": self.app, "PYTHONDONTWRITEBYTECODE": "1"}
        return inherited | chosen | ({"MOTCUA": "1"} if with_motcua else {})


def settle(name: str, folder: Path) -> Path:
    """Copy one of the hosts into a folder, and compile its words."""
    place = Path(shutil.copytree(HOSTS / name, folder / name, ignore=shutil.ignore_patterns("__pycache__")))
    for words in place.rglob("*.po"):
        with words.open("rb") as source, words.with_suffix(".mo").open("wb") as compiled:
            write_mo(compiled, read_po(source))
    return place
