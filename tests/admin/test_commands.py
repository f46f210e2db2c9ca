"""The command line: what it reads before a command is known, and where the other packages' commands come from."""

from __future__ import annotations

import subprocess
import sys

from click.testing import CliRunner

from motcua.admin.cli import motcua

READ_BY_WHO_SERVES = ("flask_appbuilder", "sqlalchemy", "PIL", "apscheduler")


def test_who_only_starts_the_web_server_does_not_read_the_app() -> None:
    """Its first process lives as long as the server: some seventy megabytes of a commune's computer."""
    what = "import sys, motcua.admin.cli, motcua.admin.web_server; print(*sys.modules)"
    read = subprocess.run([sys.executable, "-c", what], capture_output=True, text=True, check=True)  # noqa: S603 - our own words

    assert "granian" in read.stdout.split()
    assert not set(READ_BY_WHO_SERVES) & set(read.stdout.split())


def test_commands_of_the_other_packages_are_there() -> None:
    listed = CliRunner().invoke(motcua, ["--help"])
    asked = CliRunner().invoke(motcua, ["digest", "--help"])

    assert "\n  digest " in listed.output
    assert (asked.exit_code, "--dry-run" in asked.output) == (0, True)


def test_a_command_that_is_not_there_is_refused_in_words() -> None:
    refused = CliRunner().invoke(motcua, ["digset"])

    assert (refused.exit_code, "No such command 'digset'" in refused.output) == (2, True)
