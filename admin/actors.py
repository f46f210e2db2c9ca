"""Who asks just now, for the audit trail: a person at a screen or over the API, a command, or a job."""

from __future__ import annotations

import getpass
from contextlib import suppress
from typing import Any

import click
from flask import g, has_request_context, request

from motcua.admin.domain.audit import SYSTEM, Actor
from motcua.admin.enums import ActorKind


def current_actor() -> Actor:
    """Return who asks just now."""
    if has_request_context():
        return actor_of(g.get("user"))
    context = click.get_current_context(silent=True)
    if context is None:
        return SYSTEM
    who = "?"
    with suppress(OSError, KeyError):
        who = getpass.getuser()
    return Actor(ActorKind.COMMAND, name=f"{who}: {context.command_path}")


def actor_of(user: Any) -> Actor:
    """Return a person of the platform as who asks; nobody's login is a way to ask, too."""
    address = request.remote_addr or "?"
    if user is None or not user.is_authenticated:
        return Actor(ActorKind.NOBODY, address=address)
    return Actor(ActorKind.USER, id=user.id, name=user.username, address=address)
