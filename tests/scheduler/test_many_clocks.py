"""Eight schedulers at once, killed at any moment: every supervisor still gets one digest a day."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from motcua.admin.app import create_app
from motcua.admin.config_file import CONFIG_ENVIRONMENT
from motcua.admin.domain.mails import LEASE
from motcua.admin.enums import MailState, StaffRole
from motcua.admin.extension import EXTENSION
from motcua.admin.models import OutgoingMail, StaffMember
from motcua.admin.schema import upgrade
from tests.conftest import POSTGRES_VARIABLE, Figures, fresh_postgres, server_config
from tests.scheduler.clocks import TIME, SharedTime
from tests.scheduler.fake_smtp import FakeSMTP, Received, RunningSMTP
from tests.scheduler.morning import add_due, add_supervisor, at, working_days
from tests.town import build_town

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.timeout(900)

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 60.0
STUCK_SECONDS = 0.2
LOOK_SECONDS = 0.05
SUPERVISORS, FEW = 20, 2
#: A Monday; the weekdays that follow hold no public holiday.
FIRST_DAY = date(2027, 5, 10)
OUTSIDE_THE_HAND_OVER = (
    "digest.before_row",
    "digest.after_row",
    "digest.after_claim",
    "digest.after_build",
    "digest.before_connect",
    "digest.after_commit",
)
_OVER = (MailState.SENT, MailState.FAILED, MailState.SKIPPED)


@dataclass
class Building:
    """A commune with twenty supervisors, its mail server, and the process that forks its schedulers."""

    engine: sa.Engine
    smtp: FakeSMTP
    time: SharedTime
    nursery: subprocess.Popen[str]

    def begin(self) -> None:
        """Forget every mail; it is early on the first day."""
        self.time.set(at(FIRST_DAY, 6))
        with self.engine.begin() as connection:
            connection.execute(sa.delete(OutgoingMail))
        self.supervise(SUPERVISORS)
        self.smtp.mails.clear()

    def start(self, failpoint: str = "-") -> int:
        """Fork a scheduler and return its process id."""
        assert self.nursery.stdin is not None
        assert self.nursery.stdout is not None
        self.nursery.stdin.write(f"{failpoint}\n")
        self.nursery.stdin.flush()
        return int(self.nursery.stdout.readline())

    def states(self, day: date) -> Counter[MailState]:
        """Count the day's mails by state."""
        mails = sa.select(OutgoingMail.state, sa.func.count()).where(OutgoingMail.local_day == day)
        with self.engine.connect() as connection:
            return Counter({row[0]: row[1] for row in connection.execute(mails.group_by(OutgoingMail.state))})

    def supervise(self, count: int) -> None:
        """Let only so many of the supervisors be in office."""
        first = sa.select(StaffMember.id).where(StaffMember.role == StaffRole.SUPERVISOR).order_by(StaffMember.id)
        with self.engine.begin() as connection:
            ids = connection.execute(first).scalars().all()
            for active, chosen in ((True, ids[:count]), (False, ids[count:])):
                connection.execute(sa.update(StaffMember).where(StaffMember.id.in_(chosen)).values(is_active=active))

    def until_all_are_over(self, day: date, *, supervisors: int = SUPERVISORS, clock_goes_on: bool = False) -> None:
        """Wait for a day's digests; the clock may go on when everybody waits for a lease or a second copy."""
        deadline = time.monotonic() + PATIENCE
        before, changed_at = Counter[MailState](), time.monotonic()
        while (states := self.states(day)).total() < supervisors or states.keys() - set(_OVER):
            assert time.monotonic() < deadline, states
            if states != before:
                before, changed_at = states, time.monotonic()
            elif clock_goes_on and time.monotonic() - changed_at > STUCK_SECONDS:
                changed_at = time.monotonic()
                self.time.set(self.time() + LEASE)
            time.sleep(LOOK_SECONDS)

    def judge(self, days: list[date], *, supervisors: int = SUPERVISORS) -> tuple[int, int]:
        """Return how many digests were lost, and how many copies were too many."""
        with self.engine.connect() as connection:
            recipients = connection.execute(sa.select(OutgoingMail.recipient_id).distinct()).scalars().all()
        assert len(recipients) == supervisors
        copies = self.smtp.copies()
        wanted = {f"<digest-{day}-{person}@motcua.test>" for day in days for person in recipients}
        assert copies.keys() <= wanted
        return len(wanted - copies.keys()), copies.total() - len(copies)


