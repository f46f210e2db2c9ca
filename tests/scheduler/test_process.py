"""The bell: it rings at once and on time, in spite of jobs that raise or hang and of threads that die."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING

import pytest

from motcua.admin.extension import EXTENSION, Motcua
from motcua.scheduler.jobs import JobScene
from motcua.scheduler.process import Belfry, loop, run
from motcua.scheduler.timetable import TIMETABLE, Bell
from tests.scheduler.morning import at, rows
from tests.town import WEDNESDAY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask

    from tests.scheduler.morning import Morning

ZONE = "Asia/Ho_Chi_Minh"
PATIENCE = 20.0


def quick(ring: Callable[[JobScene], None]) -> Bell:
    """Return a bell that rings twenty times a second."""
    return Bell(id="quick", trigger="interval", when={"seconds": 0.05}, ring=ring)


def until(happens: Callable[[], bool]) -> None:
    """Wait for something that must come."""
    deadline = time.monotonic() + PATIENCE
    while not happens():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.01)


@pytest.fixture
def scene(morning: Morning) -> Iterator[JobScene]:
    """Return what jobs are given; the process ends with the test."""
    scene = JobScene(morning.post)
    yield scene
    scene.stop_asked.set()


def ringing(bell: Bell, scene: JobScene, **options: float | Callable[[], float]) -> threading.Thread:
    thread = threading.Thread(target=run, args=([bell], scene), kwargs={"zone": ZONE, "glance_seconds": 0.02} | options)
    thread.start()
    return thread


def test_the_first_round_comes_at_once_and_others_follow(scene: JobScene) -> None:
    rounds: list[float] = []
    thread = ringing(quick(lambda _: rounds.append(time.monotonic())), scene)

    until(lambda: len(rounds) >= 3)

    scene.stop_asked.set()
    thread.join(PATIENCE)
    assert not thread.is_alive()


def test_a_job_that_raises_is_logged_and_rings_again(scene: JobScene, caplog: pytest.LogCaptureFixture) -> None:
    """DIG-17."""
    rounds: list[None] = []

    def fail_once(_: JobScene) -> None:
        rounds.append(None)
        if len(rounds) == 1:
            raise ZeroDivisionError

    thread = ringing(quick(fail_once), scene)
    until(lambda: len(rounds) >= 2)
    scene.stop_asked.set()
    thread.join(PATIENCE)

    troubles = [record for record in caplog.records if record.name == "motcua.scheduler.process"]
    assert [record.getMessage() for record in troubles] == ["the job quick failed; it is tried again in the next round"]
    assert troubles[0].levelno == logging.ERROR


def test_a_job_that_hangs_is_left_behind_after_ten_minutes(scene: JobScene) -> None:
    """DIG-17: a new scheduler takes the place of the one that waits for ever."""
    hanging, rounds, passed = threading.Event(), [0], [0.0]

    def hang_once(_: JobScene) -> None:
        rounds[0] += 1
        if rounds[0] == 1:
            hanging.wait(PATIENCE)

    thread = ringing(quick(hang_once), scene, steady=lambda: passed[0])
    until(lambda: rounds[0] == 1)
    passed[0] = 599.0
    time.sleep(0.2)
    assert rounds[0] == 1

    passed[0] = 601.0
    until(lambda: rounds[0] >= 2)
    hanging.set()
    scene.stop_asked.set()
    thread.join(PATIENCE)


def test_a_scheduler_that_has_fallen_silent_is_replaced(scene: JobScene, caplog: pytest.LogCaptureFixture) -> None:
    """DIG-17: its thread has died, or a clock set back by a day lets it wait until tomorrow."""
    rounds, passed = [0], [0.0]

    def fall_silent(_: JobScene) -> None:
        rounds[0] += 1
        if rounds[0] == 1:
            (sleeper,) = (thread for thread in threading.enumerate() if thread.name == "APScheduler")
            sleepers.append(sleeper)

    sleepers: list[threading.Thread] = []
    once = Bell(id="once", trigger="interval", when={"seconds": 3600}, ring=fall_silent)
    thread = ringing(once, scene, steady=lambda: passed[0])
    until(lambda: rounds[0] == 1)
    passed[0] = 3 * 3600 + 1.0
    until(lambda: rounds[0] == 2)
    scene.stop_asked.set()
    thread.join(PATIENCE)

    assert not sleepers[0].is_alive()
    assert "the scheduler has fallen silent; a new one takes its place" in caplog.messages


def test_a_bell_of_the_calendar_may_be_silent_for_days(scene: JobScene) -> None:
    passed = [0.0]
    weekly = Bell(id="weekly", trigger="cron", when={"day_of_week": "mon"}, ring=lambda _: None)

    belfry = Belfry([weekly], scene, zone=ZONE, steady=lambda: passed[0])
    passed[0] = 86_400.0

    assert not belfry.is_silent()


def test_the_job_in_hand_is_finished_before_the_process_ends(scene: JobScene) -> None:
    begun, finished = threading.Event(), threading.Event()

    def slow(_: JobScene) -> None:
        begun.set()
        time.sleep(0.3)
        finished.set()

    thread = ringing(quick(slow), scene)
    assert begun.wait(PATIENCE)
    scene.stop_asked.set()
    thread.join(PATIENCE)

    assert finished.is_set()


def test_nothing_late_is_dropped_and_nothing_rings_twice(scene: JobScene) -> None:
    """C-5: APScheduler's own defaults would drop a run that is a second late."""
    belfry = Belfry(TIMETABLE, scene, zone=ZONE)
    belfry.scheduler.start(paused=True)
    jobs = belfry.scheduler.get_jobs()
    belfry.stop(wait=True)

    assert sorted((job.id, str(job.trigger)) for job in jobs) == [
        ("audit", "interval[1:00:00]"),
        ("digests", "interval[0:01:00]"),
    ]
    assert {(job.misfire_grace_time, job.coalesce, job.max_instances) for job in jobs} == {(None, True, 1)}


def test_the_app_registers_its_loop_and_the_loop_sends(
    app: Flask, motcua: Motcua, morning: Morning, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(motcua, "clock", lambda: at(WEDNESDAY, 8))
    assert app.extensions[EXTENSION].background["clock"] is loop
    stop_asked = threading.Event()
    thread = threading.Thread(target=loop, args=(app, stop_asked))
    thread.start()

    until(lambda: [mail.state.value for mail in rows(morning.post.database)] == ["sent"])

    stop_asked.set()
    thread.join(PATIENCE)
    assert not thread.is_alive()
