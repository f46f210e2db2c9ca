"""Words that want to be SQL, log lines or errors, and Vietnamese in every form: what people type stays text."""

from __future__ import annotations

import logging
import re
import unicodedata
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from flask.logging import default_handler
from flask_appbuilder.security.sqla.models import Group, User
from sqlalchemy.exc import OperationalError, ProgrammingError

from motcua.admin.domain import audit
from motcua.admin.enums import AuditAction
from motcua.admin.logs import OneLine
from motcua.admin.models import Dossier, Field
from motcua.kiosk.auth import COOKIE
from tests.admin.desk import Desk, bearer
from tests.admin.two_offices import TwoOffices, build_two_offices
from tests.host.authorization import addresses, prepare
from tests.host.payloads import fill, typed_columns
from tests.kiosk.hall import add_ticket, call
from tests.town import NINE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from motcua.admin.extension import Motcua
    from tests.browsing import Moment
    from tests.conftest import Figures

# FAB's own screens use fields and queries that WTForms 3.3 and SQLAlchemy 2 call old.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture
def two(app: Flask, session: Session, moment: Moment, monkeypatch: pytest.MonkeyPatch) -> TwoOffices:
    """Return two offices with a row of every kind; a bug is answered as it would be in the hall."""
    assert moment.now == NINE
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    two = build_two_offices(app, session)
    prepare(session, two)
    return two


@pytest.fixture
def admin(app: Flask, two: TwoOffices) -> FlaskClient:
    return two.browser(app, "admin")


@pytest.fixture
def kiosk(app: Flask, two: TwoOffices) -> FlaskClient:
    client = app.test_client()
    client.set_cookie(COOKIE, two.ours.kiosk_token)
    return client


# --- searches ------------------------------------------------------------------------------------

#: What stands in every typed column; short enough for the shortest.
TEXT = "a%b_c\\d'"
FOUND = ("%b_", "_c\\", "\\d'", "a%", TEXT)
#: What would find the text if anybody obeyed it, or break the query.
OBEYED = (
    "a_b", "a%c", "%%", "__", "_%_", "a%d", "b%", "%'%", "b\\_c", "\\\\", "\\%", "' OR '1'='1", "' OR 1=1--",
    '" OR ""="', "') OR ('1'='1", "x'; DROP TABLE motcua_dossier;--", "' UNION SELECT password FROM ab_user--",
    "' AND pg_sleep(5)--", "[a-z]", "*", "?", "%' ESCAPE '", "$1", ":text", "%(text)s", "%s", "a/**/b",
)  # fmt: skip


def test_every_search_box_finds_what_is_there_and_obeys_nothing(
    app: Flask, admin: FlaskClient, session: Session, figures: Figures
) -> None:
    """INJ-06: wildcards and SQL are letters like others."""
    fill(session, [[TEXT] for _ in typed_columns()], 0)
    audit.record(session, AuditAction.RECORD_ADDED, "field", code=TEXT)  # nobody types into the trail
    audit.write_down(session, actor=audit.SYSTEM, now=NINE)
    session.commit()
    views = [view for view in app.appbuilder.baseviews if getattr(view, "searched", ())]  # type: ignore[attr-defined]
    for view in views:
        preset = {"view": "all"} if "all" in {preset.key for preset in view.presets} else {}
        for word in (*FOUND, *OBEYED):
            page = admin.get(f"{view.route_base}/list/", query_string=preset | {"q": word})
            assert page.status_code == 200
            assert ('scope="row"' in page.text) == (word in FOUND), (view.endpoint, word)
    for word in (*FOUND, *OBEYED):
        page = app.test_client().get("/procedures/", query_string={"q": word})
        assert ('class="line"' in page.text) == (word in FOUND), word
    words = len(FOUND) + len(OBEYED)
    figures(f"INJ-06: {words} words on {len(views) + 1} screens found where they stand, none obeyed")

    assert len(views) == 14


# --- addresses -----------------------------------------------------------------------------------

#: What no row, code or token is; the last two are longer than the database's numbers.
NONSENSE = ("%00", "a%00b", "%0D%0Ax", "%ff", "2147483648", "99999999999999999999")


