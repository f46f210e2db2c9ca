"""The commands: ``motcua ...`` on its own, ``flask motcua ...`` inside a host.

The other packages add theirs through the entry point group
``motcua.commands``, so that the record need not know them. A command imports
what it needs by itself: the web server's first process, which only starts the
others, is small and quick because of that.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING

import click
from flask import current_app
from flask.cli import AppGroup, ScriptInfo

from motcua.admin.cli_audit import audit_command
from motcua.admin.cli_data import COMMANDS as DATA_COMMANDS
from motcua.admin.config_file import CONFIG_ENVIRONMENT
from motcua.admin.extension import current_motcua

if TYPE_CHECKING:
    from types import FrameType

    from flask import Flask

COMMANDS = "motcua.commands"


class _Commands(AppGroup):
    """Our commands, and those of the other packages, which are read when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *entry_points(group=COMMANDS).names})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        for entry in entry_points(group=COMMANDS, name=cmd_name):
            command: click.Command = entry.load()
            return command
        return super().get_command(ctx, cmd_name)


motcua = _Commands("motcua", help="One-stop public-service centre: queue, dossiers, daily digest.")


def main() -> None:
    """Run a command on the standalone deployment, configured by ./config.py or by MOTCUA_CONFIG."""
    motcua.main(obj=ScriptInfo(create_app=_standalone_app), prog_name="motcua")


def _standalone_app() -> Flask:
    from motcua.admin.app import create_app

    os.environ[CONFIG_ENVIRONMENT] = str(_config_file())
    return create_app()


def _config_file() -> Path:
    config = Path(os.environ.get(CONFIG_ENVIRONMENT, "config.py")).resolve()
    if not config.exists():
        msg = f"{config} does not exist: go to the folder with config.py, or set {CONFIG_ENVIRONMENT}."
        raise click.ClickException(msg)
    return config


def _check_free(host: str, port: int) -> None:
    """Refuse an address that cannot be listened on, in words and before anything is begun."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            msg = (
                f"{host}:{port}: không mở được, hãy chọn cổng khác bằng --port."
                f" / cannot be listened on ({error.strerror}), choose another with --port."
            )
            raise click.ClickException(msg) from error


@motcua.command("demo", with_appcontext=False)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8080, show_default=True, help="Port to listen on.")
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("demo-data"),
    show_default=True,
    help="Folder of the trial's database, papers and mails.",
)
@click.option("--reset", is_flag=True, help="Start over: remove what the last trial left in the folder.")
@click.option(
    "--always-open/--office-hours",
    default=True,
    show_default=True,
    help="Give numbers at any hour, or only while the sample office is open.",
)
def demo(*, host: str, port: int, data_dir: Path, reset: bool, always_open: bool) -> None:
    """Run a complete centre with sample data: web, print worker, scheduler, all in one."""
    from motcua.admin.demo import run_demo

    _check_free(host, port)
    run_demo(host=host, port=port, folder=data_dir, reset=reset, always_open=always_open)


@motcua.command("serve", with_appcontext=False)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8080, show_default=True, help="Port to listen on.")
@click.option("--processes", default=1, show_default=True, help="Web server processes.")
@click.option("--threads", default=16, show_default=True, help="Requests each process serves at once.")
def serve(*, host: str, port: int, processes: int, threads: int) -> None:
    """Run the production web server. Run `motcua worker` beside it."""
    from motcua.admin.web_server import WebServer

    _check_free(host, port)
    WebServer(_config_file(), host=host, port=port, processes=processes, threads=threads).run()


@motcua.command("worker")
def worker() -> None:
    """Run the scheduler and the print worker until stopped."""
    from motcua.admin.processes import Background

    background = Background(current_app._get_current_object())  # type: ignore[attr-defined]  # noqa: SLF001 - Flask's documented way
    stopped = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopped.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    background.start()
    click.echo("Worker is running. Ctrl+C stops it.")
    stopped.wait()
    background.stop()


@motcua.command("upgrade")
def upgrade_command() -> None:
    """Bring our tables and roles up to date."""
    from motcua.admin.permissions import sync_roles
    from motcua.admin.schema import schema_revision, upgrade

    engine = current_motcua().database.engine
    upgrade(engine)
    sync_roles(current_app.appbuilder)  # type: ignore[attr-defined]
    click.echo(f"Database is at {schema_revision(engine)}; roles are up to date.")
    if current_motcua().settings.first_account and _has_no_account():
        _print_first_account_link()


@motcua.command("first-account")
def first_account_command() -> None:
    """Print the link under which the first account is made, where there is none yet."""
    if not current_motcua().settings.first_account:
        msg = "MOTCUA_FIRST_ACCOUNT is off: accounts are made where this platform keeps them."
        raise click.ClickException(msg)
    if not _has_no_account():
        msg = "There is an account already. A forgotten password: flask fab reset-password."
        raise click.ClickException(msg)
    _print_first_account_link()


def _has_no_account() -> bool:
    from motcua.admin.domain.first_account import has_nobody

    with current_motcua().database.read() as session:
        return has_nobody(session)


def _print_first_account_link() -> None:
    from motcua.admin.first_account import new_link

    click.echo(
        "\nChưa có tài khoản nào. Tạo tài khoản quản trị đầu tiên, trong vòng 24 giờ, tại địa chỉ:"
        "\nNo account yet. Make the administrator's, within 24 hours, at:"
        f"\n\n  {new_link()}\n"
    )


@motcua.command("downgrade")
@click.confirmation_option(prompt="This removes every table of Motcua and what is in it. Continue?")
def downgrade_command() -> None:
    """Remove our tables, for uninstalling. The host's tables are not touched."""
    from motcua.admin.schema import downgrade

    downgrade(current_motcua().database.engine)
    click.echo("Our tables are gone.")


@motcua.command("remove-second-factor")
@click.argument("login")
def remove_second_factor_command(login: str) -> None:
    """Take the second factor of LOGIN away (user name or e-mail): the phone is lost. Ends the person's logins."""
    from motcua.admin.domain.logins import end_all_logins
    from motcua.admin.domain.second_factor import remove_second_factor
    from motcua.admin.domain.staffing import find_login
    from motcua.admin.errors import UnknownLoginError

    with current_motcua().database.write() as session:
        try:
            user = find_login(session, login)
        except UnknownLoginError as error:
            raise click.ClickException(str(error)) from error
        is_removed = remove_second_factor(session, user.id)
        end_all_logins(session, [user.id])
    click.echo(f"{login} logs in with the password alone." if is_removed else f"{login} has no second factor.")


@motcua.command("doctor", with_appcontext=False)
@click.pass_obj
def doctor_command(script: ScriptInfo) -> None:
    """Check configuration, add-ons, schema, clock, printer and mail; one line each."""
    from motcua.admin.doctor import examine

    checks = examine(script.load_app)
    for check in checks:
        click.echo(f"{check.state.upper():<4}  {check.name:<14} {check.text}")
    if any(check.state == "fail" for check in checks):
        raise SystemExit(1)


motcua.add_command(audit_command)
for _command in DATA_COMMANDS:
    motcua.add_command(_command)
