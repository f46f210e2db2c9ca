"""Logins end at logout, with every change of a person, after a while: a copied cookie or token is worth nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import jwt
import pytest
import sqlalchemy as sa
from flask.sessions import SecureCookieSessionInterface
from flask_appbuilder.security.sqla.models import Group, Role, User
from flask_login import encode_cookie
from sqlalchemy.orm import Session

from motcua.admin.app import create_app
from motcua.admin.extension import EXTENSION
from motcua.admin.logins import epoch_of
from motcua.admin.models import SessionEpoch
from motcua.admin.permissions import AUDITOR, SYSTEM_ADMIN
from tests.admin.desk import ROOT, problem
from tests.admin.two_offices import TwoOffices, build_two_offices, role_named, sync_once
from tests.conftest import app_config
from tests.host.authorization import addresses, prepare
from tests.town import NINE, PASSWORD, add_user

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from motcua.admin.database import Database
    from motcua.admin.extension import Motcua

pytestmark = [
    pytest.mark.filterwarnings("ignore:'DateTimeField':DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Yielding raw tuples:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Passing SelectField choices as tuples:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The Query.get:sqlalchemy.exc.LegacyAPIWarning"),
]

Another = Callable[..., "Flask"]

SCREEN = "/users/userinfo/"
STATE = f"{ROOT}/counters"
NEW_PASSWORD = "ba từ chẳng ai đoán"


class Clock:
    """The centre's clock, which a test moves."""

    def __init__(self) -> None:
        self.now = NINE

    def __call__(self) -> Any:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


