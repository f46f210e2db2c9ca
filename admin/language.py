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
from flask import g, has_request_context, request, session
from flask_babel.speaklater import LazyString

from motcua.admin.enums import Language

if TYPE_CHECKING:
    from collections.abc import Mapping

_CATALOGUE = Path(__file__).parent / "translations" / "vi" / "LC_MESSAGES" / "motcua.po"
_COOKIE = "motcua_language"


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

    In order: ``?lang=`` (one tap on any page), the choice kept for public
    pages, the language chosen in the admin, and Vietnamese.
    """
    if not has_request_context():
        return Language.VI
    chosen: Language | None = g.get("motcua_language")
    if chosen is None:
        chosen = _asked_language()
        g.motcua_language = chosen
    return chosen


def _asked_language() -> Language:
    # Only the cookie FAB already keeps is read; a public page never opens a session of its own.
    for asked in (
        request.args.get("lang"),
        request.cookies.get(_COOKIE),
        session.get("locale") if request.cookies else None,
    ):
        if asked in (Language.VI, Language.EN):
            return Language(asked)
    return Language.VI


def gettext(message: str, /, **facts: object) -> str:
    """Return ``message`` in the reader's language."""
    return translate(message, current_language(), **facts)


def lazy_gettext(message: str, /, **facts: object) -> LazyString:
    """Return ``message``, translated when it is shown: for labels made at import."""
    return LazyString(gettext, message, **facts)