def kill(process: int) -> None:
    """End a process as a power cut would, and wait until it is gone."""
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)
    until_gone(process)


def until_gone(process: int) -> None:
    deadline = time.monotonic() + PATIENCE
    with suppress(ProcessLookupError):
        while True:
            os.kill(process, 0)
            assert time.monotonic() < deadline, "it lives"
            time.sleep(0.005)


@pytest.fixture(scope="module")
def lasting_building(backend: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Building]:
    """Return the building on a database that real processes share."""
    folder = tmp_path_factory.mktemp("building")
    with ExitStack() as stack:
        address = f"sqlite:///{folder / 'building.db'}"
        if not backend.startswith("sqlite"):
            address = stack.enter_context(fresh_postgres(os.environ[POSTGRES_VARIABLE]))
        smtp = stack.enter_context(RunningSMTP())
        values = server_config(address, folder) | {
            "MOTCUA_MAIL_URL": f"smtp://127.0.0.1:{smtp.port}?tls=none",
            "MOTCUA_MAIL_FROM": "motcua@chauninh.test",
        }
        config = folder / "config.py"
        config.write_text("".join(f"{name} = {value!r}\n" for name, value in values.items()), "utf-8")
        _fill(values)
        time_file = folder / "time"
        time_file.write_bytes(TIME.pack(at(FIRST_DAY - timedelta(days=3), 8).timestamp()))
        nursery = subprocess.Popen(  # noqa: S603 - our own words
            [sys.executable, "-m", "tests.scheduler.clocks", str(time_file)],
            cwd=ROOT,
            env=os.environ | {CONFIG_ENVIRONMENT: str(config)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        engine = sa.create_engine(address)
        assert nursery.stdout is not None
        try:
            assert nursery.stdout.readline() == "ready\n"
            yield Building(engine, smtp, SharedTime(time_file), nursery)
        finally:
            os.killpg(nursery.pid, signal.SIGKILL)  # with every scheduler it forked, also those a failed test left
            nursery.communicate()
            engine.dispose()


def _fill(values: dict[str, object]) -> None:
    app = create_app(values)
    database = app.extensions[EXTENSION].database
    upgrade(database.engine)
    with database.write() as session:
        town = build_town(session)
        for number in range(SUPERVISORS - 1):
            add_supervisor(session, town.office, f"s{number:02}")
        add_due(session, town, "H99.09-270507-0001", at(FIRST_DAY, 16))
    database.engine.dispose()
    with app.app_context():
        app.extensions["sqlalchemy"].engine.dispose()


@pytest.fixture
def building(lasting_building: Building) -> Building:
    """Return the building before its first digest."""
    lasting_building.begin()
    return lasting_building


@pytest.fixture
def schedulers(building: Building, request: pytest.FixtureRequest) -> Iterator[list[int]]:
    """Return the process ids of as many schedulers as asked for; none outlives the test."""
    processes = [building.start() for _ in range(request.param)]
    yield processes
    for process in processes:
        kill(process)


def morning_of(building: Building, day: date, second: int = 0) -> None:
    """Let it be half past seven for everybody."""
    building.time.set(at(day, 7, 30) + timedelta(seconds=second))


@pytest.mark.parametrize("schedulers", [8], indirect=True, ids=["eight"])
def test_eight_schedulers_send_each_digest_once(
    building: Building, schedulers: list[int], backend: str, figures: Figures
) -> None:
    """DIG-01: 20 supervisors, 50 working days."""
    started = time.monotonic()
    days = list(working_days(FIRST_DAY, 50))

    for day in days:
        morning_of(building, day)
        building.until_all_are_over(day)

    lost, duplicated = building.judge(days)
    mails = len(building.smtp.mails)
    figures(_figures("DIG-01", backend, 0, mails, lost, duplicated, started))
    assert (mails, lost, duplicated) == (1000, 0, 0)
    assert len(schedulers) == 8


@pytest.mark.parametrize("schedulers", [4], indirect=True, ids=["four"])
def test_schedulers_killed_at_random_lose_nothing(
    building: Building, schedulers: list[int], backend: str, figures: Figures
) -> None:
    """DIG-02: at most one marked copy, and only where a scheduler died in the hand-over."""
    started, chance, kills = time.monotonic(), random.Random(20_261_124), 0
    days = list(working_days(FIRST_DAY, 40))

    for day in days:
        morning_of(building, day)
        for _ in range(2):
            time.sleep(chance.uniform(0.02, 0.12))
            victim = chance.randrange(len(schedulers))
            kill(schedulers[victim])
            schedulers[victim] = building.start()
            kills += 1
        building.until_all_are_over(day, clock_goes_on=True)

    lost, duplicated = building.judge(days)
    copies = building.smtp.copies()
    figures(_figures("DIG-02", backend, kills, len(building.smtp.mails), lost, duplicated, started))
    assert lost == 0
    assert duplicated <= _second_copies(building)
    assert max(copies.values()) <= 2
    assert all("gửi lại" in mail.subject for mail in _extra(building.smtp))


def die_at(building: Building, failpoint: str, days: list[date], *, then: timedelta) -> None:
    """On each day let a scheduler die at a place; later another one sends what is left."""
    building.supervise(FEW)
    for number, day in enumerate(days):
        morning_of(building, day)
        until_gone(building.start(f"{failpoint}:{number % FEW + 1}"))
        building.time.set(building.time() + then)
        survivor = building.start()
        building.until_all_are_over(day, supervisors=FEW, clock_goes_on=True)
        kill(survivor)


@pytest.mark.parametrize("failpoint", OUTSIDE_THE_HAND_OVER)
def test_a_scheduler_that_dies_outside_the_hand_over_costs_nothing(
    building: Building, failpoint: str, backend: str, figures: Figures
) -> None:
    """DIG-03: 30 deaths at each place."""
    started = time.monotonic()
    days = list(working_days(FIRST_DAY, 30))

    die_at(building, failpoint, days, then=LEASE)

    lost, duplicated = building.judge(days, supervisors=FEW)
    figures(_figures(f"DIG-03 {failpoint}", backend, len(days), len(building.smtp.mails), lost, duplicated, started))
    assert (lost, duplicated, _second_copies(building)) == (0, 0, 0)


@pytest.mark.parametrize(("failpoint", "copies_too_many"), [("digest.after_handoff", 0), ("digest.delivered", 10)])
def test_a_scheduler_that_dies_in_the_hand_over_costs_at_most_one_marked_copy(
    building: Building, failpoint: str, copies_too_many: int, backend: str, figures: Figures
) -> None:
    """Between the server's yes and our note of it lies the one moment that SMTP leaves open."""
    started = time.monotonic()
    days = list(working_days(FIRST_DAY, 10))

    die_at(building, failpoint, days, then=LEASE)

    lost, duplicated = building.judge(days, supervisors=FEW)
    figures(_figures(f"DIG-02 {failpoint}", backend, len(days), len(building.smtp.mails), lost, duplicated, started))
    assert (lost, duplicated, _second_copies(building)) == (0, copies_too_many, 10)
    assert sum("gửi lại" in mail.subject for mail in building.smtp.mails) == 10


def _extra(smtp: FakeSMTP) -> list[Received]:
    """Return the mails that came second."""
    seen: set[str] = set()
    extra = []
    for mail in smtp.mails:
        if mail.message_id in seen:
            extra.append(mail)
        seen.add(mail.message_id)
    return extra


def _second_copies(building: Building) -> int:
    with building.engine.connect() as connection:
        marked = sa.select(sa.func.count()).where(OutgoingMail.is_second_copy.is_(True))
        return int(connection.execute(marked).scalar_one())


def _figures(test: str, backend: str, kills: int, mails: int, lost: int, duplicated: int, started: float) -> str:
    kind = backend.partition(":")[0].partition("+")[0]
    seconds = time.monotonic() - started
    return f"{test} ({kind}): {kills} kills, {mails} mails, {lost} lost, {duplicated} duplicated, {seconds:.0f} s"
