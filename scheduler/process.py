"""Rings the bells of the timetable until told to stop, in a scheduler that is watched over.

APScheduler keeps nothing (no store: the record is the truth) and skips
nothing: a late bell rings at once, and rings once. Its own waiting goes by
the wall clock, which people set; so somebody with a clock nobody can set
looks after it, and puts a new one up when it has fallen silent.
"""

from __future__ import annotations

import logging
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MISSED
from apscheduler.schedulers.background import BackgroundScheduler

from motcua.admin.extension import EXTENSION, Motcua
from motcua.scheduler.jobs import JobScene
from motcua.scheduler.post import post_of
from motcua.scheduler.timetable import TIMETABLE

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Sequence

    from apscheduler.events import JobExecutionEvent
    from flask import Flask

    from motcua.scheduler.timetable import Bell

_log = logging.getLogger(__name__)
_GLANCE_SECONDS = 0.5
#: Silence of so many rounds means that the scheduler's thread is dead or waits for another day.
_SILENT_ROUNDS = 3
#: A job that has not come back by then never will.
_LONGEST_JOB_SECONDS = 600.0


class Belfry:
    """One APScheduler with the bells of the timetable, and when each was last heard."""

    def __init__(
        self, timetable: Sequence[Bell], scene: JobScene, *, zone: str, steady: Callable[[], float] = time.monotonic
    ) -> None:
        self._steady = steady
        self._heard = {bell.id: steady() for bell in timetable}
        self._ringing: set[str] = set()
        # A bell of the calendar (cron) may be silent for days; one that rings in rounds may not.
        self._rounds = {bell.id: float(bell.when["seconds"]) for bell in timetable if bell.trigger == "interval"}
        self.scheduler = BackgroundScheduler(
            timezone=zone, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )
        self.scheduler.add_listener(_log_trouble, EVENT_JOB_ERROR | EVENT_JOB_MISSED)
        for bell in timetable:
            # Otherwise the first round would come one interval after the start.
            first = {"next_run_time": datetime.now(UTC)} if bell.id in self._rounds else {}
            self.scheduler.add_job(self._ring, bell.trigger, args=(bell, scene), id=bell.id, **bell.when, **first)

    def start(self) -> None:
        """Start ringing; the first round comes at once."""
        self.scheduler.start()

    def stop(self, *, wait: bool) -> None:
        """Stop ringing, after the job in hand or without it."""
        self.scheduler.shutdown(wait=wait)

    def is_silent(self) -> bool:
        """Tell whether a bell has not been heard for so long that something must be wrong."""
        now = self._steady()
        return any(now - self._heard[bell] > self._patience(bell) for bell in self._rounds)

    def _patience(self, bell: str) -> float:
        return _LONGEST_JOB_SECONDS if bell in self._ringing else _SILENT_ROUNDS * self._rounds[bell]

    def _ring(self, bell: Bell, scene: JobScene) -> None:
        self._heard[bell.id] = self._steady()
        self._ringing.add(bell.id)
        try:
            bell.ring(scene)
        finally:
            self._ringing.discard(bell.id)
            self._heard[bell.id] = self._steady()


def run(
    timetable: Sequence[Bell],
    scene: JobScene,
    *,
    zone: str,
    glance_seconds: float = _GLANCE_SECONDS,
    steady: Callable[[], float] = time.monotonic,
) -> None:
    """Ring until ``scene.stop_asked`` is set; replace a scheduler that has fallen silent."""
    belfry = Belfry(timetable, scene, zone=zone, steady=steady)
    belfry.start()
    while not scene.stop_asked.wait(glance_seconds):
        if belfry.is_silent():
            _log.error("the scheduler has fallen silent; a new one takes its place")
            belfry.stop(wait=False)
            belfry = Belfry(timetable, scene, zone=zone, steady=steady)
            belfry.start()
    belfry.stop(wait=True)


def loop(app: Flask, stop_asked: threading.Event) -> None:
    """Run the timetable of an app: the loop that ``motcua worker`` and ``motcua demo`` start."""
    motcua: Motcua = app.extensions[EXTENSION]
    run(TIMETABLE, JobScene(post_of(app), stop_asked), zone=motcua.settings.time_zone)


def _log_trouble(event: JobExecutionEvent) -> None:
    if event.exception is None:
        _log.warning("the job %s of %s was missed", event.job_id, event.scheduled_run_time)
    else:
        _log.error("the job %s failed; it is tried again in the next round", event.job_id, exc_info=event.exception)
