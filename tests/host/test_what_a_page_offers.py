"""A page offers a person nothing that is refused to that person, and nothing hangs below it that nobody asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask_appbuilder.baseviews import BaseCRUDView

from motcua.admin.extension import EXTENSION
from motcua.admin.views.base import OfficeModelView
from tests.host.authorization import ROLES, addresses
from tests.host.crawler import Page

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask import Flask
    from flask.testing import FlaskClient

    from tests.admin.two_offices import TwoOffices
    from tests.conftest import Figures

pytestmark = [
    pytest.mark.filterwarnings("ignore:'DateTimeField':DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Yielding raw tuples:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Passing SelectField choices as tuples:DeprecationWarning"),
]
#: Ways out of the page that are no rows of anybody: files, other programs, the language, the way out of the login.
_ELSEWHERE = ("/static/", "/api/", "/lang/", "/logout", "http", "mailto:", "tel:", "#")


def screens(app: Flask) -> list[BaseCRUDView]:
    return [view for view in app.appbuilder.baseviews if isinstance(view, BaseCRUDView)]  # type: ignore[attr-defined]


def opened(client: FlaskClient, address: str) -> Page | None:
    answer = client.get(address)
    is_page = answer.status_code == 200 and answer.mimetype == "text/html"
    return Page(answer.get_data(as_text=True)) if is_page else None


def inside(found: Iterable[str]) -> list[str]:
    """Return the addresses of our pages, one for each page and the names of what it is asked."""
    kinds = {}
    for each in found:
        if each.startswith("/") and not each.startswith(_ELSEWHERE):
            parts = urlsplit(each)
            kinds.setdefault((parts.path, *sorted(dict(parse_qsl(parts.query)))), each)
    return list(kinds.values())


def test_no_screen_has_tabs_of_children(app: Flask) -> None:
    """AZN-06: FAB shows a related view to whoever sees the parent (its issue 2376); there is none, ours or FAB's."""
    assert len([view for view in screens(app) if isinstance(view, OfficeModelView)]) >= 15
    assert {
        type(view).__name__: view.get_init_inner_views() for view in screens(app) if view.get_init_inner_views()
    } == {}


@pytest.mark.parametrize("role", ROLES)
def test_what_a_page_leads_to_opens_and_what_it_offers_may_be_done(
    app: Flask, two: TwoOffices, figures: Figures, role: str
) -> None:
    """AZN-06: what hangs below a row (tickets, papers, events, the history) is linked for those who may open it.

    What each address answers is asked on both databases (test_authorization.py); what leads there is the same.
    """
    if not app.extensions[EXTENSION].database.is_sqlite:
        pytest.skip("a page leads to the same places, wherever the record is")
    client = two.browser(app, role)
    pages = [
        place.at(two, ours=True)
        for place in addresses(app)
        if "GET" in place.methods and (place.is_screen or place.rule == "/") and "events" not in place.rule
    ]
    read = {address: page for address in pages if (page := opened(client, address)) is not None}
    links = inside(link for page in read.values() for link in page.links)
    commands = inside(command for page in read.values() for command in page.commands)

    refused = {
        link: status
        for link in links
        if link not in read and (status := client.get(link).status_code) in {401, 403, 404, 500}
    }
    # With a field that no button has, whoever may do it is told so, and nothing is done.
    denied = {
        address: status
        for address in commands
        if (status := client.post(address, data={"no_such_field": "1"}).status_code) in {401, 403, 404, 500}
    }
    figures(f"AZN-06 {role}: {len(read)} pages, {len(links)} links, {len(commands)} buttons, none refused")

    assert refused == {}
    assert denied == {}
    assert len(read) >= 5
    assert len(links) >= 5


def test_no_screen_sends_files_by_their_names(app: Flask, two: TwoOffices) -> None:
    """AZN-07: FAB's address for uploads is nowhere; what leaves the house are lists, each with its row in the trail."""
    client = two.browser(app, "admin")
    bases = sorted(view.route_base for view in screens(app))
    guesses = ["x.pdf", "..%2f..%2fconfig.py", "%2e%2e%2fmotcua.db"]

    answers = {
        f"{base}/download/{name}": client.get(f"{base}/download/{name}").status_code
        for base in bases
        for name in guesses
    }

    assert [place.rule for place in addresses(app) if "download" in place.rule] == []
    assert set(answers.values()) == {404}
    assert len(bases) >= 18
