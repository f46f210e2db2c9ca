"""What the kiosk is told when there is no number: in both languages, with nothing used up."""

from __future__ import annotations

import json
import logging
import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from motcua.admin.database import Database
from motcua.admin.domain.devices import revoke
from motcua.admin.enums import DeviceKind, HolidayKind
from motcua.admin.models import Holiday
from tests.kiosk.hall import away
from tests.kiosk.taking import ADDRESS, NOTHING, Kiosk, given, ledger, new_key
from tests.town import HANOI, NINE, WEDNESDAY, Town

if TYPE_CHECKING:
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

    from motcua.admin.extension import Motcua


@dataclass
class Refused:
    """What a refusal says."""

    status: int
    code: str
    vi: str
    en: str


def refused(answer: TestResponse) -> Refused:
    """Check the form of a refusal and return what it says."""
    assert answer.content_type == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    body = answer.get_json()
    assert body["type"] == f"urn:motcua:problem:{body['code']}"
    assert body["detail"] in {body["detail_vi"], body["detail_en"]}
    assert body["status"] == answer.status_code
    assert not re.search(r"Traceback|File \"|sqlalchemy|psycopg|[{}]", body["detail_vi"] + body["detail_en"])
    return Refused(answer.status_code, body["code"], body["detail_vi"], body["detail_en"])


def test_an_unknown_service(kiosk: Kiosk, database: Database) -> None:
    assert refused(kiosk.take("bau-troi")) == Refused(
        404,
        "unknown_service",
        "Không có dịch vụ “bau-troi” tại trung tâm này. Vui lòng chọn lại.",
        "This centre offers no service “bau-troi”. Please choose again.",
    )
    assert ledger(database) == NOTHING


def test_a_service_closed_between_page_and_tap(kiosk: Kiosk, town: Town, session: Session, database: Database) -> None:
    """TKT-16."""
    town.civil.is_open = False
    session.commit()

    assert refused(kiosk.take()) == Refused(
        409,
        "service_closed",
        "Dịch vụ “Hộ tịch” đang tạm đóng. Vui lòng hỏi cán bộ hướng dẫn.",
        "The service “Civil status” is closed. Please ask a member of staff.",
    )
    assert ledger(database) == NOTHING


def test_an_office_switched_off_between_page_and_tap(
    kiosk: Kiosk, town: Town, session: Session, database: Database
) -> None:
    """TKT-16."""
    town.office.is_active = False
    session.commit()

    assert refused(kiosk.take()).code == "service_closed"
    assert ledger(database) == NOTHING


@pytest.mark.parametrize(
    ("at", "opens_vi", "opens_en"),
    [
        (datetime(2026, 12, 2, 6, 59, tzinfo=HANOI), "07:00 ngày 02/12/2026", "07:00 on 02/12/2026"),
        (datetime(2026, 12, 2, 11, 30, tzinfo=HANOI), "13:30 ngày 02/12/2026", "13:30 on 02/12/2026"),
        (datetime(2026, 12, 2, 17, 0, tzinfo=HANOI), "07:00 ngày 03/12/2026", "07:00 on 03/12/2026"),
        (datetime(2026, 12, 5, 9, 0, tzinfo=HANOI), "07:00 ngày 07/12/2026", "07:00 on 07/12/2026"),
    ],
    ids=["before opening", "at lunch", "after closing", "on Saturday"],
)
def test_an_hour_at_which_the_office_is_closed(
    kiosk: Kiosk, motcua: Motcua, database: Database, at: datetime, opens_vi: str, opens_en: str
) -> None:
    """TKT-16: the page was loaded while the office was open."""
    motcua.clock = lambda: at

    assert refused(kiosk.take()) == Refused(
        409,
        "outside_hours",
        f"Ngoài giờ làm việc. Mở cửa lại lúc {opens_vi}.",
        f"Outside opening hours. Opens again at {opens_en}.",
    )
    assert ledger(database) == NOTHING


def test_the_last_minute_before_closing_is_still_open(kiosk: Kiosk, motcua: Motcua) -> None:
    motcua.clock = lambda: datetime(2026, 12, 2, 16, 59, 59, tzinfo=HANOI)

    assert kiosk.take().status_code == 201


