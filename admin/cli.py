"""The commands: ``motcua ...`` on its own, ``flask motcua ...`` inside a host."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click
from flask.cli import AppGroup, ScriptInfo

from motcua.admin.app import CONFIG_ENVIRONMENT, create_app

if TYPE_CHECKING:
    from flask import Flask

motcua = AppGroup("motcua", help="One-stop public-service centre: queue, dossiers, daily digest.")


def main() -> None:
    """Run a command on the standalone deployment, configured by ./config.py or by MOTCUA_CONFIG."""
    motcua.main(obj=ScriptInfo(create_app=_standalone_app), prog_name="motcua")


def _standalone_app() -> Flask:
    if CONFIG_ENVIRONMENT not in os.environ:
        config = Path("config.py").resolve()
        if not config.exists():
            msg = f"There is no config.py in {Path.cwd()}; go to its folder or set {CONFIG_ENVIRONMENT}=/path/to/config.py."
            raise click.ClickException(msg)
        os.environ[CONFIG_ENVIRONMENT] = str(config)
    return create_app()
