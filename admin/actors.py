"""Who asks just now, for the audit trail: a person at a screen or over the API, a command, or a job."""

from __future__ import annotations

import getpass
from contextlib import suppress
from typing import Any

import click
from flask import g, has_request_context, request

from motcua.admin.domain.audit import SYSTEM, Actor
from motcua.admin.enums import ActorKind

_PROGRAM = "motcua_program"


def current_actor() -> Actor:
    """Return who asks just now."""
    if has_request_context():
        return program_at_work() or actor_of(g.get("user"))
    context = click.get_current_context(silent=True)
    if context is None:
        return SYSTEM
    who = "?"
    with suppress(OSError, KeyError):
        who = getpass.getuser()
    return Actor(ActorKind.COMMAND, name=f"{who}: {context.command_path}")


def program_at_work() -> Actor | None:
    """Return the connected system that asks, once its key was right."""
    program: Actor | None = g.get(_PROGRAM)
    return program


def let_program_act(user_id: int, name: str) -> None:
    """Let the rest of the request be the work of a connected system."""
    setattr(g, _PROGRAM, Actor(ActorKind.PROGRAM, id=user_id, name=name, address=request.remote_addr or "?"))


def actor_of(user: Any) -> Actor:
    """Return a person of the platform as who asks; nobody's login is a way to ask, too."""
    address = request.remote_addr or "?"
    if user is None or not user.is_authenticated:
        return Actor(ActorKind.NOBODY, address=address)
    return Actor(ActorKind.USER, id=user.id, name=user.username, address=address)