def test_hours_that_were_changed_a_moment_ago_count(kiosk: Kiosk, town: Town, session: Session) -> None:
    """TKT-16."""
    assert kiosk.take().status_code == 201
    wednesday = [hours for hours in town.office.hours if hours.weekday == WEDNESDAY.weekday()]
    wednesday[0].closes_at = time(8, 30)
    session.commit()

    assert refused(kiosk.take()).code == "outside_hours"


def test_a_day_off_announced_a_moment_ago_counts(kiosk: Kiosk, town: Town, session: Session) -> None:
    """TKT-16: and so does taking it back."""
    assert kiosk.take().status_code == 201
    holiday = Holiday(office=town.office, day=WEDNESDAY, kind=HolidayKind.OFF, name="Mất điện")
    session.add(holiday)
    session.commit()
    assert refused(kiosk.take()).vi == "Ngoài giờ làm việc. Mở cửa lại lúc 07:00 ngày 03/12/2026."

    session.delete(holiday)
    session.commit()
    assert kiosk.take().status_code == 201


def test_an_office_that_is_always_open_gives_numbers_at_midnight(
    kiosk: Kiosk, town: Town, session: Session, motcua: Motcua
) -> None:
    town.office.always_open = True
    session.commit()
    motcua.clock = lambda: datetime(2026, 12, 6, 0, 0, tzinfo=HANOI)

    assert kiosk.take().get_json()["service_day"] == "2026-12-06"


def test_the_day_is_full(kiosk: Kiosk, town: Town, session: Session, database: Database) -> None:
    town.civil.daily_quota = 2
    session.commit()
    assert [kiosk.take().status_code for _ in range(2)] == [201, 201]

    assert refused(kiosk.take()) == Refused(
        409,
        "quota_reached",
        "Dịch vụ “Hộ tịch” đã phát hết 2 số của hôm nay.",
        "All 2 numbers of “Civil status” for today have been given out.",
    )
    assert kiosk.take("dat-dai").get_json()["number"] == "B001"
    assert ledger(database) == given(3)


