"""What the three packages share on one Flask app: settings, database, clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from flask import current_app

if TYPE_CHECKING:
    import threading

    from flask import Flask

    from motcua.admin.clock import Clock
    from motcua.admin.database import Database
    from motcua.admin.health import Check
    from motcua.admin.settings import Settings

EXTENSION = "motcua"


@dataclass
class Motcua:
    """The state of the add-on on one app; nothing lives at module level."""

    settings: Settings
    database: Database
    clock: Clock
    #: Loops that run beside the web server until told to stop; each package adds its own.
    background: dict[str, Callable[[Flask, threading.Event], None]] = field(default_factory=dict)
    #: How each part says whether it works (admin/health.py), quickly; each package adds its own.
    checks: dict[str, Callable[[], Check]] = field(default_factory=dict)
    #: Looks that may take seconds, such as speaking to the mail server; only `motcua doctor` takes them.
    probes: dict[str, Callable[[], Check]] = field(default_factory=dict)
    #: What adds JSON addresses that are no API of FAB's to the OpenAPI document (admin/api/openapi.py).
    documents: list[Callable[[Any], None]] = field(default_factory=list)
    #: Whether tries on our own doors are limited. Always, whatever limits the platform keeps; tests that ask a
    #: thousand times switch it off.
    counts_tries: bool = True
    #: Whether the server is about to end and waits for what is still being answered.
    is_stopping: Callable[[], bool] = field(default=lambda: False)


def current_motcua() -> Motcua:
    """Return the add-on's state on the current app."""
    return cast("Motcua", current_app.extensions[EXTENSION])
