"""INJ-01: nothing that somebody typed becomes markup, on any page that shows it, to a parser and to a real browser."""

from __future__ import annotations

import re
from datetime import timedelta
from email import message_from_bytes
from email.policy import SMTP
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from markupsafe import escape
from playwright.sync_api import expect

from motcua.admin.domain.digest_recipients import digest_recipient
from motcua.admin.models import PrinterDevice
from motcua.kiosk.auth import COOKIE
from motcua.scheduler.dispatch import digest_now
from motcua.scheduler.letters import digest_letter
from motcua.scheduler.post import Post
from motcua.scheduler.settings import read_scheduler_settings
from tests.admin.two_offices import TwoOffices, build_two_offices
from tests.browsing import needs_chromium
from tests.host.authorization import addresses, prepare
from tests.host.payloads import PAYLOADS, Anatomy, fill, packs, typed_columns
from tests.kiosk.hall import add_dossier, add_ticket, call
from tests.scheduler.morning import RecordingDelivery
from tests.town import NINE, WEDNESDAY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from flask.testing import FlaskClient
    from playwright.sync_api import Browser, BrowserContext
    from sqlalchemy.orm import Session

    from motcua.admin.extension import Motcua
    from tests.browsing import Moment
    from tests.conftest import Figures

# FAB's own user screens still do what WTForms is about to drop.
pytestmark = [pytest.mark.filterwarnings("ignore::DeprecationWarning"), pytest.mark.timeout(300)]

_ELSEWHERE = ("/api/", "/metrics", "/lang/", "/back", "/healthz", "/readyz", "/kiosk/qr", "/T/", "/login")
#: Enough for every payload to have stood on the pages with several texts.
_TURNS = 3
SCRIPT_ADDRESS = re.compile(r"\s*(java|vb)script:|\s*data:text", re.IGNORECASE)


@pytest.fixture
def two(app: Flask, session: Session, moment: Moment) -> TwoOffices:
    """Return two offices with a row of every kind, and tokens of a ticket and of a dossier."""
    assert moment.now == NINE
    two = build_two_offices(app, session)
    prepare(session, two)
    ticket = add_ticket(session, two.ours, 7)
    call(session, ticket.ticket, two.ours.counter1)
    dossier = add_dossier(session, two.ours, ticket.ticket, due_at=NINE - timedelta(days=1), note="Ghi chú")
    two.ours.extra |= {"tokens": [ticket.token, dossier.token], "waiting": add_ticket(session, two.ours, 8).token}
    session.commit()
    return two


def pages(app: Flask, two: TwoOffices) -> Iterator[tuple[FlaskClient, str]]:
    """Yield every page of the app, each with somebody who may open it."""
    admin, lan, citizen, kiosk = (
        two.browser(app, "admin"),
        two.browser(app, "receiving_officer"),
        app.test_client(),
        app.test_client(),
    )
    kiosk.set_cookie(COOKIE, two.ours.kiosk_token)
    for place in addresses(app):
        is_page = (
            "GET" in place.methods
            and not place.rule.startswith(_ELSEWHERE)
            and "<string:" not in place.rule
            and "/delete/" not in place.rule
        )
        # The trail's list grows with every page that is opened: tests/admin/audit/test_screen.py reads it with markup.
        is_elsewhere = place.rule.startswith(("/t/", "/counter/", "/kiosk/", "/procedures/", "/motcua/audit/list/"))
        if is_page and not is_elsewhere:
            yield admin, place.at(two, ours=True)
    yield admin, "/motcua/dossiers/list/?view=all"
    yield from ((lan, path) for path in ("/", "/counter/", f"/counter/{two.ours.counter1.id}"))
    code = two.ours.procedure.procedure.code
    yield from ((citizen, f"/t/{token}") for token in (*two.ours.extra["tokens"], two.ours.extra["waiting"]))
    yield from (
        (citizen, path)
        for path in ("/procedures/", f"/procedures/{code}", f"/procedures/{code}?office={two.ours.office.code}")
    )
    yield from ((citizen, path) for path in ("/kiosk/board/chau-ninh", "/kiosk/board/chau-ninh/counter/1"))
    yield from ((kiosk, path) for path in ("/kiosk/", "/procedures/", f"/procedures/{code}"))


