"""The one list of what happens when: job id, trigger, function.

A job here is only a bell: it says "look whether something is due". What is due
is in the record, so a bell that rings twice, late, or in eight processes at
once does no harm.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from motcua.scheduler.jobs import forget_personal_fields, send_digests

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from motcua.scheduler.jobs import JobScene


@dataclass(frozen=True, slots=True)
class Bell:
    """One line of the timetable."""

    id: str
    #: Name and arguments of an APScheduler trigger.
    trigger: str
    when: Mapping[str, Any]
    ring: Callable[[JobScene], None]


TIMETABLE = (
    Bell(id="digests", trigger="interval", when={"seconds": 60}, ring=send_digests),
    Bell(id="audit", trigger="interval", when={"seconds": 3600}, ring=forget_personal_fields),
)
