"""Filters a person keeps for a list: his own, of what the list offers, without the words he searched for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

import pytest
import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import User

from motcua.admin.domain.saved_filters import MOST
from motcua.admin.models import SavedFilter
from tests.admin.two_offices import TwoOffices

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

LIST = "/motcua/dossiers/list/"
SCREEN = "MotcuaDossierView"


@pytest.fixture
def hoa(app: Flask, two: TwoOffices) -> FlaskClient:
    """Return the browser of Hoa, who leads Châu Ninh."""
    return two.browser(app, "supervisor")


def keep(client: FlaskClient, name: str, query: str, screen: str = SCREEN) -> TestResponse:
    return client.post("/motcua/filters/keep", data={"screen": screen, "name": name, "query": query})


def kept(session: Session) -> list[tuple[str, str]]:
    session.rollback()
    return [(row.name, row.query) for row in session.scalars(sa.select(SavedFilter).order_by(SavedFilter.id))]


def links_on(page: TestResponse) -> dict[str, str]:
    """Return the kept filters that a list shows, with their addresses."""
    found = re.search(r'<ul aria-label="Bộ lọc của tôi">(.*?)</ul>', page.text, re.DOTALL)
    return dict(re.findall(r'<a href="([^"]+)"[^>]*>([^<]+)</a>', found[1])) if found else {}


def test_a_filter_is_kept_from_the_list_as_it_stands_and_leads_back_to_it(hoa: FlaskClient) -> None:
    page = hoa.get(LIST, query_string={"view": "late", "sort": "-due", "q": "ngoc", "page": "1"})
    offered = re.search(r'name="query" value="([^"]+)"', page.text)
    assert offered is not None

    answer = keep(hoa, "  Trễ hạn  của tôi ", offered[1].replace("&amp;", "&"))
    back = hoa.get(answer.location)

    assert dict(parse_qsl(urlsplit(answer.location).query)) == {"view": "late", "sort": "-due"}
    assert list(links_on(back).values()) == ["Trễ hạn của tôi"]
    assert 'aria-current="true">Trễ hạn của tôi' in back.text
    assert "Lưu bộ lọc này" not in back.text


def test_the_words_searched_for_are_not_kept(hoa: FlaskClient, session: Session) -> None:
    keep(hoa, "Chờ", "view=late&q=Nguyen+Van+A&page=3")

    assert kept(session) == [("Chờ", "view=late")]


def test_the_list_as_it_opens_is_nothing_to_keep(hoa: FlaskClient) -> None:
    assert "Lưu bộ lọc này" not in hoa.get(LIST).text
    assert "Lưu bộ lọc này" not in hoa.get(LIST, query_string={"q": "ngoc"}).text


def test_a_filter_of_the_same_name_is_replaced(hoa: FlaskClient, session: Session) -> None:
    keep(hoa, "Của tôi", "view=late")
    keep(hoa, "Của tôi", "view=today")

    assert kept(session) == [("Của tôi", "view=today")]


def test_a_filter_is_its_persons_own(app: Flask, two: TwoOffices, hoa: FlaskClient, session: Session) -> None:
    keep(hoa, "Của Hoa", "view=late")
    number = session.scalars(sa.select(SavedFilter.id)).one()
    son = two.browser(app, "office_admin")

    removed = son.post(f"/motcua/filters/forget/{number}", data={"screen": SCREEN})

    assert links_on(son.get(LIST)) == {}
    assert removed.status_code == 404
    assert kept(session) == [("Của Hoa", "view=late")]


def test_a_filter_is_removed_by_who_kept_it(hoa: FlaskClient, session: Session) -> None:
    keep(hoa, "Của tôi", "view=late")
    number = session.scalars(sa.select(SavedFilter.id)).one()

    answer = hoa.post(f"/motcua/filters/forget/{number}", data={"screen": SCREEN})

    assert answer.location == LIST
    assert kept(session) == []
    assert "Đã xóa bộ lọc." in hoa.get(LIST).text


def test_filters_belong_to_their_list(hoa: FlaskClient) -> None:
    keep(hoa, "Đang chờ", "state=waiting", screen="MotcuaTicketView")

    assert links_on(hoa.get(LIST)) == {}
    assert list(links_on(hoa.get("/motcua/tickets/list/")).values()) == ["Đang chờ"]


@pytest.mark.parametrize(
    ("query", "screen", "name", "status"),
    [
        ("view=unheard", SCREEN, "x", 404),
        ("sort=applicant_phone", SCREEN, "x", 404),
        ("status=99", SCREEN, "x", 404),
        ("view=late", "UserDBModelView", "x", 403),
        ("view=late", "MotcuaAuditView", "x", 403),
        ("view=late", "", "x", 403),
        ("view=late", SCREEN, " ", 400),
        ("view=late", SCREEN, "x" * 41, 400),
    ],
)
def test_what_the_list_does_not_offer_is_not_kept(
    hoa: FlaskClient, session: Session, query: str, screen: str, name: str, status: int
) -> None:
    assert keep(hoa, name, query, screen).status_code == status
    assert kept(session) == []


def test_another_offices_filter_cannot_be_kept(two: TwoOffices, hoa: FlaskClient, session: Session) -> None:
    assert keep(hoa, "x", f"office={two.theirs.office.id}").status_code == 404
    assert kept(session) == []


def test_a_list_takes_a_dozen_and_says_what_to_do(hoa: FlaskClient, session: Session) -> None:
    for number in range(MOST):
        keep(hoa, f"Lọc {number}", "view=late")

    answer = keep(hoa, "Một nữa", "view=late")

    assert answer.status_code == 409
    assert "Danh sách này đã lưu đủ 12 bộ lọc." in answer.text
    assert len(kept(session)) == MOST


def test_a_filter_whose_choice_is_gone_shows_but_leads_nowhere(
    two: TwoOffices, hoa: FlaskClient, session: Session
) -> None:
    session.add(SavedFilter(user_id=two.people["supervisor"].id, screen=SCREEN, name="Cũ", query="officer=999999"))
    session.commit()

    page = hoa.get(LIST)

    assert links_on(page) == {}
    assert "<s>Cũ</s>" in page.text
    assert page.status_code == 200


def test_a_name_is_text_and_no_markup(hoa: FlaskClient) -> None:
    keep(hoa, "<b>x</b>", "view=late")

    page = hoa.get(LIST).text

    assert "<b>x</b>" not in page
    assert "&lt;b&gt;x&lt;/b&gt;" in page


def test_nobody_keeps_a_filter_without_a_login(app: Flask, two: TwoOffices, session: Session) -> None:
    assert two.ours
    answer = keep(app.test_client(), "x", "view=late")

    assert answer.status_code == 302
    assert "/login" in answer.location
    assert kept(session) == []


def test_a_persons_filters_go_with_the_login(app: Flask, two: TwoOffices, session: Session) -> None:
    somebody = two.people["auditor"]
    session.add(SavedFilter(user_id=somebody.id, screen=SCREEN, name="Cũ", query="view=late"))
    session.commit()

    removed = two.browser(app, "admin").post(f"/users/delete/{somebody.id}")

    assert removed.status_code == 302
    assert session.get(User, somebody.id, populate_existing=True) is None
    assert kept(session) == []
