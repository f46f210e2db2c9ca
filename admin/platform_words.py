"""FAB's own words in Vietnamese, for a platform that asks for them.

FAB comes without Vietnamese. Ours stands where Babel looks for it, in
``translations/vi/LC_MESSAGES/messages.po``, and is read as it is (no compile
step). Flask-Babel takes its catalogue from the request's domain; the domain
here answers with the host's words, and with these where the host has none.
"""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, cast

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, request
from flask_appbuilder import AppBuilder
from flask_babel import Domain, get_babel, get_locale, gettext
from werkzeug.local import LocalProxy
from wtforms.i18n import messages_path

from motcua.admin.enums import Language
from motcua.admin.language import current_language

CATALOGUE = Path(__file__).parent / "translations" / "vi" / "LC_MESSAGES" / "messages.po"


@cache
def platform_words() -> Translations:
    """Return the words of FAB, WTForms and Flask-Login in Vietnamese."""
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file, locale=Language.VI)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


class PlatformDomain(Domain):
    """The host's own words first; then FAB's in Vietnamese, and those that WTForms has in other languages."""

    def __init__(self) -> None:
        super().__init__(domain=get_babel().default_domain)
        self._complete: dict[str, NullTranslations] = {}

    def get_translations(self) -> NullTranslations:
        """Return the catalogue of the reader's language."""
        locale = get_locale()
        if locale is None:
            return NullTranslations()
        known = self._complete.get(str(locale))
        if known is None:
            known = self._complete[str(locale)] = super().get_translations()
            known.add_fallback(_words_of_forms(locale))
        return known


def _words_of_forms(locale: Locale) -> NullTranslations:
    if locale.language == Language.VI:
        return platform_words()
    return Translations.load(messages_path(), [locale], domain="wtforms")


def speak_vietnamese(app: Flask, appbuilder: AppBuilder) -> None:
    """Let FAB's pages on this app speak Vietnamese to who chose it; other languages stay as they were."""
    domain = PlatformDomain()
    words = LocalProxy(domain.get_translations)

    @app.before_request
    def answer_with_these_words() -> None:
        domain.as_default()
        if b"lang" in request.query_string and "lang" in request.args:
            # Asked for on this very page: FAB must know before it says its first word.
            current_language()
        # Where Flask-WTF keeps what it found for the request. Looked up only when a form has something to say:
        # asking for the language opens a session, and most requests need none.
        cast("Any", request).wtforms_translations = words

    if appbuilder.sm.lm.localize_callback is None:
        appbuilder.sm.lm.localize_callback = gettext
