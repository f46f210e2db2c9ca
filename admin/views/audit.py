"""The audit trail, to be read: by auditors everywhere, by an office's administrator in it and below."""

from __future__ import annotations

from typing import Any, ClassVar

from flask import g
from markupsafe import Markup

from motcua.admin.domain.audit_reading import address_of, details_of
from motcua.admin.enums import AuditAction
from motcua.admin.extension import current_motcua
from motcua.admin.language import gettext, lazy_gettext
from motcua.admin.models import AuditEntry
from motcua.admin.views.audit_words import ACTIONS, ACTORS, KINDS
from motcua.admin.views.base import OfficeModelView
from motcua.admin.views.datamodel import ScopedInterface
from motcua.admin.views.facets import office_facet, visible_offices
from motcua.admin.views.listing import Facet
from motcua.admin.views.wording import moment

_ACTION = lazy_gettext("What was done")


def _word(names: dict[str, str], value: str) -> str:
    """Name a word of a closed list; one that somebody forged stands as it is."""
    return gettext(names[value]) if value in names else value


def _as_kept(text: str) -> Markup | str:
    """Return a name or code as the record keeps it, which is no language (BCP 47: zxx)."""
    return Markup('<span lang="zxx">{text}</span>').format(text=text) if text else ""


def _who(entry: AuditEntry) -> Markup | str:
    return _as_kept(entry.actor) if entry.actor else _word(ACTORS, entry.actor_kind)


def _what(entry: AuditEntry) -> Markup | str:
    code = entry.object_code or str(entry.object_id or "")
    return Markup("{kind} {code}").format(kind=_word(KINDS, entry.kind), code=_as_kept(code))


def _office(entry: AuditEntry) -> str:
    if "motcua_audit_offices" not in g:
        g.motcua_audit_offices = dict(visible_offices())
    if entry.office_id is None:
        return gettext("The whole installation")
    name: str = g.motcua_audit_offices.get(str(entry.office_id), f"#{entry.office_id}")
    return name


def _choices() -> list[tuple[str, str]]:
    return sorted(((action.value, gettext(ACTIONS[action])) for action in AuditAction), key=lambda choice: choice[1])


def _is_action(value: str) -> Any:
    return AuditEntry.action == AuditAction(value).value


class MotcuaAuditView(OfficeModelView):
    """Who has done what. Nothing here can be changed."""

    route_base = "/motcua/audit"
    class_permission_name = "MotcuaAuditView"
    datamodel = ScopedInterface(AuditEntry)
    show_template = "motcua/admin/audit.html"
    exclude_route_methods = OfficeModelView.exclude_route_methods | {"add", "edit", "delete"}

    list_title = lazy_gettext("Audit trail")
    lead = lazy_gettext("Who did what, when and from where. Rows are only ever added; a changed one would show.")
    search_hint = lazy_gettext("User name, code or name of the object")
    label_columns: ClassVar[dict[str, Any]] = {
        "at": lazy_gettext("When"),
        "actor": lazy_gettext("Who"),
        "action": _ACTION,
        "object": lazy_gettext("To what"),
        "address": lazy_gettext("From where"),
        "office": lazy_gettext("Office"),
        "sequence": lazy_gettext("Number in the chain"),
        "hash": lazy_gettext("Hash"),
    }
    search_columns: ClassVar[list[str]] = ["actor"]
    list_columns: ClassVar[list[str]] = ["at", "actor", "action", "object", "address", "office"]
    show_columns: ClassVar[list[str]] = ["at", "actor", "address", "action", "object", "office", "sequence", "hash"]
    searched = (AuditEntry.actor, AuditEntry.object_code)
    order = (AuditEntry.id.desc(),)
    facets = (
        Facet("action", _ACTION, _choices, _is_action),
        office_facet(AuditEntry.chain),
    )
    cells: ClassVar[dict[str, Any]] = {
        "at": lambda entry: moment(entry.at, current_motcua().settings.time_zone),
        "actor": _who,
        "action": lambda entry: _word(ACTIONS, entry.action),
        "object": _what,
        "address": address_of,
        "office": _office,
        "hash": lambda entry: _as_kept(entry.hash),
    }

    def title_of(self, item: AuditEntry) -> str:
        """Return what was done, and when."""
        return f"{_word(ACTIONS, item.action)} · {moment(item.at, current_motcua().settings.time_zone)}"

    def said(self, item: AuditEntry) -> list[tuple[str, str, str]]:
        """Return what a row says: a name, then before and after, or one value."""
        rows = []
        for name, value in sorted(details_of(item).items()):
            before, after = value if isinstance(value, list) and len(value) == 2 else ("", value)  # noqa: PLR2004
            rows.append((name, _plainly(before), _plainly(after)))
        return rows


def _plainly(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)
