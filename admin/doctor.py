"""Everything worth knowing about a deployment, one line each, also when half of it is broken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from motcua.admin.extension import EXTENSION
from motcua.admin.health import CRITICAL, Check, judge_rest, readiness
from motcua.admin.health_deployment import check_public_role, deployment_checks
from motcua.admin.health_record import check_postgresql, check_sqlite
from motcua.admin.language import gettext

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from motcua.admin.extension import Motcua


def examine(make_app: Callable[[], Flask]) -> list[Check]:
    """Start the app and return what is to be said about it.

    A wrong setting or a database that is away keeps an app from starting at
    all; that is then the finding.
    """
    try:
        app = make_app()
    except Exception as error:  # noqa: BLE001 - whatever keeps the app from starting is what was asked about
        return [Check("start", "fail", f"{type(error).__name__}: {_first_line(error)}")]
    with app.app_context():
        return doctor(app)


def doctor(app: Flask) -> list[Check]:
    """Return what is to be said about a started app."""
    motcua: Motcua | None = app.extensions.get(EXTENSION)
    found = deployment_checks(app)
    if motcua is None:
        return found
    ready = readiness(motcua)
    record, parts = ready[: len(CRITICAL)], ready[len(CRITICAL) :]
    name, check = ("sqlite", check_sqlite) if motcua.database.is_sqlite else ("postgresql", check_postgresql)
    record += judge_rest({name: lambda: check(motcua)}, record)
    visitors = app.config.get("AUTH_ROLE_PUBLIC", "Public")
    doors = {"public role": lambda: check_public_role(motcua, visitors)}
    return found + record + judge_rest(doors, record) + parts + judge_rest(motcua.probes, record)


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [gettext("no reason given")])[0]