def opened(app: Flask, two: TwoOffices, motcua: Motcua) -> dict[str, str]:
    """Return every page and the mail as HTML; the numbers of rows and tokens aside, they are told apart by address."""
    found = {}
    for number, (client, path) in enumerate(pages(app, two)):
        answer = client.get(path)
        if answer.mimetype == "text/html" and answer.status_code == 200:
            found[f"{number} {path}"] = answer.get_data(as_text=True)
    found["mail"] = mail(motcua, two)
    return found


def mail(motcua: Motcua, two: TwoOffices) -> str:
    """Return the HTML of the morning's mail to Hoa."""
    settings = read_scheduler_settings({})
    post = Post(motcua.database, RecordingDelivery(), motcua.clock, settings, "http://motcua.test")
    with motcua.database.read() as session:
        recipient = digest_recipient(session, two.ours.hoa.id)
        assert recipient is not None
        digest = digest_now(post, session, recipient, day=WEDNESDAY, now=NINE)
    letter = digest_letter(
        digest,
        recipient_id=two.ours.hoa.id,
        address=recipient.email,
        is_second_copy=False,
        settings=settings,
        public_url="http://motcua.test",
        now=NINE,
    )
    body = message_from_bytes(letter.content, policy=SMTP).get_body(("html",))
    assert body is not None
    return str(body.get_content())


def test_no_text_becomes_markup_on_any_page(
    app: Flask, two: TwoOffices, session: Session, motcua: Motcua, figures: Figures
) -> None:
    """INJ-01: with every typed column full of payloads, each page has the elements it has with words in their place."""
    payloads = [packs(getattr(column.type, "length", None)) for column in typed_columns()]
    words = [[re.sub("[<>\"'&`]", "x", pack) for pack in choice] for choice in payloads]
    shown: dict[str, set[str]] = {}
    for turn in range(_TURNS):
        fill(session, words, turn)
        plain = {path: Anatomy(html).bones for path, html in opened(app, two, motcua).items()}
        fill(session, payloads, turn)
        for path, html in opened(app, two, motcua).items():
            page = Anatomy(html)
            assert page.bones == plain[path], path
            assert not [address for address in page.addresses if SCRIPT_ADDRESS.match(address)], path
            shown.setdefault(path, set()).update(page.shown())
    count = sum(map(len, shown.values()))
    figures(
        f"INJ-01: {len(PAYLOADS)} payloads in {len(payloads)} columns, read {count} times on {len(shown)} pages, "
        "0 as markup"
    )

    assert set().union(*shown.values()) == set(PAYLOADS)
    assert [path for path, payloads in shown.items() if not payloads] == []


def test_the_parser_would_see_markup_where_there_was_some() -> None:
    """Every payload with a sign of markup changes a page that writes it as it is, in a text or in an attribute."""
    frames = ("<p>{}</p>", '<p title="{}">x</p>', "<p title='{}'>x</p>", "<p title=x{}>x</p>")
    bones = {frame: Anatomy(frame.format("x")).bones for frame in frames}

    blind = [
        payload
        for payload in PAYLOADS
        if re.search("[<>\"']", payload)
        and all(Anatomy(frame.format(payload)).bones == bones[frame] for frame in frames)
    ]

    assert blind == []


def test_what_comes_with_an_address_or_a_form_comes_back_as_text(app: Flask, two: TwoOffices) -> None:
    """INJ-01, reflected: searches, values of refused forms, names of fields nobody has, names in messages."""
    admin = two.browser(app, "admin")
    lists = [place.rule for place in addresses(app) if re.fullmatch(r"/motcua/[\w-]+/list/", place.rule)]
    for number, pack in enumerate(packs(100)):
        path = lists[number % len(lists)]
        words = re.sub("[<>\"'&`]", "x", pack)
        pairs = [
            [admin.get(path, query_string={"q": text}) for text in (words, pack)],
            [app.test_client().get("/procedures/", query_string={"q": text}) for text in (words, pack)],
            [admin.post("/motcua/fields/add", data={text: "1"}) for text in (words, pack)],
            [admin.post("/motcua/services/add", data={"code": text, "name_vi": text}) for text in (words, pack)],
            [admin.post("/motcua/printers/add", data={"name": text, "uri": text}) for text in (words, pack)],
            [admin.get(f"/motcua/dossiers/by-code/{quote(text, safe='')}") for text in (words, pack)],
        ]
        for harmless, hostile in pairs:
            assert (hostile.status_code, hostile.mimetype) == (harmless.status_code, "text/html")
            assert Anatomy(hostile.text).bones == Anatomy(harmless.text).bones, pack
            if re.search("[<>\"'&]", pack):
                assert pack not in hostile.text


