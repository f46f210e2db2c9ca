"""FAB's own pages speak Vietnamese where the host asks for it, and one tap changes every word of a page."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from flask import Flask, session
from flask_appbuilder import AppBuilder
from flask_appbuilder.forms import DynamicForm
from flask_appbuilder.models.sqla.base import SQLA
from flask_babel import gettext as platform_gettext
from werkzeug.datastructures import MultiDict
from wtforms import IntegerField, StringField
from wtforms.validators import InputRequired, Length

from motcua.admin.errors import SettingError
from motcua.admin.language import current_language, gettext
from tests.conftest import app_config

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flask.testing import FlaskClient

ADMIN = "motcua.admin.manager.AdminManager"
LANGUAGES = {code: {"flag": code, "name": code} for code in ("en", "vi", "de")}


class Visit(DynamicForm):
    """A form of the host."""

    purpose = StringField(validators=[InputRequired(), Length(min=3)])
    people = IntegerField()


def build_host(database: Path, **config: object) -> Flask:
    """Build a platform that installs the record among other things."""
    app = Flask("host")
    app.config.from_mapping(app_config(f"sqlite:///{database}", database.parent))
    app.config.from_mapping(LANGUAGES=LANGUAGES, ADDON_MANAGERS=[ADMIN], MOTCUA_FAB_VIETNAMESE=True)
    app.config.from_mapping(config)
    db = SQLA()
    db.init_app(app)
    with app.app_context():
        AppBuilder(app, db.session)
    app.add_url_rule("/both", "both", view_func=lambda: f"{platform_gettext('Search')} / {gettext('Friday')}")
    app.add_url_rule("/ours", "ours", view_func=lambda: current_language().value)
    app.add_url_rule("/said", "said", view_func=lambda: platform_gettext("Search"))
    app.add_url_rule("/visit", view_func=complaints)
    return app


def let_go(app: Flask) -> None:
    app.extensions["motcua"].database.engine.dispose()
    with app.app_context():
        app.extensions["sqlalchemy"].engine.dispose()


@pytest.fixture(scope="module")
def started_before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the database of a platform that has started once: FAB writes its permissions one by one."""
    database = tmp_path_factory.mktemp("host") / "host.db"
    let_go(build_host(database))
    return database


@pytest.fixture
def host(tmp_path: Path, started_before: Path) -> Iterator[Callable[..., Flask]]:
    """Build platforms, all on one database."""
    built = []
    database = shutil.copy(started_before, tmp_path / "host.db")

    def build(**config: object) -> Flask:
        built.append(build_host(database, **config))
        return built[-1]

    yield build
    for app in built:
        let_go(app)


def complaints() -> dict[str, list[str]]:
    form = Visit(MultiDict({"purpose": "a", "people": "many"}))
    form.validate()
    return {name: [str(error) for error in errors] for name, errors in form.errors.items()}


def speaking(app: Flask, language: str) -> FlaskClient:
    client = app.test_client()
    assert client.get(f"/lang/{language}").status_code == 302
    return client


def test_a_host_that_does_not_ask_keeps_fab_as_it_is(host: Callable[..., Flask]) -> None:
    client = speaking(host(MOTCUA_FAB_VIETNAMESE=False), "vi")

    assert client.get("/both").text == "Search / Thứ Sáu"
    assert client.get("/visit").json == {
        "purpose": ["Field must be at least 3 characters long."],
        "people": ["Not a valid integer value."],
    }


def test_a_host_that_asks_gets_fabs_words_in_vietnamese(host: Callable[..., Flask]) -> None:
    client = speaking(host(), "vi")

    assert client.get("/both").text == "Tìm kiếm / Thứ Sáu"


def test_complaints_of_forms_are_vietnamese(host: Callable[..., Flask]) -> None:
    client = speaking(host(), "vi")

    assert client.get("/visit").json == {
        "purpose": ["Nội dung phải có ít nhất 3 ký tự."],
        "people": ["Số nguyên không hợp lệ."],
    }


