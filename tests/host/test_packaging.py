"""What is in the wheel, and what is not."""

from __future__ import annotations

import re
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.host.wheels import run

ROOT = Path(__file__).parents[2]
PACKAGES = ("admin", "kiosk", "scheduler")
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


@pytest.fixture(scope="module")
def contents(wheel: Path) -> set[str]:
    """Return the names of everything in the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def files_of_ours() -> list[Path]:
    """Return every file in the three folders that a program or a page may need."""
    return [
        path
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    ]


def test_the_list_of_packages_is_the_folders() -> None:
    folders = {path.parent.relative_to(ROOT) for path in files_of_ours() if path.name == "__init__.py"}

    assert sorted(PROJECT["tool"]["setuptools"]["packages"]) == sorted(
        f"motcua.{'.'.join(folder.parts)}" for folder in folders
    )


def test_everything_in_our_folders_is_in_the_wheel(contents: set[str]) -> None:
    """Templates, static files, fonts, words, sample data and migrations included."""
    expected = {f"motcua/{path.relative_to(ROOT).as_posix()}" for path in files_of_ours()}

    assert expected - contents == set()


def test_nothing_else_is_in_the_wheel(contents: set[str]) -> None:
    """No ``config.py``, tests or plain ``admin``: they would step on the host's; and no ``motcua/__init__.py``."""
    expected = {f"motcua/{path.relative_to(ROOT).as_posix()}" for path in files_of_ours()}

    others = {name for name in contents - expected if ".dist-info/" not in name}
    assert others == set()
    assert "motcua/__init__.py" not in contents


def test_the_licence_of_the_fonts_goes_with_the_fonts(contents: set[str]) -> None:
    assert "motcua/admin/static/motcua/fonts/OFL.txt" in contents


def test_the_command_is_there_and_knows_its_commands(environment: Path, tmp_path: Path) -> None:
    said = run([str(environment / "bin" / "motcua"), "--help"], tmp_path, {"PATH": ""})

    promised = {"demo", "serve", "worker", "upgrade", "doctor", "digest", "sample-data"}
    assert promised | {"import-procedures", "import-dossiers"} <= set(re.findall(r"^  ([a-z-]+)", said, re.MULTILINE))


def test_the_wheel_is_what_python_runs_there(environment: Path, tmp_path: Path) -> None:
    said = run([str(environment / "bin" / "python"), "-c", "import motcua.admin as a; print(a.__file__)"], tmp_path)

    assert said.startswith(str(environment))


def test_packages_are_typed(contents: set[str]) -> None:
    assert {f"motcua/{package}/py.typed" for package in PACKAGES} <= contents


def test_what_must_be_pinned_is_pinned() -> None:
    """CFG-08 and the traps of the host: the package is python-escpos, marshmallow stays below 4, APScheduler too."""
    needed = {re.match(r"[\w-]+", line)[0]: line for line in PROJECT["project"]["dependencies"]}  # type: ignore[index]

    assert needed["python-escpos"] == "python-escpos==3.1"
    assert needed["marshmallow"] == "marshmallow>=3.26,<4"
    assert needed["apscheduler"] == "apscheduler>=3.11.2,<4"
    assert "escpos" not in needed
