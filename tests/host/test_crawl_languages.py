"""Every page is Vietnamese to who reads Vietnamese, and English to who reads English."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from flask_appbuilder.security.sqla.models import Permission, PermissionView, Role, User, ViewMenu
from sqlalchemy import Enum, String, inspect, select
from sqlalchemy.orm import Session

from motcua.admin.app import create_app
from motcua.admin.domain.names import full_name
from motcua.admin.enums import Language
from motcua.admin.extension import EXTENSION, Motcua
from motcua.admin.models.base import Record
from motcua.admin.permissions import AUDITOR, ROLE_OF_STAFF, SYSTEM_ADMIN, sync_roles
from motcua.admin.platform_words import CATALOGUE as PLATFORM
from motcua.admin.sample.centre import add_centre
from motcua.admin.sample.office import PEOPLE
from motcua.admin.schema import upgrade
from motcua.kiosk.auth import COOKIE
from tests.conftest import app_config
from tests.host.catalogue import OURS, entries
from tests.host.crawler import Page, Text, crawl, starting_points
from tests.host.spelling import foreign_words, vietnamese_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from flask.testing import FlaskClient

pytestmark = [
    # FAB's own screens use fields and queries that WTForms 3.3 and SQLAlchemy 2 call old.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    # Some two hundred pages a test; slow machines are busy machines.
    pytest.mark.timeout(600),
]

PASSWORD = "only for tests 123"
COMMUNE = "binh-minh"
PLATFORM_ROLES = {"admin": "Admin", "kiemtra": AUDITOR, "hethong": SYSTEM_ADMIN}
CITIZEN, KIOSK, STRANGER = "citizen", "kiosk", "stranger"
#: A citizen at home, the machine in the hall, somebody at the platform's door, and one person of each role.
READERS = [CITIZEN, KIOSK, STRANGER, *PLATFORM_ROLES, "tiepnhan1", "chuyenvien1", "lanhdao", "quantri"]
LANGUAGES = pytest.mark.parametrize("language", list(Language))
FORMS = re.compile(r"/(add|edit/\d+|form)$")
OTHER_DATES = re.compile(r"\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}:\d{2}(:\d{2})? [AP]M\b")


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """Return the app of a commune with people, procedures, tickets and dossiers."""
    folder = tmp_path_factory.mktemp("centre")
    app = create_app(app_config(f"sqlite:///{folder / 'motcua.db'}", folder))
    motcua: Motcua = app.extensions[EXTENSION]
    with app.app_context():
        upgrade(motcua.database.engine)
        sync_roles(app.appbuilder)
        users = add_users(app)
        app.config["KIOSK_TOKEN"] = add_centre(
            motcua, users, always_open=True, now=motcua.clock(), dossiers=60, visiting_days=1
        )
    yield app
    motcua.database.engine.dispose()
    with app.app_context():
        app.extensions["sqlalchemy"].engine.dispose()


def add_users(app: Flask) -> dict[str, int]:
    security = app.appbuilder.sm
    people = [(name, "An", "Nguyễn Văn", role) for name, role in PLATFORM_ROLES.items()]
    people += [(name, first, last, ROLE_OF_STAFF[role]) for name, first, last, role in PEOPLE]
    return {
        name: security.add_user(name, first, last, f"{name}@test.vn", security.find_role(role), PASSWORD).id
        for name, first, last, role in people
    }


@pytest.fixture(scope="module")
def data(centre: Flask) -> re.Pattern[str]:
    """Return what is no text of ours but a row of the record or the platform: names, codes, notes."""
    with centre.app_context(), Session(centre.extensions[EXTENSION].database.engine) as session:
        columns = [
            column
            for table in [*Record.metadata.sorted_tables, inspect(User).local_table, inspect(Role).local_table]
            for column in table.columns
            if isinstance(column.type, String) and not isinstance(column.type, Enum)
        ]
        rows = [value for column in columns for value in session.scalars(select(column).distinct()) if value]
        values = {line.strip() for value in rows for line in str(value).splitlines()}
        # On the screens of roles, permissions and screens go by their names in the code.
        values |= {str(grant) for grant in session.scalars(select(PermissionView))}
        values |= {f"{screen.name}:" for screen in session.scalars(select(ViewMenu))}
        values |= set(session.scalars(select(Permission.name)))
    values |= {
        name for _, first, last, _ in PEOPLE for name in (f"{first} {last}", full_name(surname=last, given_name=first))
    }
    # A short value counts as data only where it stands alone: "An" is somebody's name and a part of many words.
    long_first = sorted((re.escape(value) for value in values if value), key=len, reverse=True)
    return re.compile("|".join(value if len(value) > 3 else f"^{value}$" for value in long_first))


def reader(app: Flask, name: str, language: Language) -> FlaskClient:
    """Return the browser of a person who has chosen a language; in the hall and at home, each address asks for it."""
    client = app.test_client()
    if name == KIOSK:
        client.set_cookie(COOKIE, app.config["KIOSK_TOKEN"])
    if name not in {CITIZEN, KIOSK}:
        client.get(f"/lang/{language}")
    if name not in {CITIZEN, KIOSK, STRANGER}:
        assert client.post("/login/", data={"username": name, "password": PASSWORD}).status_code == 302
    return client


def addresses(app: Flask, name: str, language: Language) -> list[str]:
    """Return where a person starts to read."""
    public = {
        CITIZEN: [tracking_address(app, language), f"/kiosk/board/{COMMUNE}", "/procedures/", "/kiosk/"],
        KIOSK: ["/kiosk/"],
    }
    if name in public:
        return [f"{address}?lang={language}" for address in public[name]]
    return starting_points(app)


def tracking_address(app: Flask, language: Language) -> str:
    answer = app.test_client().post(
        "/api/v1/kiosk/tickets",
        json={"service": "ho-tich", "errand": "submit", "priority": None, "language": language},
        headers={"Authorization": f"Bearer {app.config['KIOSK_TOKEN']}", "Idempotency-Key": str(uuid.uuid4())},
    )
    return urlsplit(answer.json["tracking_url"]).path


#: What our code and FAB say to who reads English.
ENGLISH = {
    entry.message
    for catalogue in (PLATFORM, OURS)
    for entry in entries(catalogue)
    if vietnamese_words(entry.translation)
}


def is_in_the_way(text: Text, language: Language, data: re.Pattern[str]) -> bool:
    """Tell whether a reader of the language would stumble over a text."""
    if text.language == "zxx":  # names and codes as the record has them: no language
        return False
    words = data.sub(" ", text.words).replace("Tiếng Việt", " ")
    if OTHER_DATES.search(words):
        return True
    if (text.language or language) == Language.EN:
        return bool(vietnamese_words(words))
    return text.words.rstrip(":") in ENGLISH or bool(foreign_words(words))


@LANGUAGES
@pytest.mark.parametrize("name", READERS)
def test_every_page_speaks_the_readers_language(
    centre: Flask, data: re.Pattern[str], name: str, language: Language
) -> None:
    pages = dict(crawl(centre, reader(centre, name, language), addresses(centre, name, language), language))

    assert "\n".join(sorted(stumbling_blocks(pages, language, data))) == ""
    assert pages


@LANGUAGES
def test_every_form_complains_in_the_readers_language(centre: Flask, data: re.Pattern[str], language: Language) -> None:
    """Sent empty, each form says what it misses."""
    client = reader(centre, "admin", language)
    forms = [
        address for address, _ in crawl(centre, client, starting_points(centre), language) if FORMS.search(address)
    ]

    answers = {address: client.post(address, data={}) for address in forms}
    pages = {address: Page(answer.text) for address, answer in answers.items() if answer.status_code != 302}

    assert "\n".join(sorted(stumbling_blocks(pages, language, data))) == ""
    assert len(pages) > 10


def stumbling_blocks(pages: dict[str, Page], language: Language, data: re.Pattern[str]) -> Iterator[str]:
    """Give each text that is not in the reader's language, once, with the page it was met on first."""
    met: set[Text] = set()
    for address, page in pages.items():
        if page.language not in {None, language}:
            yield f"{address} calls itself {page.language}"
        for text in set(page.texts) - met:
            if is_in_the_way(text, language, data):
                yield f"{address} says {text.words!r}"
        met.update(page.texts)
