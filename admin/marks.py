"""N_(): marks messages for the catalogue where they are not translated yet, also in rules, which know no request."""

from __future__ import annotations

from typing import TypeVar

T = TypeVar("T")


def N_(messages: T, /) -> T:  # noqa: N802 - the name by which gettext's users know it
    """Return a message, or a table whose values are messages, as it is: marks what is translated when it is shown."""
    return messages