def test_other_languages_of_the_host_stay_as_they_were(host: Callable[..., Flask]) -> None:
    without, with_ours = (speaking(host(MOTCUA_FAB_VIETNAMESE=asked), "de") for asked in (False, True))

    assert with_ours.get("/said").text == without.get("/said").text == "Suchen"
    assert with_ours.get("/visit").json == without.get("/visit").json
    assert "beinhalten" in with_ours.get("/visit").text


def test_english_is_still_english(host: Callable[..., Flask]) -> None:
    client = speaking(host(), "en")

    assert client.get("/both").text == "Search / Friday"
    assert client.get("/visit").json == {
        "purpose": ["Field must be at least 3 characters long."],
        "people": ["Not a valid integer value."],
    }


def test_what_the_host_calls_a_thing_itself_comes_first(host: Callable[..., Flask], tmp_path: Path) -> None:
    words = Catalog(locale="vi")
    words.add("Search", "Tra cứu")
    folder = tmp_path / "translations" / "vi" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "messages.mo").open("wb") as file:
        write_mo(file, words)

    client = speaking(host(BABEL_TRANSLATION_DIRECTORIES=str(tmp_path / "translations")), "vi")

    assert client.get("/said").text == "Tra cứu"


def test_a_setting_that_is_no_yes_or_no_stops_the_start(host: Callable[..., Flask]) -> None:
    with pytest.raises(SettingError) as caught:
        host(MOTCUA_FAB_VIETNAMESE="yes")

    assert str(caught.value) == "MOTCUA_FAB_VIETNAMESE must be True or False, not 'yes'."


def test_one_tap_in_fabs_menu_changes_our_words_too(host: Callable[..., Flask]) -> None:
    client = speaking(host(), "en")
    client.get("/lang/vi")

    assert client.get("/both").text == "Tìm kiếm / Thứ Sáu"


def test_one_tap_on_our_page_changes_fabs_words_too_and_stays(host: Callable[..., Flask]) -> None:
    client = speaking(host(), "vi")

    assert client.get("/ours?lang=en").text == "en"
    assert client.get("/both").text == "Search / Friday"


def test_an_address_may_ask_for_a_language_as_fabs_api_does_and_nothing_is_remembered(
    host: Callable[..., Flask],
) -> None:
    client = speaking(host(), "vi")

    assert client.get("/both?_l_=en").text == "Search / Friday"
    assert client.get("/both").text == "Tìm kiếm / Thứ Sáu"


def test_a_browser_that_chose_nothing_reads_vietnamese_and_gets_no_cookie(host: Callable[..., Flask]) -> None:
    client = host(BABEL_DEFAULT_LOCALE="en").test_client()

    answer = client.get("/ours?lang=en")

    assert answer.text == "en"
    assert answer.headers.getlist("Set-Cookie") == []
    assert client.get("/ours").text == "vi"


def test_one_tap_at_the_door_changes_the_whole_page(host: Callable[..., Flask]) -> None:
    """Somebody who has no cookie yet, and switches on the platform's first page."""
    client = host(BABEL_DEFAULT_LOCALE="vi").test_client()

    assert "Enter your login and password below" in client.get("/login/?lang=en").text
    assert client.get("/both").text == "Search / Friday"


def test_a_reader_of_a_third_language_gets_our_english(host: Callable[..., Flask]) -> None:
    assert speaking(host(), "de").get("/ours").text == "en"


def test_a_language_the_host_does_not_offer_is_not_forced_on_its_menu(host: Callable[..., Flask]) -> None:
    """FAB's menu looks the remembered language up among those offered, and breaks when it is not there."""
    client = speaking(host(LANGUAGES={"de": LANGUAGES["de"]}), "de")

    with client:
        assert client.get("/ours?lang=vi").text == "vi"
        assert session["locale"] == "de"