@pytest.fixture
def clock(motcua: Motcua, monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(motcua, "clock", clock)
    return clock


@pytest.fixture
def another(app: Flask, tmp_path: Path) -> Iterator[Another]:
    """Return what starts a deployment on the same database, configured in another way."""
    started: list[Flask] = []

    def start(**config: Any) -> Flask:
        address = app.config["SQLALCHEMY_DATABASE_URI"]
        started.append(create_app(app_config(address, tmp_path) | config))
        return started[-1]

    yield start
    for one in started:
        one.extensions[EXTENSION].database.engine.dispose()
        with one.app_context():
            one.extensions["sqlalchemy"].engine.dispose()


@pytest.fixture
def lan(app: Flask, session: Session) -> User:
    """Return an auditor, so that she may open screens."""
    sync_once(app, session)
    lan = add_user(session, "lan", "Lan", "Nguyễn Thị")
    lan.roles = [role_named(session, AUDITOR)]
    session.commit()
    return lan


@pytest.fixture
def admin(app: Flask, session: Session, lan: User) -> FlaskClient:
    """Return the browser of the platform's administrator, who keeps Lan's login."""
    assert lan.active
    add_user(session, "son", "Sơn", "Vũ Quang").roles = [role_named(session, "Admin")]
    session.commit()
    return logged_in(app, "son")


def log_in(client: FlaskClient, username: str, password: str = PASSWORD) -> TestResponse:
    return client.post("/login/", data={"username": username, "password": password})


def logged_in(app: Flask, username: str) -> FlaskClient:
    client = app.test_client()
    answer = log_in(client, username)
    assert (answer.status_code, is_in(client)) == (302, True)
    return client


def cookie_of(client: FlaskClient) -> str:
    cookie = client.get_cookie("session")
    assert cookie is not None
    return cookie.value


def thief(app: Flask, cookie: str) -> FlaskClient:
    """Return another browser, into which a cookie was copied."""
    client = app.test_client()
    client.set_cookie("session", cookie)
    return client


def is_in(client: FlaskClient) -> bool:
    """Tell whether a screen is opened, or the browser sent to the login."""
    answer = client.get(SCREEN)
    assert answer.status_code == 200 or (answer.status_code == 302 and "/login/" in answer.location)
    return answer.status_code == 200


# --- what ends a login (AUT-05) ------------------------------------------------------------------


@dataclass
class Case:
    """Lan, her browser, and that of the administrator."""

    lan: User
    browser: FlaskClient
    admin: FlaskClient


def logs_out(case: Case) -> TestResponse:
    return case.browser.get("/logout/")


def changes_her_password(case: Case) -> TestResponse:
    return case.browser.post("/resetmypassword/form", data={"password": NEW_PASSWORD, "conf_password": NEW_PASSWORD})


def gets_a_new_password(case: Case) -> TestResponse:
    words = {"password": NEW_PASSWORD, "conf_password": NEW_PASSWORD}
    return case.admin.post(f"/resetpassword/form?pk={case.lan.id}", data=words)


def edited(case: Case, role: str, **more: str) -> TestResponse:
    lan, admin = case.lan, case.admin
    page = admin.get(f"/users/edit/{lan.id}").get_data(as_text=True)
    found = re.search(rf'value="(\d+)">{role}<', page) or re.search(rf'value="(\d+)"[^>]*>{role}<', page)
    assert found
    form = {"first_name": "Lan", "last_name": "Nguyễn Thị", "username": "lan", "email": lan.email, "roles": found[1]}
    return admin.post(f"/users/edit/{lan.id}", data=form | more)


def gets_another_role(case: Case) -> TestResponse:
    return edited(case, SYSTEM_ADMIN, active="y")


def is_deactivated(case: Case) -> TestResponse:
    return edited(case, AUDITOR)


def is_deleted(case: Case) -> TestResponse:
    return case.admin.post(f"/users/delete/{case.lan.id}")


ENDS = [
    logs_out, changes_her_password, gets_a_new_password, gets_another_role, is_deactivated, is_deleted,
]  # fmt: skip


@pytest.mark.parametrize("happens", ENDS, ids=lambda act: act.__name__)
def test_a_copied_cookie_is_worth_nothing_after_she(app: Flask, lan: User, admin: FlaskClient, happens: Any) -> None:
    browser = logged_in(app, "lan")
    copy = cookie_of(browser)
    assert is_in(thief(app, copy))

    assert happens(Case(lan, browser, admin)).status_code == 302

    assert not is_in(thief(app, copy))
    assert thief(app, copy).get("/").status_code in {200, 302}
    problem(thief(app, copy).get(STATE), 401, "login_required")
    assert not is_in(browser)
    assert is_in(admin)


def test_who_comes_back_after_a_deactivation_has_to_log_in(app: Flask, lan: User, admin: FlaskClient) -> None:
    """The old cookie does not wake up again."""
    copy = cookie_of(logged_in(app, "lan"))

    case = Case(lan, app.test_client(), admin)
    is_deactivated(case)
    assert edited(case, AUDITOR, active="y").status_code == 302

    assert not is_in(thief(app, copy))
    assert is_in(logged_in(app, "lan"))


def test_whoever_gets_the_number_of_somebody_deleted_does_not_get_the_logins(
    app: Flask, session: Session, lan: User, admin: FlaskClient
) -> None:
    copy = cookie_of(logged_in(app, "lan"))
    number = lan.id
    is_deleted(Case(lan, app.test_client(), admin))

    session.expunge_all()
    heir = User(id=number, username="minh", first_name="Minh", last_name="Trần", email="minh@chauninh.test")
    heir.active, heir.password = True, lan.password
    session.add(heir)
    session.commit()

    log_in(app.test_client(), "minh")
    assert not is_in(thief(app, copy))


def test_what_is_no_change_of_her_rights_ends_nothing(app: Flask, lan: User, admin: FlaskClient) -> None:
    browser = logged_in(app, "lan")

    assert edited(Case(lan, browser, admin), AUDITOR, active="y", last_name="Nguyễn Thị Hồng").status_code == 302
    log_in(app.test_client(), "lan", "sai")
    logged_in(app, "lan")

    assert is_in(browser)


@pytest.fixture
def group(app: Flask, session: Session) -> Iterator[str]:
    """Return the name of a group, which is gone afterwards."""
    name = "Tổ một cửa"
    session.add(Group(name=name, label="", description=""))
    session.commit()
    yield name
    with platform(app) as people:
        for group in people.query(Group):
            people.delete(group)


@contextmanager
def platform(app: Flask) -> Iterator[Any]:
    """Change people by the platform's own session, as its screens and commands do."""
    with app.app_context():
        people = app.appbuilder.session  # type: ignore[attr-defined]
        yield people
        people.commit()


@dataclass
class Company:
    """A group and Lan, in a session of the platform."""

    people: Any
    group: Group
    lan: User


def joins(company: Company) -> None:
    company.group.users = [company.lan]


def gets_a_role(company: Company) -> None:
    company.group.roles = [company.people.query(Role).filter_by(name=SYSTEM_ADMIN).one()]


def ends(company: Company) -> None:
    company.people.delete(company.group)


@pytest.mark.parametrize("change", [joins, gets_a_role, ends], ids=lambda act: act.__name__)
def test_a_change_of_a_group_ends_the_logins_of_its_people(
    app: Flask, lan: User, admin: FlaskClient, group: str, change: Any
) -> None:
    if change is not joins:
        with platform(app) as people:
            joins(Company(people, people.query(Group).filter_by(name=group).one(), people.get(User, lan.id)))
    browser = logged_in(app, "lan")

    with platform(app) as people:
        change(Company(people, people.query(Group).filter_by(name=group).one(), people.get(User, lan.id)))

    assert not is_in(browser)
    assert is_in(admin)


@pytest.mark.usefixtures("lan")
def test_logout_ends_her_logins_everywhere_and_nobody_elses(app: Flask, admin: FlaskClient) -> None:
    at_the_counter, at_home = logged_in(app, "lan"), logged_in(app, "lan")

    at_the_counter.get("/logout/")

    assert [is_in(client) for client in (at_the_counter, at_home, admin)] == [False, False, True]


@pytest.mark.usefixtures("lan")
def test_an_ended_login_cannot_end_the_next_one(app: Flask) -> None:
    browser = logged_in(app, "lan")
    copy = cookie_of(browser)
    browser.get("/logout/")
    again = logged_in(app, "lan")

    thief(app, copy).get("/logout/")

    assert is_in(again)


def test_a_login_made_up_without_an_epoch_is_none(app: Flask, lan: User) -> None:
    """A cookie of the time before, or of a program that forgot."""
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = str(lan.id)

    assert not is_in(client)


@pytest.mark.usefixtures("lan")
def test_she_is_told_that_her_session_has_ended(app: Flask) -> None:
    browser = logged_in(app, "lan")
    logged_in(app, "lan").get("/logout/")

    assert "Phiên đăng nhập đã kết thúc" in browser.get(SCREEN, follow_redirects=True).get_data(as_text=True)


# --- a password that could not be changed (AUT-11) -----------------------------------------------

_TROUBLE = {
    "sqlite": ["CREATE TRIGGER trouble BEFORE {what} BEGIN SELECT RAISE(ABORT, 'disk trouble'); END"],
    "postgresql": [
        "CREATE FUNCTION trouble() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'disk trouble'; END $$",
        "CREATE TRIGGER trouble BEFORE {what} FOR EACH ROW EXECUTE FUNCTION trouble()",
    ],
}
_NO_TROUBLE = {
    "sqlite": ["DROP TRIGGER trouble"],
    "postgresql": ["DROP TRIGGER trouble ON {table}", "DROP FUNCTION trouble()"],
}


def run(database: Database, statements: list[str], **words: str) -> None:
    with database.engine.begin() as connection:
        for statement in statements:
            connection.execute(sa.text(statement.format(**words)))


@pytest.fixture(params=["UPDATE OF password ON ab_user", "DELETE ON motcua_session_epoch"])
def trouble(request: pytest.FixtureRequest, database: Database) -> Iterator[None]:
    """Let the database refuse one half of a change of password."""
    kind, what = database.engine.dialect.name, request.param
    run(database, _TROUBLE[kind], what=what)
    yield
    run(database, _NO_TROUBLE[kind], table=what.rpartition(" ")[2])


@pytest.mark.usefixtures("trouble")
@pytest.mark.parametrize("tries", [changes_her_password, gets_a_new_password], ids=lambda act: act.__name__)
def test_a_password_that_could_not_be_written_ends_nothing_and_nobody_says_it_was(
    app: Flask, lan: User, admin: FlaskClient, tries: Any
) -> None:
    browser = logged_in(app, "lan")
    copy = cookie_of(browser)

    answer = tries(Case(lan, browser, admin))

    assert answer.status_code == 503
    assert "Chưa đổi được mật khẩu; mật khẩu cũ vẫn dùng được" in answer.get_data(as_text=True)
    assert "Đã đổi mật khẩu" not in browser.get("/", follow_redirects=True).get_data(as_text=True)
    assert is_in(thief(app, copy))
    assert is_in(logged_in(app, "lan"))
    assert not is_in(_tried(app, "lan", NEW_PASSWORD))


def _tried(app: Flask, username: str, password: str) -> FlaskClient:
    client = app.test_client()
    log_in(client, username, password)
    return client


# --- the cookie before the login (AUT-06) --------------------------------------------------------


@pytest.mark.usefixtures("lan")
def test_nothing_of_the_session_before_is_taken_into_the_login(app: Flask) -> None:
    client = app.test_client()
    client.get("/login/?_l_=en")
    with client.session_transaction() as session:
        session.update({"planted": "by somebody else", "csrf_token": "known", "page_history": ["/x"], "locale": "en"})
    planted = cookie_of(client)

    log_in(client, "lan")

    with client.session_transaction() as session:
        content = dict(session)
    assert set(content) == {"_user_id", "_fresh", "_id", "motcua_login", "locale"}
    assert content["locale"] == "en"
    assert cookie_of(client) != planted
    assert not is_in(thief(app, planted))
    assert is_in(client)


@pytest.mark.usefixtures("lan")
def test_the_epoch_is_another_after_every_end(app: Flask, database: Database) -> None:
    epochs = set()
    for _ in range(3):
        browser = logged_in(app, "lan")
        with database.read() as session:
            epochs.add(session.scalars(sa.select(SessionEpoch.epoch)).one())
        browser.get("/logout/")

    assert len(epochs) == 3
    with database.read() as session:
        assert session.scalars(sa.select(SessionEpoch.epoch)).all() == []


# --- time (AUT-07) -------------------------------------------------------------------------------


@pytest.mark.usefixtures("lan")
def test_half_an_hour_without_a_request_ends_it(app: Flask, clock: Clock) -> None:
    used, left = logged_in(app, "lan"), logged_in(app, "lan")

    clock.forward(minutes=29)
    assert is_in(used)
    clock.forward(minutes=1)

    assert not is_in(left)
    assert is_in(used)
    clock.forward(minutes=30)
    assert not is_in(used)


@pytest.mark.usefixtures("lan")
def test_after_twelve_hours_it_ends_though_it_was_used_all_day(app: Flask, clock: Clock) -> None:
    browser = logged_in(app, "lan")
    copies = []

    for _ in range(12 * 4 - 1):
        clock.forward(minutes=15)
        assert is_in(browser)
        copies.append(cookie_of(browser))
    clock.forward(minutes=15)

    assert not is_in(browser)
    assert not is_in(thief(app, copies[-1]))
    assert is_in(logged_in(app, "lan"))


@pytest.mark.usefixtures("lan")
def test_the_limits_are_settings(app: Flask, clock: Clock, motcua: Motcua, monkeypatch: Any) -> None:
    shorter = replace(motcua.settings, session_idle=timedelta(minutes=5), session_length=timedelta(hours=1))
    monkeypatch.setattr(motcua, "settings", shorter)
    idle, busy = logged_in(app, "lan"), logged_in(app, "lan")

    clock.forward(minutes=5)
    assert not is_in(idle)
    busy = logged_in(app, "lan")
    for _ in range(14):
        clock.forward(minutes=4)
        assert is_in(busy)
    clock.forward(minutes=4)
    assert not is_in(busy)


@pytest.mark.usefixtures("lan")
def test_a_login_from_the_future_is_none(app: Flask, clock: Clock) -> None:
    """The clock was a day ahead, and was put right: such a login would live a day too long."""
    browser = logged_in(app, "lan")

    clock.forward(days=-1)

    assert not is_in(browser)


@pytest.mark.usefixtures("lan")
def test_what_he_had_on_the_screen_is_not_kept_for_the_next(app: Flask, clock: Clock) -> None:
    """The back button asks again, and gets the login; the cookie is no more than a language and a message."""
    browser = logged_in(app, "lan")
    assert "no-store" in browser.get(SCREEN).headers["Cache-Control"]

    clock.forward(hours=1)
    browser.get(SCREEN)

    with browser.session_transaction() as session:
        assert set(session) <= {"locale", "_flashes", "_fresh"}


@pytest.mark.usefixtures("lan")
def test_only_one_answer_a_minute_sets_the_cookie(app: Flask, clock: Clock) -> None:
    browser = logged_in(app, "lan")
    quiet = []
    for seconds in (20, 20, 19, 1, 30):
        clock.forward(seconds=seconds)
        quiet.append("Set-Cookie" not in browser.get("/motcua/dossiers/list/").headers)

    assert quiet == [True, True, True, False, True]


def test_a_cookie_to_be_remembered_by_is_never_given_nor_taken(app: Flask, lan: User) -> None:
    """Flask-Login's own would hold for a year, past every logout."""
    with app.test_request_context():
        remembered = encode_cookie(str(lan.id))
    client = app.test_client()
    client.set_cookie("remember_token", remembered)

    assert not is_in(client)
    assert client.get_cookie("remember_token") is None

    from flask import session
    from flask_login import login_user

    with app.test_request_context():
        login_user(app.appbuilder.sm.get_user_by_id(lan.id), remember=True)  # type: ignore[attr-defined]
        assert "_remember" not in session


# --- who pays for it -----------------------------------------------------------------------------


def queries(database: Database, ask: Callable[[], TestResponse]) -> list[str]:
    """Return the statements about logins that a request makes."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    sa.event.listen(database.engine, "before_cursor_execute", note)
    try:
        ask()
    finally:
        sa.event.remove(database.engine, "before_cursor_execute", note)
    return [statement for statement in seen if "motcua_session_epoch" in statement]


@pytest.mark.parametrize(
    "address", ["/login/", "/procedures/", "/t/NOBODYS-TOKEN", "/kiosk/", "/api/v1/counter/counters"]
)
@pytest.mark.usefixtures("lan")
def test_who_brings_no_cookie_pays_nothing(app: Flask, database: Database, address: str) -> None:
    client = app.test_client()

    assert queries(database, lambda: client.get(address)) == []


@pytest.mark.usefixtures("lan")
def test_a_login_pays_one_look(app: Flask, database: Database) -> None:
    browser = logged_in(app, "lan")

    assert len(queries(database, lambda: browser.get("/motcua/dossiers/list/"))) == 1


def test_two_logins_at_once_share_one_epoch(app: Flask, lan: User) -> None:
    def begin(_: int) -> str:
        with app.app_context():
            return epoch_of(lan.id)

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(begin, range(32)))) == 1


# --- the API's tokens (AUT-13) -------------------------------------------------------------------


@pytest.fixture
def tokens(app: Flask, session: Session, lan: User) -> dict[str, str]:
    """Return what Lan's program has got; she may serve at counters."""
    lan.roles = [role_named(session, SYSTEM_ADMIN)]
    session.commit()
    words = {"username": "lan", "password": PASSWORD, "provider": "db", "refresh": True}
    given: dict[str, str] = app.test_client().post("/api/v1/security/login", json=words).get_json()
    return given


def ask(app: Flask, token: str) -> TestResponse:
    return app.test_client().get(STATE, headers={"Authorization": f"Bearer {token}"})


def menu(app: Flask, token: str) -> TestResponse:
    """Ask an API of the platform's own."""
    return app.test_client().get("/api/v1/menu/", headers={"Authorization": f"Bearer {token}"})


def renew(app: Flask, token: str) -> TestResponse:
    return app.test_client().post("/api/v1/security/refresh", headers={"Authorization": f"Bearer {token}"})


def test_a_token_opens_and_is_renewed(app: Flask, tokens: dict[str, str]) -> None:
    assert ask(app, tokens["access_token"]).status_code == 200
    assert menu(app, tokens["access_token"]).status_code == 403  # known, but her role has no right to it
    renewed = renew(app, tokens["refresh_token"])
    assert renewed.status_code == 200
    assert ask(app, renewed.get_json()["access_token"]).status_code == 200


@pytest.mark.parametrize("forgery", ["none", "another key", "expired", "no epoch", "a guessed epoch"])
def test_a_forged_or_expired_token_is_refused(app: Flask, tokens: dict[str, str], forgery: str) -> None:
    key = app.config["SECRET_KEY"]
    claims = jwt.decode(tokens["access_token"], key, algorithms=["HS256"])
    forged = {
        "none": lambda: jwt.encode(claims, None, algorithm="none"),
        "another key": lambda: jwt.encode(claims, "another key, which is long enough, too", algorithm="HS256"),
        "expired": lambda: jwt.encode(claims | {"exp": claims["iat"] - 1}, key, algorithm="HS256"),
        "no epoch": lambda: jwt.encode(
            {name: value for name, value in claims.items() if name != "motcua_epoch"}, key, algorithm="HS256"
        ),
        "a guessed epoch": lambda: jwt.encode(claims | {"motcua_epoch": "x"}, key, algorithm="HS256"),
    }[forgery]()

    problem(ask(app, forged), 401, "login_required")
    assert menu(app, forged).status_code in {401, 422}


@pytest.mark.parametrize("happens", ENDS, ids=lambda act: act.__name__)
def test_a_token_is_refused_and_not_renewed_after_she(
    app: Flask, tokens: dict[str, str], lan: User, admin: FlaskClient, happens: Any
) -> None:
    if happens is gets_another_role:
        happens = _becomes_an_auditor
    assert happens(Case(lan, logged_in(app, "lan"), admin)).status_code == 302

    problem(ask(app, tokens["access_token"]), 401, "login_required")
    assert renew(app, tokens["refresh_token"]).status_code == 401


def _becomes_an_auditor(case: Case) -> TestResponse:
    return edited(case, AUDITOR, active="y")


# --- caches and cookies (AUT-08) -----------------------------------------------------------------


@pytest.fixture
def two(app: Flask, session: Session) -> TwoOffices:
    two = build_two_offices(app, session)
    prepare(session, two)
    return two


def test_no_page_of_a_login_is_kept_by_the_browser(app: Flask, two: TwoOffices, monkeypatch: Any) -> None:
    """Every address of the table of who may open what, but for what is put up for the public."""
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)  # an answer of 500 is one, too
    client = two.browser(app, "admin")
    asked = [address for address in addresses(app) if "GET" in address.methods]
    asked = [address for address in asked if not address.rule.startswith(("/kiosk/board/", "/procedures/"))]

    kept = {}
    for address in (address.at(two, ours=True) for address in asked):
        answer = client.get(address)
        if "no-store" not in answer.headers.get("Cache-Control", ""):
            kept[address] = answer.headers.get("Cache-Control")
        answer.close()

    assert len(asked) > 100
    assert kept == {}


