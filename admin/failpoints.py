"""Named places where a test may end the process, as a power cut would.

Random kills rarely hit a window of microseconds; a named place always does.
Does nothing unless the environment says MOTCUA_FAILPOINT=NAME, or NAME:N for
the N-th time the place is reached.
"""

from __future__ import annotations

import os
import signal

VARIABLE = "MOTCUA_FAILPOINT"
_armed, _, _count = os.environ.get(VARIABLE, "").partition(":")
_left = int(_count or 1)


def failpoint(name: str) -> None:
    """End the process here, at once and without clean-up, if this place is armed."""
    global _left  # noqa: PLW0603 - one process dies once
    if not _armed or name != _armed:
        return
    _left -= 1
    if _left <= 0:
        os.kill(os.getpid(), signal.SIGKILL)
