"""The post of a town, and mail servers to try it on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event

from motcua.scheduler.post import Post
from motcua.scheduler.settings import MailServer, read_scheduler_settings
from motcua.scheduler.smtp import SmtpDelivery
from tests.scheduler.fake_smtp import FakeSMTP, RunningSMTP
from tests.scheduler.morning import Hands, Morning, RecordingDelivery
from tests.town import Town, build_town

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy.orm import Session

    from motcua.admin.database import Database


@pytest.fixture
def town(session: Session) -> Town:
    """Return Châu Ninh, where Hoa supervises, and Minh and Lan work."""
    return build_town(session)


@pytest.fixture
def morning(database: Database, town: Town) -> Morning:
    """Return a Wednesday at 7:31, with a delivery that keeps the letters."""
    assert town
    hands = Hands()
    post = Post(
        database=database,
        delivery=RecordingDelivery(),
        clock=hands,
        settings=read_scheduler_settings({}),
        public_url="http://motcua.test",
    )
    return Morning(post, hands)


@pytest.fixture
def delivery(morning: Morning) -> RecordingDelivery:
    """Return the delivery of the morning."""
    assert isinstance(morning.post.delivery, RecordingDelivery)
    return morning.post.delivery


@pytest.fixture
def server() -> Iterator[RunningSMTP]:
    """Return a mail server that answers, and may be stopped."""
    running = RunningSMTP()
    running.start()
    yield running
    running.stop()


@pytest.fixture
def smtp(server: RunningSMTP) -> FakeSMTP:
    """Return what the mail server took, and how it behaves."""
    return server.fake


@pytest.fixture
def by_smtp(morning: Morning, smtp: FakeSMTP) -> Morning:
    """Return the morning with a real delivery to the mail server."""
    way = SmtpDelivery(MailServer("127.0.0.1", smtp.port, "none"), answer_seconds=0.3, letter_seconds=5.0)
    return replace(morning, post=replace(morning.post, delivery=way))


@pytest.fixture
def count_queries(database: Database) -> Iterator[Callable[[], int]]:
    """Return what tells how many statements the database has been given."""
    count = 0

    def seen(*_: object) -> None:
        nonlocal count
        count += 1

    event.listen(database.engine, "before_cursor_execute", seen)
    yield lambda: count
    event.remove(database.engine, "before_cursor_execute", seen)