def test_nonsense_in_an_address_is_not_found_and_breaks_nothing(
    app: Flask, two: TwoOffices, admin: FlaskClient, kiosk: FlaskClient, figures: Figures
) -> None:
    """INJ-08: NUL, line breaks and numbers that no column holds, wherever an address takes something."""
    office = two.ours.office.code
    rules = [
        place.rule
        for place in addresses(app)
        if "GET" in place.methods and place.takes_row and not re.match("/(users|groups|roles|lang)/", place.rule)
    ]
    asked = [re.sub("<[^>]+>", "{0}", rule) for rule in rules]
    asked += [f"/kiosk/board/{office}/counter/{{0}}", "/api/v1/counter/state?counter={0}", "/counter/?counter={0}"]
    asked += ["/api/v1/counter/procedures?counter={0}&q={0}", f"/api/v1/board/{office}/events?after={{0}}"]
    asked += ["/procedures/?q={0}&field={0}&office={0}", "/motcua/dossiers/list/?q={0}", "/login/?next={0}"]
    asked += [
        f"/motcua/dossiers/list/?{name}={{0}}" for name in ("view", "status", "officer", "office", "page", "sort")
    ]
    bearers = {"Authorization": f"Bearer {two.ours.kiosk_token}"}
    broken = []
    for path in asked:
        client, headers = (kiosk, bearers) if "kiosk" in path else (admin, {})
        for value in NONSENSE:
            answer = client.get(path.format(value), headers=headers)
            if answer.status_code >= 500:
                broken.append((path.format(value), answer.status_code))
    figures(f"INJ-08: {len(asked) * len(NONSENSE)} addresses with nonsense, {len(broken)} broken")

    assert broken == []


def test_nonsense_at_the_login_is_a_wrong_password(client: FlaskClient, two: TwoOffices) -> None:
    assert two is not None
    for name in ("a\x00b", "\x00", "lan\r\nadmin", "x" * 5000, "' OR 1=1--"):
        page = client.post("/login/", data={"username": name, "password": "a\x00"})
        api = client.post("/api/v1/security/login", json={"username": name, "password": "a\x00", "provider": "db"})
        assert (page.status_code, api.status_code) == (302, 401), name


# --- errors --------------------------------------------------------------------------------------

#: What only a program is told.
INSIDE = re.compile(
    r"SELECT|motcua_dossier|geheim|/srv/|Traceback|psycopg|sqlite3|sqlalche\.me|ProgrammingError", re.IGNORECASE
)
SURFACES = (
    "/", "/motcua/dossiers/list/", "/motcua/dossiers/show/1", "/motcua/desk/", "/users/list/", "/counter/", "/kiosk/",
    "/api/v1/kiosk/services", "/api/v1/counter/counters", "/api/v1/board/chau-ninh/events", "/kiosk/board/chau-ninh",
    "/t/{token}", "/t/{token}.json", "/procedures/", "/procedures/1.004873", "/healthz", "/readyz", "/metrics",
    "/motcua/dossiers/export.csv",
)  # fmt: skip


class failing:  # noqa: N801 - reads as a function
    """Both engines, every statement of which ends with an error meanwhile."""

    def __init__(self, app: Flask, motcua: Motcua, kind: type[ProgrammingError | OperationalError]) -> None:
        with app.app_context():
            self.engines = [motcua.database.engine, app.extensions["sqlalchemy"].engine]
        self.kind = kind

    def _fail(self, _connection: object, _cursor: object, statement: str, *_: object) -> None:
        raise self.kind(statement, {"name": "geheim"}, Exception("/srv/motcua/database.py: geheim"))

    def __enter__(self) -> None:
        for engine in self.engines:
            sa.event.listen(engine, "before_cursor_execute", self._fail)

    def __exit__(self, *_: object) -> None:
        for engine in self.engines:
            sa.event.remove(engine, "before_cursor_execute", self._fail)


@pytest.mark.parametrize("kind", [ProgrammingError, OperationalError])
def test_what_goes_wrong_inside_is_told_to_nobody_outside(
    app: Flask,
    motcua: Motcua,
    two: TwoOffices,
    session: Session,
    admin: FlaskClient,
    caplog: pytest.LogCaptureFixture,
    kind: type[ProgrammingError | OperationalError],
) -> None:
    """INJ-08: on every surface a sentence and, for a bug, a number that stands in the log; no SQL, path or stack."""
    token = add_ticket(session, two.ours, 7).token
    headers = {"Authorization": f"Bearer {two.ours.kiosk_token}"}
    admin.set_cookie(COOKIE, two.ours.kiosk_token)
    for surface in SURFACES:
        path = surface.format(token=token)
        caplog.clear()
        with failing(app, motcua, kind):
            answer = admin.get(path, headers=headers if "/api/v1/kiosk" in path else {})

        assert INSIDE.search(answer.text) is None, path
        number = re.search(r"\b[0-9A-F]{8}\b", answer.text)
        if answer.status_code == 500:
            assert number, path
            assert f"incident {number[0]}" in caplog.text, path
        elif path not in {"/healthz", "/metrics"}:
            assert answer.status_code == 503, path


