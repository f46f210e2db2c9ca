"""The boards' news as server-sent events: the log's events one by one, and how the hall stands."""

from __future__ import annotations

import dataclasses
import json
import threading
import time
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from motcua.admin.domain.board import BoardNews, board_news, find_hall, last_seq
from motcua.admin.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from motcua.admin.extension import Motcua

# A connection ends after so long and the browser opens a new one, so that no thread is taken for good.
LIFE_SECONDS = 55.0
HEARTBEAT_SECONDS = 5.0
_LOOK_SECONDS = 0.4
_RETRY_MILLISECONDS = 1000


class Places:
    """So many streams at once in this process, and no more."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._free = threading.Semaphore(limit)

    def take(self) -> bool:
        """Take a place if there is one."""
        return self._free.acquire(blocking=False)

    def give_back(self) -> None:
        """Free a place."""
        self._free.release()


def news_body(news: BoardNews) -> dict[str, Any]:
    """Return what the JSON answer says."""
    return dataclasses.asdict(news)


def to_json(body: Any) -> str:
    """Write a record as JSON, moments in ISO 8601."""
    return json.dumps(body, ensure_ascii=False, default=datetime.isoformat)


def stream(motcua: Motcua, office_code: str, after: int | None, *, life_seconds: float) -> Iterator[str]:
    """Yield server-sent events until the connection has lived its time or the server is to end.

    Every log event is a message of its own with its number as ``id``; after
    each batch, and as a heartbeat, a ``state`` message says how the hall
    stands. When the record can't be read the stream ends: silence is what
    makes a board say that it is waiting.
    """
    yield f"retry: {_RETRY_MILLISECONDS}\n\n"
    ends_at = time.monotonic() + life_seconds
    try:
        while True:
            news = _news(motcua, office_code, after)
            yield from _messages(news)
            after = news.last_seq
            if not _wait_for_more(motcua, office_code, after, ends_at):
                return
    except (DBAPIError, PoolTimeoutError, NotFoundError):
        return


def _news(motcua: Motcua, office_code: str, after: int | None) -> BoardNews:
    with motcua.database.read() as session:
        return board_news(session, find_hall(session, office_code), after=after, now=motcua.clock())


def _messages(news: BoardNews) -> Iterator[str]:
    body = news_body(news)
    for event in body.pop("events"):
        yield f"id: {event['seq']}\ndata: {to_json(event)}\n\n"
    yield f"id: {news.last_seq}\nevent: state\ndata: {to_json(body)}\n\n"


def _wait_for_more(motcua: Motcua, office_code: str, after: int, ends_at: float) -> bool:
    """Wait for the next event or heartbeat; False when the connection has lived its time or the server is to end."""
    beat_at = time.monotonic() + HEARTBEAT_SECONDS
    while time.monotonic() < beat_at:
        if time.monotonic() >= ends_at or motcua.is_stopping():
            return False
        time.sleep(_LOOK_SECONDS)
        with motcua.database.read() as session:
            if last_seq(session, find_hall(session, office_code).id) != after:
                return True
    return True
