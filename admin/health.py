"""How the parts are: each says in one line whether it works, and what to do if not.

A part registers itself in ``Motcua.checks``. A check returns and never
raises: what goes wrong inside it is its finding.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from flask import Flask

State = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Check:
    """How one part is. ``warn``: work goes on without it; ``fail``: somebody must act now."""

    name: str
    state: State
    text: str


def doctor(app: Flask) -> list[Check]:
    """Return how every registered part is, in the order they were registered."""
    from motcua.admin.extension import EXTENSION, Motcua

    motcua: Motcua = app.extensions[EXTENSION]
    return [check() for check in motcua.checks.values()]
