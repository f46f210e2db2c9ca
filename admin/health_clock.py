"""How the clock is: right as far as the record can tell, and nobody has moved it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from motcua.admin.clock import WatchedClock
from motcua.admin.health import Check
from motcua.admin.language import gettext
from motcua.admin.models import TicketEvent

if TYPE_CHECKING:
    from datetime import datetime

    from motcua.admin.extension import Motcua

_TOLERANCE = timedelta(minutes=1)


def check_clock(motcua: Motcua) -> Check:
    """Tell whether the clock was moved within the last day, or shows a time before what is already recorded."""
    now = motcua.clock()
    jump = motcua.clock.latest_jump if isinstance(motcua.clock, WatchedClock) else None
    newest = _newest_entry(motcua)
    if newest is not None and newest - now > _TOLERANCE:
        told = gettext(
            "Clock is wrong: {now} UTC, but the record already has {newest} UTC. Set it; switch on time service.",
            now=_minute(now),
            newest=_minute(newest),
        )
    elif jump is not None:
        told = gettext(
            "Clock moved by {minutes} minutes, to {at} UTC: switch on the time service of this machine.",
            minutes=f"{jump.by.total_seconds() / 60:+.0f}",
            at=_minute(jump.at),
        )
    else:
        return Check("clock", "ok", gettext("{now} UTC, not moved.", now=_minute(now)))
    return Check("clock", "warn", told)


def _newest_entry(motcua: Motcua) -> datetime | None:
    with motcua.database.read_connection() as connection:
        return connection.execute(select(TicketEvent.at).order_by(TicketEvent.id.desc()).limit(1)).scalar()


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
