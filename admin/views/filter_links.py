"""The filters a person has kept, as a list shows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from motcua.admin.domain.saved_filters import filters_of
from motcua.admin.views.listing import Asked, asked_by, is_offered
from motcua.admin.views.page import signed_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from motcua.admin.models import SavedFilter
    from motcua.admin.views.base import OfficeModelView
    from motcua.admin.views.listing import Listing


@dataclass(frozen=True, slots=True)
class FilterLink:
    """A kept filter."""

    id: int
    name: str
    #: Empty when the list no longer offers what was kept: a service that was removed, another office.
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class FilterLinks:
    """What a person has kept for a list, and what he could keep of it now."""

    links: Sequence[FilterLink]
    #: The present choices and order as a query; empty when they are the list's own, or kept already.
    keepable: str


def filter_links(screen: OfficeModelView, listing: Listing) -> FilterLinks:
    """Return what stands above a list."""
    rows = filters_of(screen.session, signed_in().id, screen.class_permission_name)
    present = listing.asked.filter_arguments()
    links = [_link(screen, listing, row, present) for row in rows]
    is_plain = present == Asked(preset=next(iter(screen.presets), None)).filter_arguments()
    is_kept = any(link.is_current for link in links)
    return FilterLinks(links, keepable="" if is_plain or is_kept else urlencode(present))


def asked_in(screen: OfficeModelView, query: str, choices: Mapping[str, Sequence[tuple[str, str]]]) -> Asked | None:
    """Return what a kept query asks of a list, or None when the list does not offer it."""
    asked = asked_by(dict(parse_qsl(query)), screen.presets, screen.facets, screen.sorts)
    return asked if asked is not None and is_offered(asked, choices) else None


def _link(screen: OfficeModelView, listing: Listing, row: SavedFilter, present: Mapping[str, str]) -> FilterLink:
    asked = asked_in(screen, row.query, listing.facet_choices)
    if asked is None:
        return FilterLink(row.id, row.name, url="", is_current=False)
    arguments = asked.filter_arguments()
    return FilterLink(row.id, row.name, url=screen.address("list", **arguments), is_current=arguments == present)
