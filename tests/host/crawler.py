"""Opens every page that a person can reach by links, and reads what stands on it, each text in its language."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urljoin, urlsplit

from werkzeug.exceptions import HTTPException

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from flask.testing import FlaskClient

_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
_UNSEEN = frozenset({"script", "style", "template"})
#: Attributes that a person reads, hears, or is shown by a script.
_SPOKEN = frozenset({"alt", "aria-label", "aria-description", "aria-roledescription", "placeholder", "title"})
#: A screen of the same kind is opened this often: with these and with other rows.
_VISITS = 2
#: Ways out of the crawl: the language and the login are the crawler's own, the rest answers with no page.
_ELSEWHERE = ("/lang/", "/logout", "/static/", "/api/", "/back")


@dataclass(frozen=True)
class Text:
    """Something to read on a page, and the language it says it is in, if it says so."""

    words: str
    language: str | None


@dataclass
class Page(HTMLParser):
    """One page: its texts, its links, where its buttons lead, and the language of the whole."""

    html: str
    texts: list[Text] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    language: str | None = None

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[tuple[str, str | None]] = []
        self.feed(self.html)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        language = given.get("lang", self._language())
        if tag == "html":
            self.language = given.get("lang")
            language = None
        if tag not in _VOID:
            self._open.append((tag, language))
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        if tag == "form" and given.get("action") and given.get("method", "").lower() == "post":
            self.commands.append(given["action"])
        for name, value in given.items():
            if self._is_read(tag, given, name, value):
                # A script that speaks both languages finds them side by side: data-away-vi, data-away-en.
                self.texts.append(Text(value, name[-2:] if name.endswith(("-vi", "-en")) else language))

    def handle_endtag(self, tag: str) -> None:
        names = [name for name, _ in self._open]
        if tag in names:
            del self._open[len(names) - 1 - names[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        if data.strip() and not any(tag in _UNSEEN for tag, _ in self._open):
            self.texts.append(Text(" ".join(data.split()), self._language()))

    def _language(self) -> str | None:
        return self._open[-1][1] if self._open else None

    def _is_read(self, tag: str, given: dict[str, str], name: str, value: str) -> bool:
        if name in _SPOKEN:
            return bool(value.strip())
        if name == "value":
            return tag == "input" and given.get("type") in {"submit", "button", "reset"}
        # What a script shows later waits in the page: data-words="As of {time}.".
        return name.startswith("data-") and " " in value.strip() and value.lstrip()[:1] not in "{[("


def crawl(app: Flask, client: FlaskClient, starts: list[str], language: str) -> Iterator[tuple[str, Page]]:
    """Open what the starts lead to, except by switches to another language; yield each page with its address."""
    known, waiting = set(starts), deque(starts)
    visits: Counter[tuple[object, ...]] = Counter()
    while waiting:
        address = waiting.popleft()
        kind = _kind(app, address)
        if kind is None or visits[kind] >= _VISITS:
            continue
        visits[kind] += 1
        answer = client.get(address)
        assert answer.status_code < 500, f"{address}: {answer.status_code}"
        if answer.mimetype != "text/html":
            continue
        page = Page(answer.text)
        # A redirect is an address of its own; the page of an answer is read whatever its status.
        links = [answer.location] if answer.location else page.links
        for link in links:
            target = _inside(address, link)
            if target is not None and target not in known and _language(target) in {None, language}:
                known.add(target)
                waiting.append(target)
        if not answer.location:
            yield address, page


def _inside(address: str, link: str) -> str | None:
    """Return the address a link leads to, if it is a page of this server."""
    base = urlsplit("http://localhost")
    parts = urlsplit(urljoin(f"http://localhost{address}", link))
    if (parts.scheme, parts.netloc) != (base.scheme, base.netloc) or parts.path.startswith(_ELSEWHERE):
        return None
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _language(address: str) -> str | None:
    return dict(parse_qsl(urlsplit(address).query)).get("lang")


def _kind(app: Flask, address: str) -> tuple[object, ...] | None:
    """Return what tells one kind of screen from another: its endpoint and the name of its argument.

    Filters that are set together say nothing that they do not say one by one.
    """
    parts = urlsplit(address)
    try:
        endpoint, _ = app.url_map.bind("localhost").match(parts.path, method="GET")
    except HTTPException:
        return (parts.path,)
    names = {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)} - {"lang"}
    return (endpoint, "several" if len(names) > 1 else next(iter(names), None))


def starting_points(app: Flask) -> list[str]:
    """Return every address without arguments, so that a page nothing links to is read too."""
    return sorted(
        rule.rule
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.arguments and not rule.rule.startswith(_ELSEWHERE)
    )
