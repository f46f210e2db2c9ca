"""A trial begins in a folder of its own, on a port of its own, or says why not."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner

from motcua.admin.cli import motcua
from motcua.admin.demo_folder import DemoPlaces, kept_or_new_secrets, make_ready, write_config

if TYPE_CHECKING:
    from pathlib import Path


def begun(folder: Path, *, is_whole: bool) -> DemoPlaces:
    """Return a folder as a trial leaves it: at its end, or when it was interrupted in its making."""
    places = DemoPlaces(folder)
    make_ready(places, reset=False)
    write_config(places, "http://127.0.0.1:8080", "key")
    (folder / "motcua.db").write_text("rows")
    (folder / "mail").mkdir()
    (folder / "mail" / "1.eml").write_text("mail")
    if is_whole:
        places.secrets.write_text(json.dumps(kept_or_new_secrets(places)))
    return places


def test_a_trial_goes_on_where_it_was_left(tmp_path: Path) -> None:
    places = begun(tmp_path, is_whole=True)
    kept = kept_or_new_secrets(places)

    make_ready(places, reset=False)

    assert kept_or_new_secrets(places) == kept
    assert (tmp_path / "mail" / "1.eml").exists()


@pytest.mark.parametrize(("is_whole", "reset"), [(True, True), (False, False), (False, True)])
def test_a_trial_that_begins_anew_or_was_never_whole_begins_in_an_empty_folder(
    tmp_path: Path, *, is_whole: bool, reset: bool
) -> None:
    places = begun(tmp_path, is_whole=is_whole)
    (tmp_path / "notes.txt").write_text("mine")

    make_ready(places, reset=reset)

    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("name", ["config.py", "motcua.db", "mail", "printer", "secrets.json"])
@pytest.mark.parametrize("reset", [False, True])
def test_a_folder_with_things_of_somebody_else_is_refused_and_not_touched(
    tmp_path: Path, name: str, *, reset: bool
) -> None:
    (tmp_path / name).write_text("SECRET_KEY = 'of a real centre'")

    with pytest.raises(click.ClickException, match=name):
        make_ready(DemoPlaces(tmp_path), reset=reset)

    assert (tmp_path / name).read_text() == "SECRET_KEY = 'of a real centre'"


def test_the_command_says_which_folder_to_choose_instead(tmp_path: Path) -> None:
    (tmp_path / "config.py").write_text("SECRET_KEY = 'of a real centre'")

    answer = CliRunner().invoke(motcua, ["demo", "--data-dir", str(tmp_path)])

    assert (answer.exit_code, "config.py" in answer.output, "--data-dir" in answer.output) == (1, True, True)
    assert [path.name for path in tmp_path.iterdir()] == ["config.py"]


@pytest.mark.parametrize("command", ["demo", "serve"])
def test_a_port_that_is_taken_is_said_before_anything_is_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.py").touch()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        arguments = {"demo": ["--data-dir", str(tmp_path / "trial")], "serve": []}[command]
        answer = CliRunner().invoke(motcua, [command, "--port", port, *arguments])

    assert (answer.exit_code, f"127.0.0.1:{port}" in answer.output, "--port" in answer.output) == (1, True, True)
    assert [path.name for path in tmp_path.iterdir()] == ["config.py"]