def test_a_screen_of_the_platform_shows_no_statement_and_no_hash(admin: FlaskClient, session: Session) -> None:
    """FAB's would show the whole INSERT; NUL is what PostgreSQL cannot keep."""
    user = {"username": "nga", "email": "nga@x.vn", "password": "con trau vang", "conf_password": "con trau vang"}
    for path, data in (
        ("/groups/add", {"name": "nhom", "label": "a\x00b"}),
        ("/users/add", user | {"first_name": "\x00", "last_name": "Le", "email": "a\x00b@x.vn"}),
    ):
        page = admin.post(path, data=data, follow_redirects=True)
        session.execute(sa.delete(Group).where(Group.name == "nhom"))  # SQLite has kept it
        session.commit()
        assert re.search(f"{INSIDE.pattern}|INSERT|pbkdf2|scrypt|DataError", page.text) is None, path


# --- the log -------------------------------------------------------------------------------------

_FORGED = "x\r\n[2026-12-02 09:00:00] INFO in app: forged\x1b[2K\x1b]0;x\x07\u2028\u202e"


def lines_of(records: list[logging.LogRecord]) -> Iterator[str]:
    formatter = default_handler.formatter
    assert isinstance(formatter, OneLine)
    for record in records:
        record.exc_text = None
        # As the log is read: by any program's idea of a line.
        yield from formatter.format(record).splitlines()


