"""What a list can be asked: its own words, in its own order, a page at a time, and nothing that it does not show."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import String, inspect

from motcua.admin.views.base import OfficeModelView
from motcua.admin.views.listing import asked_by
from tests.admin.two_offices import TwoOffices

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

#: Shorter texts, such as "A", stand in many words.
_TELLING_CHARS = 5
#: What a dossier is searched for beside its code: a name with or without accents, a whole number.
_SOUGHT_OTHERWISE = {"MotcuaDossierView": {"applicant_search", "applicant_phone", "applicant_id_number"}}
_NO_PAGES = [
    "0",
    "-1",
    "1000000000",
    "9" * 40,
    "00000000199999999999999999999",
    "1e3",
    "1.0",
    "٣",
    "",
    " 1",
    "x",
    "1'--",
]
_NO_SORTS = ["nix", "-nix", "--code", "id;drop", "code desc", "office.name", "1", "(select 1)", "__class__", "-"]


@pytest.fixture
def manager(app: Flask, two: TwoOffices) -> FlaskClient:
    return two.browser(app, "admin")


def lists_of(app: Flask) -> Iterator[tuple[OfficeModelView, str]]:
    """Return every screen of ours that lists rows, and the address of its list."""
    for view in app.appbuilder.baseviews:  # type: ignore[attr-defined]
        if isinstance(view, OfficeModelView):
            yield view, f"{view.route_base}/list/"


def test_a_list_is_sorted_by_the_columns_it_offers_and_by_no_other(app: Flask) -> None:
    """AZN-05: an order by a column that is not shown would tell what stands in it."""
    tried = []
    for view, _ in lists_of(app):
        hidden = {column.key for column in inspect(view.datamodel.obj).columns} - set(view.sorts)
        wrong = [*hidden, *(f"-{name}" for name in hidden), *_NO_SORTS]
        tried += [asked_by({"sort": sort}, view.presets, view.facets, view.sorts) for sort in wrong]

    assert set(tried) == {None}
    assert len(tried) >= 500


def test_a_page_that_cannot_be_is_on_no_list(app: Flask) -> None:
    """AZN-10: and no page is longer than the others."""
    tried = [
        asked_by({"page": page}, view.presets, view.facets, view.sorts)
        for view, _ in lists_of(app)
        for page in _NO_PAGES
    ]

    assert set(tried) == {None}
    assert len(tried) >= 150


def test_what_a_list_does_not_offer_is_not_found(app: Flask, manager: FlaskClient) -> None:
    """AZN-05, AZN-10: the same through the address, once on every list."""
    answers = [
        manager.get(f"{address}?{asked}").status_code
        for _, address in lists_of(app)
        for asked in ("sort=-", "sort=id", f"page={'9' * 40}", "page=00000000199999999999999999999")
    ]

    assert set(answers) == {404}


def test_a_search_finds_nothing_that_stands_in_a_column_it_does_not_look_through(
    app: Flask, manager: FlaskClient, session: Session
) -> None:
    """AZN-05: digests, keys and what is private are no answer to a question, also not by finding a row."""
    found, tried = [], 0
    for view, address in lists_of(app):
        sought = {column.key for column in view.searched} | _SOUGHT_OTHERWISE.get(type(view).__name__, set())
        hidden = [
            column.key
            for column in inspect(view.datamodel.obj).columns
            if isinstance(column.type, String) and column.key not in sought
        ]
        shown = manager.get(address).get_data(as_text=True)
        for row, name in product(session.query(view.datamodel.obj) if view.searched else [], hidden):
            value = getattr(row, name)
            if isinstance(value, str) and len(value) >= _TELLING_CHARS and value not in shown:
                tried += 1
                page = manager.get(address, query_string={"q": value})
                found += [(address, name)] * ("<tbody>" in page.get_data(as_text=True))

    assert sorted(set(found)) == []
    assert tried >= 20


def test_arguments_that_a_list_does_not_know_change_nothing(app: Flask, manager: FlaskClient) -> None:
    """AZN-05: FAB's own words for filters, orders and sizes are not ours, and no column is one."""
    for view, address in lists_of(app):
        name = type(view).__name__
        columns = {column.key: "1" for column in inspect(view.datamodel.obj).columns}
        own = {"q", "view", "sort", "page", *(facet.key for facet in view.facets)}
        foreign = {key: value for key, value in columns.items() if key not in own} | {
            "_flt_0_id": "1",
            f"_oc_{name}": "id",
            f"_od_{name}": "desc",
            f"page_{name}": "-1",
            f"psize_{name}": "1000000000",
        }

        assert rows_of(manager.get(address, query_string=foreign)) == rows_of(manager.get(address))


def rows_of(answer: object) -> str:
    """Return the table of a page."""
    return answer.get_data(as_text=True).partition("<table")[2].partition("</table>")[0]  # type: ignore[attr-defined]