def test_a_series_never_runs_over(
    kiosk: Kiosk, motcua: Motcua, database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """TKT-15: a capacity of 999, and 1,001 visitors."""
    monkeypatch.setattr(motcua, "settings", replace(motcua.settings, series_capacity=999))

    with caplog.at_level(logging.WARNING):
        answers = [kiosk.take() for _ in range(1_001)]

    assert [answer.get_json()["number"] for answer in answers[:999]] == [f"A{number:03}" for number in range(1, 1_000)]
    assert [refused(answer).vi for answer in answers[999:]] == ["Dịch vụ “Hộ tịch” đã phát hết 999 số của hôm nay."] * 2
    assert [record.getMessage().partition(": ")[2] for record in caplog.records] == [
        "All 999 numbers of “Civil status” for today have been given out."
    ] * 2
    assert ledger(database) == given(999)


def test_a_visitor_of_a_full_day_still_hears_his_own_number(kiosk: Kiosk, town: Town, session: Session) -> None:
    key = new_key()
    ticket = kiosk.take(key=key)
    town.civil.daily_quota = 1
    town.civil.is_open = False
    session.commit()

    assert [kiosk.take(key=key).data, kiosk.take().status_code] == [ticket.data, 409]


@pytest.mark.parametrize("token", ["", "wrong", "a" * 5_000, "Đà Nẵng"], ids=["none", "wrong", "long", "accented"])
def test_a_machine_nobody_enrolled(kiosk: Kiosk, database: Database, token: str) -> None:
    header = f"Bearer {token}" if token else ""

    answer = refused(kiosk.take(headers={"Authorization": header}))

    assert answer == Refused(
        401,
        "device_unknown",
        "Thiết bị chưa được đăng ký. Vui lòng báo cán bộ hướng dẫn.",
        "This device is not enrolled. Please tell a member of staff.",
    )
    assert ledger(database) == NOTHING


def test_a_token_with_one_letter_changed(kiosk: Kiosk, database: Database) -> None:
    changed = ("b" if kiosk.token[0] == "a" else "a") + kiosk.token[1:]

    assert refused(Kiosk(kiosk.client, changed).take()).code == "device_unknown"
    assert ledger(database) == NOTHING


def test_a_machine_whose_access_was_withdrawn(kiosk: Kiosk, town: Town, session: Session, database: Database) -> None:
    revoke(town.kiosk, now=NINE)
    session.commit()

    assert refused(kiosk.take()) == Refused(
        403,
        "device_revoked",
        "Thiết bị đã bị thu hồi quyền. Vui lòng báo cán bộ hướng dẫn.",
        "This device's access was withdrawn. Please tell a member of staff.",
    )
    assert ledger(database) == NOTHING


def test_a_display_gives_no_numbers(kiosk: Kiosk, town: Town, session: Session, database: Database) -> None:
    town.kiosk.kind = DeviceKind.DISPLAY
    session.commit()

    answer = refused(kiosk.take())

    assert (answer.status, answer.code) == (403, "device_not_kiosk")
    assert ledger(database) == NOTHING


def test_a_stranger_learns_nothing_of_what_we_accept(kiosk: Kiosk) -> None:
    stranger = Kiosk(kiosk.client, "wrong")

    bodies = [{"service": "ho-tich"}, {"service": "bau-troi"}, {"service": 5}, "no object"]
    assert [refused(stranger.post(body)).code for body in bodies] == ["device_unknown"] * 4


def test_an_order_without_a_key(kiosk: Kiosk, database: Database) -> None:
    assert refused(kiosk.take(headers={"Idempotency-Key": ""})) == Refused(
        400,
        "idempotency_key_missing",
        "Thiếu mã chống lặp (Idempotency-Key). Vui lòng thử lại từ màn hình đầu.",
        "The Idempotency-Key header is missing. Please start again from the first screen.",
    )
    assert ledger(database) == NOTHING


@pytest.mark.parametrize("key", ["short", "x" * 65, "with space inside", "tab\tinside", "chữ-có-dấu", "' OR 1=1 --"])
def test_a_key_that_is_none(kiosk: Kiosk, database: Database, key: str) -> None:
    answer = refused(kiosk.take(key=key))

    assert (answer.status, answer.vi) == (400, "Dữ liệu gửi lên không hợp lệ: Idempotency-Key.")
    assert ledger(database) == NOTHING


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'"ho-tich"', b"null", b"7", b"\xff\xfe{", b"[" * 4_000, b'{"service": NaN', b"service=ho-tich"],
)
def test_a_body_that_is_no_json_object(kiosk: Kiosk, database: Database, body: bytes) -> None:
    answer = refused(kiosk.post(data=body, content_type="application/json"))

    assert (answer.status, answer.code) == (400, "body_not_json")
    assert ledger(database) == NOTHING


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_a_body_that_does_not_say_it_is_json(kiosk: Kiosk, database: Database, content_type: str) -> None:
    answer = refused(kiosk.post(data=json.dumps({"service": "ho-tich"}), content_type=content_type))

    assert answer.vi == "Dữ liệu gửi lên phải là một đối tượng JSON (Content-Type: application/json)."
    assert ledger(database) == NOTHING


def test_a_body_that_is_too_large(kiosk: Kiosk, database: Database) -> None:
    answer = refused(kiosk.post(data=b" " * 4_097, content_type="application/json"))

    assert (answer.status, answer.code) == (413, "body_too_large")
    assert answer.vi == "Dữ liệu gửi lên quá lớn (tối đa 4096 byte) hoặc không ghi rõ độ dài."
    assert ledger(database) == NOTHING


def test_a_body_that_does_not_state_its_length(kiosk: Kiosk, database: Database) -> None:
    chunked = {"Transfer-Encoding": "chunked"}

    answer = refused(kiosk.post(data=b"{}", content_type="application/json", headers=chunked))

    assert (answer.status, answer.code) == (413, "body_too_large")
    assert ledger(database) == NOTHING


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("service", None),
        ("service", ""),
        ("service", 7),
        ("service", ["ho-tich"]),
        ("service", "ho-tich\u0000"),
        ("service", "ho\u0007tich"),
        ("service", "\u202eho-tich"),
        ("service", "\ud800"),
        ("service", "x" * 41),
        ("errand", "steal"),
        ("errand", None),
        ("errand", {"submit": 1}),
        ("priority", "\u001b@"),
        ("priority", 1),
        ("priority", "nobody"),
        ("language", "fr"),
        ("language", "vi\r\n"),
    ],
)
def test_a_field_that_makes_no_sense(kiosk: Kiosk, database: Database, field: str, value: Any) -> None:
    answer = refused(kiosk.post({"service": "ho-tich"} | {field: value}))

    assert answer == Refused(
        400,
        "invalid_input",
        f"Dữ liệu gửi lên không hợp lệ: {field}.",
        f"The request is not valid: {field}.",
    )
    assert ledger(database) == NOTHING