def test_an_event_is_one_line_whatever_was_sent(
    app: Flask,
    admin: FlaskClient,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """INJ-07: line ends, terminal commands and hidden signs in addresses, headers, fields and errors."""
    caplog.set_level("INFO")

    def break_down(*_: object, **__: object) -> None:
        raise ValueError(_FORGED)

    stranger = app.test_client()
    admin.get(f"/motcua/dossiers/by-code/{'%0D%0A%1B[2Kforged%E2%80%A8' * 3}")
    stranger.get("/kiosk/board/%0D%0Aforged%1B[2K")
    stranger.post("/login/", data={"username": _FORGED, "password": _FORGED})
    stranger.post("/api/v1/security/login", json={"username": _FORGED, "password": "x", "provider": "db"})
    stranger.get("/api/v1/kiosk/services", headers={"Authorization": "Bearer \x1b[2K" + "x" * 1_000_000})
    stranger.get("/motcua/services/list/", headers={"User-Agent": "\x1b[2Kforged", "X-Forwarded-For": "\x1b[2K"})
    admin.post("/motcua/services/add", data={_FORGED: _FORGED})
    monkeypatch.setattr("motcua.admin.views.base.page_of", break_down)
    admin.get("/motcua/services/list/")

    lines = list(lines_of(caplog.records))
    events = [line for line in lines if not line.startswith("    ")]
    assert len(events) == len(caplog.records) >= 6
    assert all(re.match(r"\[[\d :,-]+\] [A-Z]+ in \w+: ", event) for event in events)
    assert not [line for line in lines if not line.isprintable()]
    assert max(map(len, events)) < 1000
    assert any("refused GET /motcua/dossiers/by-code/\\r\\n\\x1b[2Kforged" in event for event in events)


def test_our_own_lines_are_whole_in_a_host_too(
    admin: FlaskClient, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    """A host formats its log itself: what we write of a request has no line break to begin with."""
    caplog.set_level("INFO")

    admin.get("/motcua/dossiers/by-code/%0D%0Aforged")
    client.get("/api/v1/board/%0D%0Aforged/events")

    ours = [record.getMessage() for record in caplog.records if record.getMessage().startswith("refused")]
    assert ours == [
        "refused GET /motcua/dossiers/by-code/\\r\\nforged: not_found",
        "refused GET /api/v1/board/\\r\\nforged/events: not_found",
    ]


# --- Unicode -------------------------------------------------------------------------------------

#: As people's keyboards, telephones and old files write one name.
NAMES = {
    "decomposed": unicodedata.normalize("NFD", "Nguyễn Thị Bưởi"),
    "composed": "Nguyễn Thị Bưởi",
    "half composed": "Nguyê\u0303n Thị Bươ\u0309i",
    "signs in another order": "Nguye\u0303\u0302n".replace("e\u0303\u0302", "ê\u0303") + " Thi\u0323 Bươ\u0309i",
    "zero width": "Nguyễn\u200d Thị Bưởi\u200c",
    "direction marks": "\u202eNguyễn Thị\u200f Bưởi\u202c",
    "byte order mark": "\ufeffNguyễn Thị Bưởi",
    "wide space": "Nguyễn\u00a0Thị\u3000Bưởi",
}
SEARCHES = ("Bưởi", unicodedata.normalize("NFD", "Bưởi"), "buoi", "NGUYỄN THỊ BƯỞI", "thị\u200b bưởi")
STRANGE = ("😀 Nguyễn", "𝐍guyễn Văn 𠮷", "Nguуễn Hоа", "א ב Nguyễn", "Nga" + "\u0302\u0301" * 40)


@pytest.mark.parametrize("form", NAMES)
def test_a_name_is_stored_in_one_form_and_found_by_any(
    two: TwoOffices, client: FlaskClient, admin: FlaskClient, session: Session, form: str
) -> None:
    """INJ-10, from the counter's intake to the search."""
    dossier = _take_in(session, client, two, NAMES[form])

    session.expire_all()
    stored = session.get_one(Dossier, dossier).applicant_name
    assert unicodedata.is_normalized("NFC", stored)
    assert "".join(sign for sign in stored if unicodedata.category(sign) != "Cf") == "Nguyễn Thị Bưởi"
    for word in SEARCHES:
        page = admin.get("/motcua/dossiers/list/", query_string={"q": word})
        assert page.text.count('scope="row"') == 1, word


@pytest.mark.parametrize("name", STRANGE)
def test_letters_of_any_kind_are_kept_and_shown(
    two: TwoOffices, client: FlaskClient, admin: FlaskClient, session: Session, name: str
) -> None:
    dossier = _take_in(session, client, two, name)

    stored = unicodedata.normalize("NFC", name)
    assert session.get_one(Dossier, dossier).applicant_name == stored
    assert stored in admin.get(f"/motcua/dossiers/show/{dossier}").text
    assert admin.get("/motcua/dossiers/list/", query_string={"q": name}).text.count('scope="row"') == 1


def test_a_form_of_the_staff_stores_one_form_and_its_search_finds_both(admin: FlaskClient, session: Session) -> None:
    added = admin.post("/motcua/fields/add", data={"name": "Hô\u0323 \ufeffti\u0323ch\u0000", "position": "1"})

    assert added.status_code == 302
    assert session.scalar(sa.select(sa.func.count()).where(Field.name == "Hộ tịch")) == 1
    for word in ("Hộ tịch", unicodedata.normalize("NFD", "Hộ tịch"), "Hô\u0323 ti\u0323ch", "hộ\u200b tịch"):
        assert 'scope="row"' in admin.get("/motcua/fields/list/", query_string={"q": word}).text, word


def test_names_of_logins_are_kept_in_one_form_too(admin: FlaskClient, two: TwoOffices, session: Session) -> None:
    user = session.get_one(User, two.ours.minh.id)
    names = {"first_name": unicodedata.normalize("NFD", "Bưởi"), "last_name": "Trần\u200b  Thị"}
    login = {"username": "minh", "email": user.email, "active": "y", "roles": [role.id for role in user.roles]}

    admin.post(f"/users/edit/{user.id}", data=login | names)

    session.expire_all()
    assert (user.first_name, user.last_name) == ("Bưởi", "Trần Thị")
    for word in ("Bưởi", names["first_name"]):
        assert admin.get("/motcua/staff/list/", query_string={"q": word}).text.count('scope="row"') == 1


def _take_in(session: Session, client: FlaskClient, two: TwoOffices, name: str) -> int:
    """Take a dossier in at counter 1, in front of which somebody stands; return its id."""
    call(session, add_ticket(session, two.ours, 7).ticket, two.ours.counter1)
    desk = Desk(client, two.ours.counter1.id, bearer(client, "lan"))
    code = two.ours.procedure.procedure.code
    answer = desk.post("dossiers", procedure=code, applicant={"name": name})
    assert answer.status_code == 201, answer.text
    return int(answer.get_json()["dossier"]["id"])
