"""The frame around the staff's pages: menu, office, search, language, account.

Our own base template is the standalone deployment's; a host that likes it
sets FAB_BASE_TEMPLATE = "motcua/admin/base.html". It asks for what it shows
through one object, so that FAB's own pages stand in the same frame.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import current_app, request, url_for
from flask_login import current_user

from motcua.admin.enums import Language
from motcua.admin.extension import current_motcua
from motcua.admin.language import current_language
from motcua.admin.permissions import MENU_PREFIX
from motcua.admin.scope import staff_places
from motcua.admin.views.page import words

if TYPE_CHECKING:
    from flask import Flask

BASE_TEMPLATE = "motcua/admin/base.html"


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the menu."""

    label: str
    icon: str
    url: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class MenuGroup:
    """Lines that belong together; the platform's own come folded up."""

    label: str
    entries: tuple[Entry, ...]
    is_ours: bool

    @property
    def is_here(self) -> bool:
        """Whether the page that is shown stands in this group."""
        return any(entry.is_here for entry in self.entries)


class Shell:
    """What the frame asks for, worked out when it is asked."""

    words = staticmethod(words)

    @property
    def language(self) -> Language:
        """The reader's language."""
        return current_language()

    @property
    def other_language(self) -> Language:
        """The language that is one tap away."""
        return Language.EN if current_language() == Language.VI else Language.VI

    def language_link(self) -> str:
        """Return the address of this page in the other language; of the start page after a command."""
        if request.method != "GET" or request.endpoint is None:
            return f"{current_app.appbuilder.get_url_for_index}?lang={self.other_language.value}"  # type: ignore[attr-defined]
        arguments = request.args.to_dict() | {"lang": self.other_language.value}
        return f"{_here()}?{urlencode(arguments)}"

    def menu(self) -> list[MenuGroup]:
        """Return what the person may open, in one question to the database."""
        if not current_user.is_authenticated:
            return []
        entries = current_app.appbuilder.menu.get_data()  # type: ignore[attr-defined]
        groups = [_group(entry) for entry in entries if entry != "-"]
        return sorted((group for group in groups if group.entries), key=lambda group: not group.is_ours)

    def office(self) -> str:
        """Name the offices the person has a place in."""
        if not current_user.is_authenticated:
            return ""
        places = staff_places(current_app.appbuilder.session, current_user.id)  # type: ignore[attr-defined]
        names = list({place.office_id: place.office.name for place in places}.values())
        return names[0] if len(names) == 1 else " · ".join(names)

    def account(self) -> str:
        """Name the person, surname first."""
        return f"{current_user.last_name} {current_user.first_name}".strip()

    def account_address(self) -> str:
        """Return where the person finds the own logins; empty where they do not end."""
        return url_for("MotcuaAccountView.show") if current_motcua().settings.staff_sessions else ""

    def search_address(self) -> str:
        """Return where a dossier is searched for; empty for who may not see any."""
        may = current_app.appbuilder.sm.has_access("can_list", "MotcuaDossierView")  # type: ignore[attr-defined]
        return url_for("MotcuaDossierView.list") if may else ""


def _group(data: dict[str, Any]) -> MenuGroup:
    lines = data.get("childs") or [data]
    return MenuGroup(
        label=str(data["label"]),
        entries=tuple(_entry(line) for line in lines if line != "-"),
        is_ours=str(data["name"]).startswith(MENU_PREFIX),
    )


def _entry(data: dict[str, Any]) -> Entry:
    url = str(data["url"])
    root = url.removesuffix("list/")
    is_here = _here().startswith(root) and root != f"{request.script_root}/"
    return Entry(str(data["label"]), str(data["icon"] or ""), url, is_here)


def _here() -> str:
    """Return the path of this page on its server, below whatever path the platform is mounted at."""
    return f"{request.script_root}{request.path}"


def register_shell(app: Flask) -> None:
    """Let templates ask for the frame's parts, under a name that is ours."""
    app.jinja_env.globals["motcua_shell"] = Shell()
