"""One commit for all who wait, on SQLite: what a hall of kiosks asks at once goes to the disk together.

To make a command durable is most of what a short one costs, and costs the
same for ten as for one (``docs/decisions/0008``). Who stands first in the line
therefore waits for the turn and does the work of all. Nobody is answered
before the commit, and nobody's failure undoes another's work.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, TypeVar

from motcua.admin.errors import DatabaseBusyError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from motcua.admin.direct import Direct

_Result = TypeVar("_Result")


class _Waiting:
    """One piece of work in the line, and what becomes of it."""

    __slots__ = ("_error", "_is_over", "_result", "work")

    def __init__(self, work: Callable[[Direct], Any]) -> None:
        self.work = work
        self._result: Any = None
        self._error: BaseException | None = None
        # A good part of the gain would go into the conditions of a ``concurrent.futures.Future``.
        self._is_over = threading.Lock()
        self._is_over.acquire()

    def do_alone(self, connection: Direct) -> None:
        try:
            self.succeed(self.work(connection))
        except BaseException as error:  # noqa: BLE001 - raised where the work was asked for
            self.fail(error)

    def succeed(self, result: Any) -> None:
        self._result = result
        self._is_over.release()

    def fail(self, error: BaseException) -> None:
        self._error = error
        self._is_over.release()

    def result(self) -> Any:
        """Wait until the work is done, and return what it returned. Raises what it raised."""
        self._is_over.acquire()
        if self._error is not None:
            raise self._error
        return self._result


class SharedCommits:
    """The line of those who want something done in their turn at one connection."""

    def __init__(self, my_turn: Callable[[], AbstractContextManager[Direct]]) -> None:
        self._my_turn = my_turn
        self._guard = threading.Lock()
        self._line: list[_Waiting] = []

    def run(self, work: Callable[[Direct], _Result]) -> _Result:
        """Have ``work`` done, in this thread or in that of who stands first in the line, and return its result.

        It is done anew when others that it shared a commit with have failed.
        Raises what it raises, and what waiting for the turn raises: then it is
        not done, now or later.
        """
        mine = _Waiting(work)
        with self._guard:
            is_first = not self._line
            self._line.append(mine)
        if is_first:
            self._lead()
        result: _Result = mine.result()
        return result

    def _lead(self) -> None:
        """Wait for the turn, then do the work of everybody who stands in the line by then."""
        try:
            with self._my_turn() as connection:
                _do_all(self._leave(), connection)
        except BaseException as error:  # noqa: BLE001 - the turn did not come; raised where the work was asked for
            for waiting in self._leave():
                waiting.fail(error)

    def _leave(self) -> list[_Waiting]:
        """Take everybody out of the line; who comes now is the first of the next."""
        with self._guard:
            line, self._line = self._line, []
        return line


def _do_all(line: Sequence[_Waiting], connection: Direct) -> None:
    if len(line) == 1 or not _are_done_at_once(line, connection):
        for waiting in line:
            waiting.do_alone(connection)


def _are_done_at_once(line: Sequence[_Waiting], connection: Direct) -> bool:
    """Do the work of all under one commit; False when somebody's failed and nothing was kept."""
    try:
        with connection.command():
            inside = connection.inside_command()
            results = [waiting.work(inside) for waiting in line]
    except DatabaseBusyError as busy:  # for so long that all have waited enough
        for waiting in line:
            waiting.fail(busy)
        return True
    except BaseException:  # noqa: BLE001 - whose fault it was shows when each is done alone
        return False
    for waiting, result in zip(line, results, strict=True):
        waiting.succeed(result)
    return True
