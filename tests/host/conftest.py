"""The wheel, a clean environment with it, and a host that is not ours."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import POSTGRES_VARIABLE, fresh_postgres

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PACKAGED = ("admin", "kiosk", "scheduler", "pyproject.toml", "README.md", "LICENSE")


def run(command: list[str], folder: Path, environment: dict[str, str] | None = None) -> str:
    """Run a command and return what it says; fail with all of it when it fails."""
    done = subprocess.run(  # noqa: S603 - our own commands
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the wheel, built from a copy, so that nothing is left in the repository."""
    source = tmp_path_factory.mktemp("source")
    for name in PACKAGED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, source)
    out = tmp_path_factory.mktemp("wheel")
    run([sys.executable, "-m", "build", "-q", "--wheel", "--no-isolation", "-o", str(out), "."], source)
    return next(out.glob("*.whl"))


@pytest.fixture(scope="session")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a virtual environment in which our wheel is installed.

    Needs no network: the locked dependencies are lent by the environment of
    the tests. Of that one only the folder counts, not its ``.pth`` files, so
    our editable install is not seen.
    """
    folder = tmp_path_factory.mktemp("environment")
    run([sys.executable, "-m", "venv", "--without-pip", str(folder)], folder)
    python = folder / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python)]
    run([*pip, "install", "-q", "--no-index", "--no-deps", str(wheel)], folder)
    places = run([str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], folder)
    (Path(places.strip()) / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n", "utf-8")
    return folder


@dataclass(frozen=True)
class Host:
    """A host in a folder and on a database of its own."""

    folder: Path
    bin: Path
    address: str

    def run(self, *command: str, with_motcua: bool) -> str:
        """Run a program of the environment in the host's folder."""
        return run([str(self.bin / "python"), *command], self.folder, self.environment(with_motcua=with_motcua))

    def environment(self, *, with_motcua: bool) -> dict[str, str]:
        """Return the environment variables the host lives with."""
        inherited = {name: os.environ[name] for name in ("PATH", "LANG", "HOME") if name in os.environ}
        chosen = {"HOST_DATABASE": self.address, "FLASK_APP": "app", "PYTHONDONTWRITEBYTECODE": "1"}
        return inherited | chosen | ({"MOTCUA": "1"} if with_motcua else {})


@pytest.fixture(scope="session")
def host(backend: str, environment: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """Return the library's application, with tables, readers and a librarian of its own."""
    folder = tmp_path_factory.mktemp("host") / "library"
    shutil.copytree(ROOT / "tests/host/foreign_host", folder, ignore=shutil.ignore_patterns("__pycache__"))
    if backend.startswith("sqlite"):
        yield Host(folder, environment / "bin", f"sqlite:///{folder / 'library.db'}")
        return
    with fresh_postgres(os.environ[POSTGRES_VARIABLE]) as address:
        yield Host(folder, environment / "bin", address)
