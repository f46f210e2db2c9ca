"""One commit for all who wait: shared by who succeeds, no matter to whom it fails, and nobody's after he gave up."""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError

from motcua.admin.database import Database
from motcua.admin.errors import DatabaseBusyError, RecordAwayError
from motcua.admin.shared_commit import SharedCommits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from motcua.admin.direct import Direct

    Work = Callable[[Direct], str]

WORDS = ("a", "b", "c", "d", "e")


class Notes:
    """A book with a line of those who want to write a word into it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.file = str(database.engine.url.database)
        self.said: list[str] = []
        self._commits = SharedCommits(database.direct)

    def words(self) -> list[str]:
        with closing(sqlite3.connect(self.file)) as reader:
            return [word for (word,) in reader.execute("SELECT word FROM note ORDER BY word")]

    def ask_at_once(self, line: Sequence[Work], *, too_late: bool = False) -> list[str | Exception]:
        """Have all wait while somebody else has the turn, perhaps too long; return what each came to."""
        came_to: list[str | Exception | None] = [None] * len(line)

        def ask(place: int) -> None:
            try:
                came_to[place] = self._commits.run(line[place])
            except Exception as error:  # noqa: BLE001 - what it came to
                came_to[place] = error

        askers = [threading.Thread(target=ask, args=(place,)) for place in range(len(line))]
        with self.database.direct() as connection:
            connection.raw.set_trace_callback(self.said.append)
            for asker in askers:
                asker.start()
            wait_until(lambda: len(self._commits._line) == len(line))  # noqa: SLF001 - nobody else needs to know
            if too_late:
                wait_until(lambda: all(outcome is not None for outcome in came_to))
        for asker in askers:
            asker.join()
        return [outcome for outcome in came_to if outcome is not None]

    def ends(self) -> list[str]:
        """Return how transactions were opened and closed."""
        return [line for line in self.said if line.startswith(("BEGIN", "COMMIT", "ROLLBACK"))]


def wait_until(is_so: Callable[[], bool]) -> None:
    while not is_so():
        time.sleep(0.001)


@pytest.fixture
def notes(tmp_path: Path) -> Iterator[Notes]:
    database = Database(sa.make_url(f"sqlite:///{tmp_path / 'notes.db'}"), patience_seconds=0.5)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE note (word TEXT UNIQUE)")
    yield Notes(database)
    database.engine.dispose()


def write(word: str, connection: Direct) -> str:
    with connection.short_command():
        connection.execute("INSERT INTO note VALUES (?)", (word,), fetch=False)
    return word


def write_and_think_better_of_it(connection: Direct) -> str:
    with connection.short_command():
        connection.execute("INSERT INTO note VALUES ('never')", (), fetch=False)
        raise LookupError


def writes(*words: str) -> list[Work]:
    return [partial(write, word) for word in words]


def test_all_who_wait_share_one_commit(notes: Notes) -> None:
    assert notes.ask_at_once(writes(*WORDS)) == list(WORDS)

    assert notes.ends() == ["BEGIN IMMEDIATE", "COMMIT"]
    assert notes.words() == list(WORDS)


def test_one_alone_looks_up_before_it_takes_the_write_lock(notes: Notes) -> None:
    def look_up_first(connection: Direct) -> str:
        connection.execute("SELECT word FROM note", (), fetch=True)
        return write("a", connection)

    notes.ask_at_once([look_up_first])

    assert notes.said == [
        "SELECT word FROM note",
        "BEGIN IMMEDIATE",
        "INSERT INTO note VALUES ('a')",
        "COMMIT",
    ]


@pytest.mark.parametrize("place", [0, 2, 4])
def test_who_fails_undoes_nobody_elses(notes: Notes, place: int) -> None:
    line = writes(*WORDS)
    line[place] = write_and_think_better_of_it

    outcomes = notes.ask_at_once(line)

    assert isinstance(outcomes.pop(place), LookupError)
    others = [word for number, word in enumerate(WORDS) if number != place]
    assert outcomes == others
    assert notes.words() == others


def test_of_two_who_want_the_same_one_has_it(notes: Notes) -> None:
    outcomes = notes.ask_at_once(writes("a", "b", "a", "c"))

    assert isinstance(outcomes.pop(2), IntegrityError)
    assert outcomes == ["a", "b", "c"] == notes.words()


def test_who_waited_too_long_is_refused_and_never_done(notes: Notes) -> None:
    outcomes = notes.ask_at_once(writes(*WORDS), too_late=True)

    assert [type(outcome) for outcome in outcomes] == [DatabaseBusyError] * 5
    assert notes.ask_at_once(writes("f")) == ["f"]
    assert notes.words() == ["f"]


def test_while_another_program_writes_all_are_refused_at_the_same_moment(notes: Notes) -> None:
    with closing(sqlite3.connect(notes.file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        outcomes = notes.ask_at_once(writes(*WORDS))
        other.execute("ROLLBACK")

    assert [type(outcome) for outcome in outcomes] == [DatabaseBusyError] * 5
    assert len({id(outcome) for outcome in outcomes}) == 1, "one refusal for all, not one wait after the other"
    assert notes.words() == []


def test_on_a_full_disk_nobody_is_told_that_it_is_written(notes: Notes) -> None:
    with notes.database.direct() as connection:
        (pages,) = connection.execute("PRAGMA page_count", (), fetch=True)[0]
        connection.execute(f"PRAGMA max_page_count={pages}", (), fetch=True)
    long = "x" * 10_000

    outcomes = notes.ask_at_once(writes("a", long, "b"))

    assert isinstance(outcomes.pop(1), DBAPIError | RecordAwayError)
    assert outcomes == ["a", "b"] == notes.words()
