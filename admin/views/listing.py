"""One page of a list: what was searched and filtered for, in which order, and where the other pages are."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flask import abort, request, url_for
from sqlalchemy import func, inspect

from motcua.admin.domain.text import clean_line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Query

PAGE_SIZE = 25
_PAGE_DIGITS = 6
_SEARCH_CHARS = 100
#: The address's own words, beside the facets of a screen.
_SEARCH, _PRESET, _SORT, _PAGE = "q", "view", "sort", "page"


@dataclass(frozen=True, slots=True)
class Preset:
    """A filter one press away, with a name of its own."""

    key: str
    label: Any
    where: Callable[[], ColumnElement[bool]] | None = None


@dataclass(frozen=True, slots=True)
class Facet:
    """A filter out of a list of values."""

    key: str
    label: Any
    choices: Callable[[], Sequence[tuple[str, str]]]
    where: Callable[[str], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for; anything it does not offer is not found."""

    text: str = ""
    preset: Preset | None = None
    facets: Mapping[str, str] = field(default_factory=dict)
    sort: str = ""
    is_descending: bool = False
    page: int = 1

    def filter_arguments(self) -> dict[str, str]:
        """Return what an address holds of the choices and the order; not the words searched for, nor the page."""
        arguments = {
            **self.facets,
            _PRESET: self.preset.key if self.preset else "",
            _SORT: f"{'-' if self.is_descending else ''}{self.sort}" if self.sort else "",
        }
        return {key: value for key, value in arguments.items() if value}


@dataclass(frozen=True, slots=True)
class Listing:
    """The rows of one page, and what leads to the other pages."""

    rows: Sequence[Any]
    count: int
    asked: Asked
    facet_choices: Mapping[str, Sequence[tuple[str, str]]]

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.count // PAGE_SIZE))

    @property
    def first(self) -> int:
        """The number of the first row on this page, from 1; 0 on an empty list."""
        return (self.asked.page - 1) * PAGE_SIZE + 1 if self.rows else 0

    @property
    def last(self) -> int:
        """The number of the last row on this page."""
        return self.first + len(self.rows) - 1 if self.rows else 0

    def link(self, endpoint: str = "", **changes: object) -> str:
        """Return the address of this list with something changed; back on the first page unless said.

        With an endpoint, what it does with this list instead of showing it.
        """
        arguments = {**self.arguments(), _PAGE: None, **changes}
        kept = {key: value for key, value in arguments.items() if value not in (None, "", 1)}
        return url_for(endpoint or request.endpoint or "", **(request.view_args or {}), **kept)

    def arguments(self) -> dict[str, Any]:
        """Return what the address holds."""
        return {**self.asked.filter_arguments(), _SEARCH: self.asked.text, _PAGE: self.asked.page}

    def sort_link(self, name: str) -> str:
        """Return the address that sorts by a column, or turns the order round."""
        turn = self.asked.sort == name and not self.asked.is_descending
        return self.link(**{_SORT: f"-{name}" if turn else name})


def read_asked(presets: Sequence[Preset], facets: Sequence[Facet], sorts: Mapping[str, Any]) -> Asked:
    """Read the address. What the screen does not offer is answered with "not found" and reveals nothing."""
    return asked_by(request.args, presets, facets, sorts) or abort(404)


def asked_by(
    arguments: Mapping[str, str], presets: Sequence[Preset], facets: Sequence[Facet], sorts: Mapping[str, Any]
) -> Asked | None:
    """Return what the arguments of an address ask for, or None when the screen does not offer it."""
    key = arguments.get(_PRESET)
    preset = next((preset for preset in presets if preset.key == key), None) if key else next(iter(presets), None)
    sort = arguments.get(_SORT, "")
    name = sort.removeprefix("-")
    page = _page_number(arguments.get(_PAGE, "1"))
    if (key and preset is None) or (sort and name not in sorts) or page is None:
        return None
    return Asked(
        text=clean_line(arguments.get(_SEARCH, ""))[:_SEARCH_CHARS],
        preset=preset,
        facets={facet.key: arguments[facet.key] for facet in facets if arguments.get(facet.key)},
        sort=name,
        is_descending=sort.startswith("-"),
        page=page,
    )


def _page_number(text: str) -> int | None:
    is_number = text.isascii() and text.isdecimal() and len(text) <= _PAGE_DIGITS
    return int(text) if is_number and int(text) >= 1 else None


def narrowed(
    query: Query[Any],
    asked: Asked,
    facets: Sequence[Facet],
    *,
    matches: Callable[[str], ColumnElement[bool]] | None,
) -> tuple[Query[Any], Mapping[str, Sequence[tuple[str, str]]]]:
    """Return a query with what was asked for as conditions, and what each facet offers."""
    choices = {facet.key: tuple(facet.choices()) for facet in facets}
    if not is_offered(asked, choices):
        abort(404)
    for facet in facets:
        value = asked.facets.get(facet.key)
        if value is not None:
            query = query.where(facet.where(value))
    if asked.preset and asked.preset.where:
        query = query.where(asked.preset.where())
    if asked.text and matches:
        query = query.where(matches(asked.text))
    return query, choices


def is_offered(asked: Asked, choices: Mapping[str, Sequence[tuple[str, str]]]) -> bool:
    """Tell whether every filter is set to one of its choices."""
    return all(value in {choice for choice, _ in choices[key]} for key, value in asked.facets.items())


def page_of(
    query: Query[Any],
    asked: Asked,
    facets: Sequence[Facet],
    *,
    matches: Callable[[str], ColumnElement[bool]] | None,
    order: Sequence[Any],
    loads: Sequence[Any],
) -> Listing:
    """Return the asked page of a query that is already within the person's offices."""
    query, choices = narrowed(query, asked, facets, matches=matches)
    (key,) = inspect(query.column_descriptions[0]["entity"]).primary_key
    count = query.with_entities(func.count(key)).order_by(None).scalar() or 0
    rows = query.options(*loads).order_by(*order).offset((asked.page - 1) * PAGE_SIZE).limit(PAGE_SIZE).all()
    return Listing(rows=rows, count=count, asked=asked, facet_choices=choices)
