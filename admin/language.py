"""Vietnamese first, English second: the words of every screen, mail and paper.

Messages are written in English in the code and looked up in one catalogue,
``translations/vi/LC_MESSAGES/motcua.po``, read as it is (no compile step).
Flask is asked for the reader's language only where there is a request; rules
and jobs pass the language in.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from babel.messages.pofile import read_po
from flask import current_app, g, has_app_context, has_request_context, request, session
from flask_appbuilder import BaseView
from flask_babel import refresh
from flask_babel.speaklater import LazyString

from motcua.admin.enums import Language
from motcua.admin.marks import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["N_", "current_language", "gettext", "lazy_gettext", "speak", "translate"]

_CATALOGUE = Path(__file__).parent / "translations" / "vi" / "LC_MESSAGES" / "motcua.po"
# Where FAB keeps the language that was chosen in its menu.
_PLATFORM_KEY = "locale"


@cache
def _vietnamese() -> Mapping[str, str]:
    with _CATALOGUE.open("rb") as file:
        catalogue = read_po(file, locale="vi")
    return MappingProxyType(
        {str(message.id): str(message.string) for message in catalogue if message.id and message.string}
    )


def translate(message: str, language: Language | str, /, **facts: object) -> str:
    """Return ``message`` in the asked language, its ``{placeholders}`` filled."""
    text = message if language == Language.EN else _vietnamese().get(message, message)
    return text.format_map(facts) if facts else text


def current_language() -> Language:
    """Return the reader's language.

    One tap holds everywhere: in order, the language this address asks for
    (``?lang=en``, or ``_l_`` as FAB's own API has it), the one the platform
    remembers for this browser, and Vietnamese. At a command line it is the
    platform's own.
    """
    if not has_request_context():
        return _language_of_the_platform()
    chosen: Language | None = g.get("motcua_language")
    if chosen is None:
        chosen = g.motcua_language = _asked_language() or _remembered_language() or Language.VI
    return chosen


def _language_of_the_platform() -> Language:
    is_english = has_app_context() and current_app.config.get("BABEL_DEFAULT_LOCALE") == Language.EN
    return Language.EN if is_english else Language.VI


def _asked_language() -> Language | None:
    asked = request.args.get("lang", request.args.get("_l_"))
    if asked not in tuple(Language):
        return None
    if "lang" in request.args and _remembered_language() != asked:
        _remember(Language(asked))
    return Language(asked)


def _remember(language: Language) -> None:
    # The platform keeps one choice for its pages and ours: the latest. Outside its pages, a browser of which it
    # remembers nothing (a citizen's phone, a kiosk) is given no cookie; and no platform a language it does not offer.
    if language.value in current_app.config["LANGUAGES"] and (_remembered_language() or _is_on_a_platform_page()):
        session[_PLATFORM_KEY] = language.value
        refresh()


def _is_on_a_platform_page() -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    return isinstance(getattr(view, "__self__", None), BaseView)


def _remembered_language() -> Language | None:
    # Without a cookie there is no session, and asking for one would make the page vary by cookie.
    locale = session.get(_PLATFORM_KEY) if request.cookies else None
    if not locale:
        return None
    # A host may speak a third language; its readers understand our English sooner than our Vietnamese.
    return Language.VI if str(locale).startswith(Language.VI) else Language.EN


def speak(language: Language) -> None:
    """Answer this one request in a language that its own words asked for."""
    g.motcua_language = language


def gettext(message: str, /, **facts: object) -> str:
    """Return ``message`` in the reader's language."""
    return translate(message, current_language(), **facts)


def lazy_gettext(message: str, /, **facts: object) -> LazyString:
    """Return ``message``, translated when it is shown: for labels made at import."""
    return LazyString(gettext, message, **facts)
