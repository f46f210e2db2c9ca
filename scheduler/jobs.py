"""Doormen: each fetches what it needs, calls the rule, and leaves one line in the log."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from motcua.admin.domain.audit_reading import forget_personal, has_personal
from motcua.scheduler.dispatch import put_down_due, send_due

if TYPE_CHECKING:
    from motcua.scheduler.post import Post

_log = logging.getLogger(__name__)
#: A round ends before the next bell: with a thousand mails, the rest go in the next round.
ROUND_SECONDS = 50


@dataclass(frozen=True, slots=True)
class JobScene:
    """What every job is given."""

    post: Post
    #: Set when the process is to end: finish the mail in hand and take no other.
    stop_asked: threading.Event = field(default_factory=threading.Event)


def send_digests(scene: JobScene) -> None:
    """Put down the digests that are due and send what is waiting."""
    round_ends = time.monotonic() + ROUND_SECONDS
    new = put_down_due(scene.post)
    outcomes = send_due(scene.post, should_stop=lambda: scene.stop_asked.is_set() or time.monotonic() > round_ends)
    if new or outcomes:
        _log.info("digests: %d new, %s", new, dict(Counter(map(str, outcomes))) or "none sent")


def forget_personal_fields(scene: JobScene) -> None:
    """Empty what is personal and too old in the audit trail, in small steps; most rounds find nothing."""
    before = scene.post.clock() - scene.post.audit_personal
    with scene.post.database.read() as session:
        if not has_personal(session, before=before):
            return
    total = step = 0
    while not scene.stop_asked.is_set():
        with scene.post.database.write() as session:
            step = forget_personal(session, before=before)
        total += step
        if not step:
            break
    _log.info("audit trail: personal fields of %d rows forgotten", total)