@pytest.mark.parametrize("name", ["<img src=x onerror=alert(1)>", '"><svg onload=alert(1)>'])
def test_a_name_in_a_message_above_the_page_is_text(app: Flask, two: TwoOffices, session: Session, name: str) -> None:
    admin = two.browser(app, "admin")
    session.get_one(PrinterDevice, two.ours.printer.id).name = name
    session.commit()

    admin.post(f"/motcua/printers/delete/{two.ours.printer.id}")
    page = admin.get("/motcua/printers/list/").text

    assert "đang được sử dụng" in page
    assert str(escape(name)) in page
    assert name not in page


# --- in a browser --------------------------------------------------------------------------------

#: Chromium tells of violations of the policy on the console; a dialog would be one as well.
LISTEN = """
document.addEventListener("securitypolicyviolation", (event) => console.error("refused", event.violatedDirective));
window.alert = () => console.error("a dialog");
"""
#: What only a payload brings: nothing of ours has handlers, addresses that are scripts, or such elements.
STRANGE = """() => [...document.querySelectorAll("*")].flatMap((element) => [
  ...[...element.attributes]
    .filter((one) => /^on/i.test(one.name) || /^(href|src|action|data|formaction)$/i.test(one.name)
      && /^\\s*(javascript|vbscript):/i.test(one.value))
    .map((one) => element.tagName + " " + one.name),
  ...(/^(APPLET|BASE|EMBED|IFRAME|MARQUEE|MATH|OBJECT|X|XMP)$/.test(element.tagName) ? [element.tagName] : []),
])"""


@needs_chromium
def test_a_browser_shows_the_payloads_and_runs_none(
    app: Flask, two: TwoOffices, session: Session, browser: Browser, address: str, figures: Figures
) -> None:
    """INJ-01: the pages that scripts build, too: 0 dialogs, 0 violations, nothing where only text belongs."""
    fill(session, [packs(getattr(column.type, "length", None)) for column in typed_columns()], 0)
    code = two.ours.procedure.procedure.code
    kiosk = _context(browser, address, COOKIE, two.ours.kiosk_token)
    admin = _context(browser, address, "session", _session_of(two.browser(app, "admin")))
    lan = _context(browser, address, "session", _session_of(two.browser(app, "receiving_officer")))
    visits = [
        (kiosk, "/kiosk/"),
        (kiosk, "/kiosk/board/chau-ninh"),
        *((kiosk, f"/t/{token}") for token in two.ours.extra["tokens"]),
        (kiosk, f"/procedures/{code}"),
        (admin, "/motcua/dossiers/list/?view=all"),
        (admin, f"/motcua/dossiers/show/{two.our_dossier.id}"),
        (admin, f"/motcua/services/edit/{two.ours.civil.id}"),
        (admin, "/users/list/"),
        (lan, f"/counter/{two.ours.counter1.id}"),
    ]
    faults: list[str] = []
    for context, path in visits:
        page = context.new_page()
        page.add_init_script(LISTEN)
        page.on("console", lambda said, path=path: faults.append(f"{path}: {said.text}"))
        page.on("pageerror", lambda error, path=path: faults.append(f"{path}: {error}"))
        page.goto(address + path)
        # What the page's script asks for has come, and stands there to be read.
        expect(page.locator("body")).to_contain_text(re.compile("<[a-z]"))
        assert page.evaluate(STRANGE) == [], path
        page.close()
    figures(f"INJ-01: {len(visits)} pages full of payloads in Chromium, {len(faults)} dialogs, violations and errors")

    assert faults == []


def _context(browser: Browser, address: str, name: str, value: str) -> BrowserContext:
    context = browser.new_context(locale="vi-VN")
    context.add_cookies([{"name": name, "value": value, "url": address}])
    return context


def _session_of(client: FlaskClient) -> str:
    cookie = client.get_cookie("session")
    assert cookie is not None
    return cookie.value
