"""One commit for all who wait, on SQLite: what a hall of kiosks asks at once goes to the disk together.

To make a command durable is most of what a short one costs, and costs the
same for ten as for one (``docs/decisions/0008``). Whoever has the turn
therefore does the work of everybody in the line. Nobody is answered before
the commit, and nobody's failure undoes another's work.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, TypeVar

from motcua.admin.errors import DatabaseBusyError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from motcua.admin.direct import Direct

_Result = TypeVar("_Result")


class _Waiting:
    """One piece of work in the line, and what becomes of it."""

    __slots__ = ("outcome", "work")

    def __init__(self, work: Callable[[Direct], Any]) -> None:
        self.work = work
        self.outcome: Future[Any] = Future()

    def do_alone(self, connection: Direct) -> None:
        try:
            self.outcome.set_result(self.work(connection))
        except BaseException as error:  # noqa: BLE001 - raised where the work was asked for
            self.outcome.set_exception(error)


class SharedCommits:
    """The line of those who want something done in their turn at one connection."""

    def __init__(self, my_turn: Callable[[], AbstractContextManager[Direct]]) -> None:
        self._my_turn = my_turn
        self._line: deque[_Waiting] = deque()

    def run(self, work: Callable[[Direct], _Result]) -> _Result:
        """Have ``work`` done, in this thread or in that of somebody whose turn comes before, and return its result.

        It is done anew when others that it shared a commit with have failed.
        Raises what it raises, and what waiting for the turn raises: then it is
        not done, now or later.
        """
        mine = _Waiting(work)
        self._line.append(mine)
        try:
            with self._my_turn() as connection:
                if not mine.outcome.done():
                    self._do_all(connection)
        except Exception:
            if mine.outcome.cancel():
                raise
        result: _Result = mine.outcome.result()
        return result

    def _do_all(self, connection: Direct) -> None:
        line = [waiting for waiting in self._leaving() if waiting.outcome.set_running_or_notify_cancel()]
        if len(line) == 1 or not _are_done_at_once(line, connection):
            for waiting in line:
                waiting.do_alone(connection)

    def _leaving(self) -> Iterator[_Waiting]:
        """Take everybody out of the line; only who has the turn does."""
        while self._line:
            yield self._line.popleft()


def _are_done_at_once(line: Sequence[_Waiting], connection: Direct) -> bool:
    """Do the work of all under one commit; False when somebody's failed and nothing was kept."""
    try:
        with connection.command():
            inside = connection.inside_command()
            results = [waiting.work(inside) for waiting in line]
    except DatabaseBusyError as busy:  # for so long that all have waited enough
        for waiting in line:
            waiting.outcome.set_exception(busy)
        return True
    except BaseException:  # noqa: BLE001 - whose fault it was shows when each is done alone
        return False
    for waiting, result in zip(line, results, strict=True):
        waiting.outcome.set_result(result)
    return True
