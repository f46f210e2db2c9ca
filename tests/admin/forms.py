"""Filling in forms the way a browser does: with everything that stands in them."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse


class _Form(HTMLParser):
    """The fields of a page's form of ours, with their values."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, Any] = {}
        self.choices: dict[str, list[str]] = {}
        self._inside = False
        self._select: tuple[str, bool] | None = None
        self._text: str | None = None

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        name = given.get("name") or ""
        if tag == "form":
            self._inside = "mc-form" in (given.get("class") or "")
        if not self._inside:
            return
        if tag == "input" and name and (given.get("type") != "checkbox" or "checked" in given):
            self.values[name] = given.get("value") or ("y" if given.get("type") == "checkbox" else "")
        elif tag == "select":
            self._select = (name, "multiple" in given)
            self.choices[name] = []
            if "multiple" in given:
                self.values[name] = []
        elif tag == "option" and self._select:
            name, is_multiple = self._select
            value = given.get("value") or ""
            self.choices[name].append(value)
            if "selected" in given:
                self.values[name] = [*self.values[name], value] if is_multiple else value
            elif not is_multiple:
                self.values.setdefault(name, value)
        elif tag == "textarea":
            self._text = name
            self.values[name] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        elif tag == "select":
            self._select = None
        elif tag == "textarea":
            self._text = None

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self.values[self._text] += data.removeprefix("\r\n").removeprefix("\n")


def form_at(client: FlaskClient, address: str) -> dict[str, Any]:
    """Return what stands in the form of a page."""
    page = client.get(address)
    assert page.status_code == 200, (address, page.status_code)
    return read_form(page).values


def choices_at(client: FlaskClient, address: str, name: str) -> list[str]:
    """Return the values that a select offers."""
    return read_form(client.get(address)).choices[name]


def read_form(page: TestResponse) -> _Form:
    """Return the form of a page."""
    form = _Form()
    form.feed(page.get_data(as_text=True))
    return form


def save(client: FlaskClient, address: str, **changes: Any) -> TestResponse:
    """Open a form, change something, and send it."""
    values = form_at(client, address) | changes
    return client.post(address, data={name: value for name, value in values.items() if value is not None})
