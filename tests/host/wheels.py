"""Our wheel, and clean environments to install it in."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGED = ("admin", "kiosk", "scheduler", "pyproject.toml", "README.md", "LICENSE")


def run(command: list[str], folder: Path, environment: dict[str, str] | None = None) -> str:
    """Run a command and return what it says; fail with all of it when it fails."""
    done = subprocess.run(  # noqa: S603 - our own commands
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def build_wheel(folder: Path) -> None:
    """Build the wheel in a folder, from a copy there, so that nothing is left in the repository."""
    source = folder / "source"
    source.mkdir(parents=True)
    for name in PACKAGED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, source)
    run([sys.executable, "-m", "build", "-q", "--wheel", "--no-isolation", "-o", str(folder), "."], source)


def make_environment(folder: Path) -> list[str]:
    """Make a clean environment in a folder; return the command that installs there. Our own pip works for it."""
    run([sys.executable, "-m", "venv", "--without-pip", str(folder)], folder.parent)
    python = folder / "bin" / "python"
    return [sys.executable, "-m", "pip", "--python", str(python), "install", "-q", "--disable-pip-version-check"]