def test_the_cookie_is_for_this_host_over_https_and_for_no_script(another: Another, lan: User) -> None:
    client = another(MOTCUA_PUBLIC_URL="https://motcua.test").test_client()

    answer = client.post(
        "/login/", data={"username": lan.username, "password": PASSWORD}, base_url="https://motcua.test"
    )

    (cookie,) = answer.headers.getlist("Set-Cookie")
    name, _, rest = cookie.partition("=")
    assert name == "__Host-motcua"
    assert set(rest.split("; ")[1:]) == {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"}
    assert "Strict-Transport-Security" in answer.headers


def test_what_the_deployment_says_about_its_cookie_holds(another: Another) -> None:
    app = another(MOTCUA_PUBLIC_URL="https://motcua.test", SESSION_COOKIE_SECURE=False, SESSION_COOKIE_NAME="own")

    assert (app.config["SESSION_COOKIE_SECURE"], app.config["SESSION_COOKIE_NAME"]) == (False, "own")


# --- in a host -----------------------------------------------------------------------------------

FABS_OWN = "flask_appbuilder.security.sqla.manager.SecurityManager"


@pytest.mark.parametrize("is_on", [True, False], ids=["on", "off"])
def test_in_a_host_logins_end_if_it_wants_so(another: Another, lan: User, database: Database, *, is_on: bool) -> None:
    """FAB's own security manager and Flask's own sessions: a host lends us neither."""
    host = another(MOTCUA_STAFF_SESSIONS=is_on, FAB_SECURITY_MANAGER_CLASS=FABS_OWN)
    host.session_interface = SecureCookieSessionInterface()
    browser = logged_in(host, lan.username)
    copy = cookie_of(browser)

    browser.get("/logout/")

    assert is_in(thief(host, copy)) is not is_on
    logged_in(host, lan.username)
    with database.read() as session:
        assert len(session.scalars(sa.select(SessionEpoch.epoch)).all()) == int(is_on)
