"""Filters that several lists share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from motcua.admin.language import lazy_gettext
from motcua.admin.models import Office
from motcua.admin.views.datamodel import ScopedInterface
from motcua.admin.views.listing import Facet
from motcua.admin.views.wording import choices_of

if TYPE_CHECKING:
    from enum import Enum


def office_facet(column: Any) -> Facet:
    """Return the filter by office; it only shows where somebody sees more than one."""
    return Facet("office", lazy_gettext("Office"), visible_offices, lambda value: column == int(value))


def word_facet(key: str, label: Any, column: Any, kind: type[Enum]) -> Facet:
    """Return the filter by the members of a closed list."""
    by_value = {str(member.value): member for member in kind}
    return Facet(key, label, lambda: choices_of(kind), lambda value: column == by_value[value])


def visible_offices() -> list[tuple[str, str]]:
    """Return the offices the person sees, as choices."""
    rows = ScopedInterface(Office).rows().order_by(Office.level.desc(), Office.name)
    return [(str(office.id), office.name) for office in rows]