def test_an_english_visitor_is_refused_in_english(kiosk: Kiosk) -> None:
    body = kiosk.take("bau-troi", language="en").get_json()

    assert body["detail"] == body["detail_en"]


def test_a_bug_is_an_apology_with_a_number_that_the_log_knows(
    kiosk: Kiosk, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    """A column is gone, as after a half-done upgrade: no rule foresees that."""
    with database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE motcua_print_job RENAME COLUMN copy_number TO copy_gone"))
    try:
        answer = refused(kiosk.take())
    finally:
        with database.engine.begin() as connection:
            # SQLite reads the schema anew for a query, but not for a change of the schema.
            connection.execute(text("SELECT copy_gone FROM motcua_print_job"))
            connection.execute(text("ALTER TABLE motcua_print_job RENAME COLUMN copy_gone TO copy_number"))

    incident = answer.vi.rpartition(" ")[2].rstrip(".")
    assert (answer.status, answer.code) == (500, "internal_error")
    assert answer.en == (
        f"We are sorry, something went wrong. Please try again, or tell a member of staff incident {incident}."
    )
    assert [record.exc_info is not None for record in caplog.records if incident in record.getMessage()] == [True]
    assert ledger(database) == NOTHING


def test_a_database_that_is_away(
    kiosk: Kiosk, motcua: Motcua, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(motcua, "database", away(database))

    answer = kiosk.take()

    assert refused(answer) == Refused(
        503,
        "record_away",
        "Tạm thời chưa đọc được dữ liệu. Vui lòng thử lại sau ít phút.",
        "The data cannot be read right now. Please try again in a few minutes.",
    )
    assert answer.headers["Retry-After"] == "5"
    assert ledger(database) == NOTHING


def test_a_full_disk_is_not_a_bug(
    kiosk: Kiosk, motcua: Motcua, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TKT-18, the part that needs no small disk: SQLite says FULL, the visitor hears "not now"."""
    if not database.is_sqlite:
        pytest.skip("only SQLite can be told how many pages there are")
    with closing(sqlite3.connect(str(database.engine.url.database))) as plain:
        plain.execute("VACUUM")
        (pages,) = plain.execute("PRAGMA page_count").fetchone()
    limited = Database(database.engine.url)
    monkeypatch.setattr(motcua, "database", limited)
    with limited.direct() as connection:
        connection.raw.execute(f"PRAGMA max_page_count={pages + 10}")

    answers = [kiosk.take() for _ in range(300)]
    limited.engine.dispose()

    numbers = [answer.get_json()["number"] for answer in answers if answer.status_code == 201]
    refusals = {refused(answer).code for answer in answers if answer.status_code != 201}
    assert refusals == {"record_away"}
    assert numbers == [f"A{number:03}" for number in range(1, len(numbers) + 1)]
    assert ledger(database) == given(len(numbers))
    with closing(sqlite3.connect(str(database.engine.url.database))) as plain:
        assert plain.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_an_hour_later_the_same_tap_works(kiosk: Kiosk, motcua: Motcua) -> None:
    """A refused key is not used up."""
    key = new_key()
    motcua.clock = lambda: NINE - timedelta(hours=3)
    assert refused(kiosk.take(key=key)).code == "outside_hours"
    motcua.clock = lambda: NINE

    assert kiosk.take(key=key).get_json()["number"] == "A001"


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_other_methods_give_nothing(kiosk: Kiosk, database: Database, method: str) -> None:
    answer = kiosk.client.open(ADDRESS, method=method.upper(), headers={"Authorization": f"Bearer {kiosk.token}"})

    assert answer.status_code == 405
    assert ledger(database) == NOTHING
