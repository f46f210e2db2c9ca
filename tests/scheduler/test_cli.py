"""motcua digest: by hand at any hour, by a timer when due, and once for each day and person."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from motcua.admin.enums import MailState
from motcua.scheduler.cli import digest
from motcua.scheduler.settings import EXTENSION
from tests.scheduler.morning import add_due, at, put_row, rows
from tests.town import WEDNESDAY, Town

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result
    from flask import Flask
    from sqlalchemy.orm import Session

    from motcua.admin.database import Database
    from motcua.admin.extension import Motcua

SUNDAY = date(2026, 12, 6)


@pytest.fixture
def mail_dir(tmp_path: Path) -> Path:
    return tmp_path / "mail"


@pytest.fixture
def command(
    app: Flask, motcua: Motcua, town: Town, mail_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Result]:
    """Return what runs the command on a Wednesday at six in the morning."""
    assert town
    monkeypatch.setattr(motcua, "clock", lambda: at(WEDNESDAY, 6))
    monkeypatch.setitem(app.extensions, EXTENSION, replace(app.extensions[EXTENSION], mail_dir=mail_dir))
    return lambda *arguments: app.test_cli_runner().invoke(digest, arguments)


def files(mail_dir: Path) -> list[str]:
    return sorted(path.name for path in mail_dir.glob("*.eml"))


def test_a_person_gets_todays_digest_at_any_hour(command: Callable[..., Result], mail_dir: Path) -> None:
    result = command()

    assert (result.exit_code, result.output) == (0, "02/12/2026  hoa                  sent\n")
    assert files(mail_dir) == ["2026-12-02_digest_hoa@chauninh.test.eml"]


def test_asking_again_sends_nothing(command: Callable[..., Result], mail_dir: Path) -> None:
    command()
    result = command()

    assert (result.exit_code, result.output) == (0, "02/12/2026  hoa                  sent\n")
    assert len(files(mail_dir)) == 1


def test_a_timer_sends_only_what_is_due(
    command: Callable[..., Result], motcua: Motcua, mail_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    early = command("--due")
    monkeypatch.setattr(motcua, "clock", lambda: at(WEDNESDAY, 7, 30))
    on_time = command("--due")

    assert early.output == "No digest for 02/12/2026: nobody supervises an office, or none is due yet.\n"
    assert on_time.output == "02/12/2026  hoa                  sent\n"
    assert len(files(mail_dir)) == 1


def test_a_day_off_may_be_asked_for(
    command: Callable[..., Result], motcua: Motcua, mail_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(motcua, "clock", lambda: at(SUNDAY, 9))
    assert command("--due").exit_code == 0

    command("--day", "2026-12-06")

    assert files(mail_dir) == ["2026-12-06_digest_hoa@chauninh.test.eml"]


def test_a_dry_run_shows_the_mail_and_leaves_nothing(
    command: Callable[..., Result], session: Session, town: Town, database: Database, mail_dir: Path
) -> None:
    add_due(session, town, "H99.09-261124-0001", at(WEDNESDAY, 16))

    result = command("--dry-run")

    assert result.exit_code == 0
    assert result.output.startswith(
        "To: hoa@chauninh.test\nSubject: Hồ sơ ngày 02/12/2026: 0 quá hạn, 1 đến hạn hôm nay, 0 sắp đến hạn\n"
    )
    assert "http://motcua.test/motcua/dossiers/by-code/H99.09-261124-0001" in result.output
    assert (rows(database), mail_dir.exists()) == ([], False)


def test_a_dry_run_of_a_coming_day_shows_what_will_be_late_by_then(
    command: Callable[..., Result], session: Session, town: Town
) -> None:
    add_due(session, town, "H99.09-261124-0001", at(WEDNESDAY, 16))

    result = command("--dry-run", "--day", "2026-12-03")

    assert "Subject: Hồ sơ ngày 03/12/2026: 1 quá hạn" in result.output


def test_a_dry_run_says_who_has_no_address(command: Callable[..., Result], session: Session, town: Town) -> None:
    town.hoa.email = "nobody"
    session.commit()

    result = command("--dry-run")

    assert (result.exit_code, result.output) == (
        0,
        "No usable e-mail address is recorded for this supervisor. (Hoa)\n",
    )


def test_a_day_that_has_not_come_cannot_be_sent(command: Callable[..., Result], database: Database) -> None:
    result = command("--day", "2026-12-03")

    assert result.exit_code == 2
    assert "that day has not come; --dry-run shows its digest" in result.output
    assert rows(database) == []


def test_due_and_a_day_contradict_each_other(command: Callable[..., Result]) -> None:
    result = command("--due", "--day", "2026-12-02")

    assert result.exit_code == 2
    assert "--due says itself which days are due; leave --day out." in result.output


def test_a_mail_that_does_not_leave_makes_the_command_fail(command: Callable[..., Result], mail_dir: Path) -> None:
    mail_dir.write_text("not a folder")

    result = command()

    assert (result.exit_code, result.output) == (1, "02/12/2026  hoa                  queued – File exists\n")


def test_the_command_takes_no_day_from_the_worker(
    command: Callable[..., Result], session: Session, town: Town, database: Database
) -> None:
    """Asked for at six, sent; at half past seven the worker finds the row."""
    put_row(session, town.hoa.id, date(2026, 12, 1))
    command()

    assert [(mail.local_day.day, mail.state) for mail in rows(database)] == [(1, MailState.SENT), (2, MailState.SENT)]
