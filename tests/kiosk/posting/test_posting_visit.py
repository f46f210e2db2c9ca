"""Who looks at the posting, and where: offices, kiosks, languages, browsers, and a record that is away."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event, select

from motcua.admin.domain.csv_rows import decoded_lines
from motcua.admin.domain.procedure_import import import_procedures
from motcua.admin.enums import OfficeLevel
from motcua.admin.models import Device, Office, Procedure, ProcedureVersion
from motcua.kiosk.auth import COOKIE
from tests.kiosk.hall import away
from tests.town import NINE, add_kiosk, add_office, add_procedure

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from motcua.admin.database import Database
    from motcua.admin.extension import Motcua

from motcua.admin.sample.centre import PROCEDURES
from tests.kiosk.posting.reading import shown, words_of

# Where.


def test_with_several_offices_the_reader_chooses_and_the_choice_travels(session: Session, reader: FlaskClient) -> None:
    add_office(session, "tan-viet", "Trung tâm PVHCC xã Tân Việt")
    closed = add_office(session, "da-dong", "Trung tâm đã đóng")
    closed.is_active = False
    session.add(Office(code="tinh", name="Tỉnh", level=OfficeLevel.PROVINCE))
    session.commit()

    page = reader.get("/procedures/1.001193").get_data(as_text=True)
    assert "Quý khách chọn đơn vị để xem địa chỉ và số điện thoại." in page
    assert re.findall(r'<li><a href="([^"]*)" lang="vi">(Trung tâm[^<]*)<', page) == [
        ("/procedures/1.001193?office=chau-ninh", "Trung tâm PVHCC xã Châu Ninh"),
        ("/procedures/1.001193?office=tan-viet", "Trung tâm PVHCC xã Tân Việt"),
    ]
    assert "Đường dây nóng" not in page

    chosen = reader.get("/procedures/1.001193?office=tan-viet&lang=en").get_data(as_text=True)
    assert "Hotline" in chosen
    assert 'href="/procedures/?lang=en&amp;office=tan-viet&amp;field=' in chosen
    assert 'href="/procedures/1.001193?lang=en"' in chosen
    listed = reader.get("/procedures/?office=tan-viet").get_data(as_text=True)
    assert 'href="/procedures/1.001193?office=tan-viet"' in listed
    assert '<input type="hidden" name="office" value="tan-viet">' in listed


@pytest.mark.parametrize("code", ["da-dong", "khong-co", "", "<b>"])
def test_an_office_that_is_none_is_not_chosen(session: Session, reader: FlaskClient, code: str) -> None:
    add_office(session, "tan-viet", "Trung tâm PVHCC xã Tân Việt")
    add_office(session, "da-dong", "Trung tâm đã đóng").is_active = False
    session.commit()

    assert "Quý khách chọn đơn vị" in shown(reader, f"/procedures/1.001193?office={code}")


def test_without_any_office_the_page_says_where_to_ask(session: Session, client: FlaskClient) -> None:
    add_procedure(session, "1.001193")
    session.commit()

    page = shown(client, "/procedures/1.001193")
    assert "Niêm yết công khai thủ tục hành chính English" in page
    assert "Vui lòng hỏi tại Trung tâm Phục vụ hành chính công cấp xã." in page


def test_a_kiosk_shows_its_own_office_and_no_way_out(session: Session, reader: FlaskClient) -> None:
    other = add_office(session, "tan-viet", "Trung tâm PVHCC xã Tân Việt")
    _, token = add_kiosk(session, other)
    session.commit()
    reader.set_cookie(COOKIE, token)

    page = reader.get("/procedures/1.001193?office=chau-ninh").get_data(as_text=True)
    assert '<p class="bar__office" lang="vi">Trung tâm PVHCC xã Tân Việt</p>' in page
    assert 'href="/kiosk/"><span aria-hidden="true">‹</span> Màn hình đầu</a>' in page
    assert [link for link in re.findall(r'href="([^"]*)"', page) if not link.startswith("/")] == [
        "data:,",
        "#content",
    ]
    assert 'type="search"' not in reader.get("/procedures/").get_data(as_text=True)


def test_a_kiosk_whose_token_was_withdrawn_is_a_browser_like_any_other(
    session: Session, client: FlaskClient, posted: Office
) -> None:
    kiosk, token = add_kiosk(session, posted)
    session.commit()
    session.get_one(Device, kiosk.id).revoked_at = NINE
    session.commit()
    client.set_cookie(COOKIE, token)

    page = client.get("/procedures/").get_data(as_text=True)
    assert "posting--kiosk" not in page
    assert 'type="search"' in page


# Languages, headers, refusals.


def test_english_is_one_tap_away_and_stays(reader: FlaskClient) -> None:
    vietnamese = reader.get("/procedures/?q=khai+sinh").get_data(as_text=True)
    assert '<a href="/procedures/?q=khai+sinh&amp;lang=en" lang="en" hreflang="en">English</a>' in vietnamese

    english = reader.get("/procedures/?q=khai+sinh&lang=en").get_data(as_text=True)
    assert '<html lang="en">' in english
    assert 'href="/procedures/1.001193?lang=en"' in english
    assert '<input type="hidden" name="lang" value="en">' in english
    assert '<span class="line__name" lang="vi">Đăng ký khai sinh</span>' in english
    assert '<a href="/procedures/?q=khai+sinh&amp;lang=vi" lang="vi" hreflang="vi">Tiếng Việt</a>' in english


def test_an_english_page_speaks_english_where_the_words_are_ours(reader: FlaskClient) -> None:
    page = shown(reader, "/procedures/1.001193?lang=en")

    assert "How long it takes On the same day Handed in from 15:00 on: the next working day." in page
    assert "What it costs No fee Papers To hand in" in page
    assert "Steps The steps have not been entered – please ask an officer." in page
    assert "Monday – Friday 07:00–11:30, 13:30–17:00" in page


def test_every_answer_is_guarded_and_leaves_no_cookie(reader: FlaskClient) -> None:
    for address in ("/procedures/", "/procedures/1.001193", "/procedures/9.999999", "/procedures/?lang=en"):
        headers = reader.get(address).headers
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; style-src 'self'; script-src 'self'; ")
        assert ("unsafe" in policy, "http" in policy) == (False, False)
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "Set-Cookie" not in headers


def test_pages_carry_nothing_inline(reader: FlaskClient) -> None:
    for address in ("/procedures/", "/procedures/1.001193", "/procedures/9.999999"):
        page = reader.get(address).get_data(as_text=True)
        assert re.findall(r"<style|<script(?! src)|\sstyle=|\son\w+=", page) == []
        assert re.findall(r'(?:src|href)="(?:https?:)?//(?!dichvucong\.gov\.vn)', page) == []


def test_a_browser_keeps_a_page_until_it_changes(session: Session, reader: FlaskClient) -> None:
    first = reader.get("/procedures/1.001193")
    again = reader.get("/procedures/1.001193", headers={"If-None-Match": first.headers["ETag"]})
    session.scalars(select(ProcedureVersion).join(Procedure).where(Procedure.code == "1.001193")).one().fee_vnd = 5000
    session.commit()
    changed = reader.get("/procedures/1.001193", headers={"If-None-Match": first.headers["ETag"]})

    assert (first.headers["Cache-Control"], first.headers["Vary"]) == ("no-cache", "Cookie")
    assert (again.status_code, again.data) == (304, b"")
    assert (changed.status_code, changed.headers["ETag"] != first.headers["ETag"]) == (200, True)


@pytest.mark.parametrize("code", ["9.999999", "1.00119", "1.0011933", "abc", "%00", "1.001193.json", "Ễ" * 50])
def test_an_unknown_code_gets_a_calm_page(reader: FlaskClient, code: str) -> None:
    answer = reader.get(f"/procedures/{code}")

    assert (answer.status_code, answer.headers["Cache-Control"]) == (404, "no-store")
    assert "Không tìm thấy thủ tục này Mã có thể bị gõ nhầm, hoặc thủ tục không còn hiệu lực." in words_of(answer)


def test_the_long_form_of_a_code_leads_to_the_page(reader: FlaskClient) -> None:
    answer = reader.get("/procedures/1.001193.000.00.00.H31?lang=en&office=chau-ninh")

    assert (answer.status_code, answer.headers["Location"]) == (301, "/procedures/1.001193?lang=en&office=chau-ninh")


def test_a_record_that_is_away_is_said_to_be_away(
    reader: FlaskClient, motcua: Motcua, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(motcua, "database", away(database))

    for address in ("/procedures/", "/procedures/1.001193"):
        page = shown(reader, address, 503)
        assert "Hệ thống tạm gián đoạn Tạm thời chưa đọc được dữ liệu. Vui lòng thử lại sau ít phút. Thử lại" in page


def test_a_bug_becomes_an_apology_with_a_number(
    reader: FlaskClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("motcua.kiosk.procedures.posted_fields", broken)

    page = shown(reader, "/procedures/", 500)
    incident = re.search(r"incident ([0-9A-F]{8}): GET /procedures/", caplog.text)
    assert incident is not None
    assert incident[1] in page
    assert "ZeroDivisionError" not in page


@pytest.mark.parametrize("address", ["/procedures/", "/procedures/?q=khai+sinh", "/procedures/1.001193"])
def test_fifty_one_procedures_take_as_many_questions_as_one(
    session: Session, visitor: FlaskClient, database: Database, address: str
) -> None:
    with PROCEDURES.open("rb") as file:
        header, first, *rest = list(decoded_lines(file.read()))

    def questions() -> int:
        asked: list[str] = []

        def note(*arguments: object) -> None:
            asked.append(str(arguments[2]))

        event.listen(database.engine, "before_cursor_execute", note)
        try:
            assert visitor.get(address).status_code == 200
        finally:
            event.remove(database.engine, "before_cursor_execute", note)
        return len(asked)

    import_procedures(session, [header, first], effective_from=date(2026, 1, 1))
    session.commit()
    with_one = questions()
    import_procedures(session, [header, *rest], effective_from=date(2026, 1, 1))
    session.commit()

    assert questions() == with_one
    assert with_one <= 6


def test_posting_looks_at_the_record_and_changes_nothing(reader: FlaskClient) -> None:
    answers = [reader.open("/procedures/", method=method).status_code for method in ("HEAD", "POST", "PUT", "DELETE")]

    assert answers == [200, 405, 405, 405]
