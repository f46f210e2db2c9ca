"""The standalone deployment's log: one event, one line, whatever somebody put into an address, a field or a header."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from flask.logging import default_handler

from motcua.admin.domain.text import printable

if TYPE_CHECKING:
    from logging import LogRecord

_FORMAT = "[%(asctime)s] %(levelname)s in %(module)s: %(message)s"
_INDENT = "    "


class OneLine(logging.Formatter):
    """Writes line breaks and other control characters as escapes; only the lines of a stack trace follow, indented."""

    def formatMessage(self, record: LogRecord) -> str:  # noqa: N802 - logging's name
        """Return the event's line."""
        return printable(super().formatMessage(record))

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's name
        """Return the stack trace, none of whose lines can be taken for an event."""
        return "\n".join(_INDENT + printable(line) for line in super().formatException(ei).split("\n"))


def write_events_on_lines() -> None:
    """Let Flask's handler, and the one that Python falls back on, write like this."""
    for handler in (default_handler, logging.lastResort):
        if handler is not None:
            handler.setFormatter(OneLine(_FORMAT))
