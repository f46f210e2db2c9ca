"""The mail as it is read, and the envelope that nothing typed by anybody can open."""

from __future__ import annotations

import os
import re
import socket
from dataclasses import replace
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from motcua.admin.domain.digest_content import Digest, DigestLimits, DigestLine, Group, Tally
from motcua.admin.domain.digest_recipients import is_usable_address
from motcua.admin.enums import DossierStatus, Language
from motcua.scheduler.letters import HEADERS, UnsafeLetterError, digest_letter, digest_message_id, sealed
from motcua.scheduler.settings import MailServer, read_scheduler_settings
from motcua.scheduler.smtp import SmtpDelivery
from tests.scheduler.fake_smtp import FakeSMTP, Received, RunningSMTP
from tests.town import HANOI, WEDNESDAY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from motcua.scheduler.delivery import Letter

APPROVED = Path(__file__).parent / "approved"
#: Set to 1 to write the approved files anew; then read the difference.
APPROVE = "MOTCUA_APPROVE"
HALF_PAST_SEVEN = datetime(2026, 12, 2, 7, 30, tzinfo=HANOI)
CENTRE, OTHER = "Trung tâm PVHCC xã Châu Ninh", "Trung tâm PVHCC xã An Bình"
SETTINGS = read_scheduler_settings({})


def line(group: Group, number: int, days: int, **fields: Any) -> DigestLine:
    values: dict[str, Any] = {
        "group": group,
        "code": f"H99.09-261120-{number:04}",
        "procedure": "Cấp Giấy xác nhận tình trạng hôn nhân",
        "office": CENTRE,
        "officer": "T.V.M.",
        "due_at": HALF_PAST_SEVEN + timedelta(hours=8),
        "due_is_provisional": False,
        "days": days,
        "status": DossierStatus.PROCESSING,
    }
    return DigestLine(**(values | fields))


def ago(days: int) -> dict[str, Any]:
    return {"due_at": HALF_PAST_SEVEN - timedelta(days=days)}


def ahead(days: int) -> dict[str, Any]:
    return {"due_at": HALF_PAST_SEVEN + timedelta(days=days, hours=2)}


LINES = (
    line(Group.OVERDUE, 1, 5, procedure="Đăng ký khai sinh có yếu tố nước ngoài", **ago(7)),
    line(Group.OVERDUE, 2, 1, officer=None, **ago(1)),
    line(Group.APOLOGISED, 3, 0, officer="Đ.T.H.", due_at=HALF_PAST_SEVEN - timedelta(minutes=10)),
    line(Group.TODAY, 4, 0, officer="Đ.T.H."),
    line(Group.SOON, 5, 1, **ahead(1)),
    line(Group.SOON, 6, 3, due_is_provisional=True, **ahead(5)),
    line(Group.WAITING, 7, 14, status=DossierStatus.SUPPLEMENT),
    line(Group.WAITING, 8, 12, status=DossierStatus.AWAITING_PAYMENT, officer="Đ.T.H."),
)


def tally(name: str | None, office: str = CENTRE, *counts: int) -> Tally:
    return Tally(name, office, dict(zip(Group, counts, strict=True)))


BUSY = Digest(
    reader="Lê Thị Hoa",
    office=CENTRE,
    day=WEDNESDAY,
    as_of=HALF_PAST_SEVEN,
    limits=DigestLimits(days_ahead=3, waiting_days=10),
    lines=LINES,
    officers=(
        tally("T.V.M.", CENTRE, 1, 0, 0, 2, 1),
        tally(None, CENTRE, 1, 0, 0, 0, 0),
        tally("Đ.T.H.", CENTRE, 0, 1, 1, 0, 1),
    ),
    offices=(),
    audit_ends=("-/31/5d41402abc4b2a76b971", "chau-ninh/2418/9d5ed678fe57bcca6101"),
)
QUIET = replace(BUSY, lines=(), officers=())
DISTRICT = replace(
    BUSY,
    reader="Vũ Quang Sơn",
    office="Tỉnh Mẫu",
    lines=(*LINES[:3], replace(LINES[1], code="H99.06-261119-0011", office=OTHER, officer="N.T.L.")),
    officers=(
        tally("T.V.M.", CENTRE, 1, 0, 0, 0, 0),
        tally("N.T.L.", OTHER, 1, 0, 0, 0, 0),
        tally(None, CENTRE, 1, 0, 0, 0, 0),
        tally("Đ.T.H.", CENTRE, 0, 1, 0, 0, 0),
    ),
    offices=(tally(CENTRE, CENTRE, 2, 1, 0, 0, 0), tally(OTHER, OTHER, 1, 0, 0, 0, 0)),
)
LATE = replace(
    BUSY,
    as_of=HALF_PAST_SEVEN + timedelta(days=1, hours=2),
    missed_days=(date(2026, 11, 30), date(2026, 12, 1)),
    lines=LINES[3:4],
    officers=(tally("Đ.T.H.", CENTRE, 0, 0, 1, 0, 0),),
)
CROWDED = replace(BUSY, lines=tuple(line(Group.OVERDUE, number, 40 - number, **ago(40)) for number in range(20)))


def write(digest: Digest, language: Language = Language.VI, **facts: Any) -> Letter:
    values = {"recipient_id": 7, "address": "hoa@chauninh.test", "is_second_copy": False} | facts
    return digest_letter(
        digest,
        settings=replace(SETTINGS, mail_language=language),
        public_url="https://motcua.test",
        now=HALF_PAST_SEVEN,
        **values,
    )


def read(letter: Letter) -> Received:
    return Received(letter.sender, [letter.recipient], letter.content)


@pytest.mark.parametrize("kind", ["txt", "html"])
@pytest.mark.parametrize(
    ("name", "letter"),
    [
        ("busy", write(BUSY)),
        ("busy_en", write(BUSY, Language.EN)),
        ("quiet", write(QUIET)),
        ("quiet_en", write(QUIET, Language.EN)),
        ("several_offices", write(DISTRICT)),
        ("late_and_again", write(LATE, is_second_copy=True)),
        ("crowded", write(CROWDED)),
    ],
)
def test_the_mail_reads_as_approved(name: str, letter: Letter, kind: str) -> None:
    """A change of the mail is a difference a reviewer reads."""
    mail = read(letter)
    seen = f"Subject: {mail.subject}\n\n{mail.text}" if kind == "txt" else mail.html
    seen = seen.replace("\r\n", "\n")
    file = APPROVED / f"{name}.{kind}"
    if os.environ.get(APPROVE):
        file.write_text(seen, "utf-8")

    assert seen == file.read_text("utf-8")


def test_the_headers_are_exactly_these() -> None:
    message = read(write(BUSY)).message

    assert sorted(message.keys()) == sorted(HEADERS)
    assert {name: message[name] for name in HEADERS if name not in {"Subject", "Content-Type"}} == {
        "From": "motcua@localhost",
        "To": "hoa@chauninh.test",
        "Date": "Wed, 02 Dec 2026 07:30:00 +0700",
        "Message-ID": "<digest-2026-12-02-7@motcua.test>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "Content-Language": "vi",
        "MIME-Version": "1.0",
    }


def test_both_copies_have_the_same_id() -> None:
    first, second = write(BUSY), write(BUSY, is_second_copy=True)

    assert first.message_id == second.message_id
    assert read(second).subject == f"{read(first).subject} (gửi lại)"


@pytest.mark.parametrize(
    ("public_url", "message_id"),
    [
        ("https://motcua.hungyen.gov.vn/mot-cua", "<digest-2026-12-02-7@motcua.hungyen.gov.vn>"),
        ("http://127.0.0.1:8080", "<digest-2026-12-02-7@127.0.0.1>"),
        ("http://[::1]:8080", "<digest-2026-12-02-7@..1>"),
    ],
)
def test_the_id_names_day_and_reader_at_our_address(public_url: str, message_id: str) -> None:
    assert digest_message_id(WEDNESDAY, 7, public_url) == message_id


def test_every_link_leads_to_our_server_and_needs_login_there() -> None:
    """DIG-16."""
    mail = read(write(BUSY))

    links = set(re.findall(r'href="([^"]*)"', mail.html))
    assert links == {
        "https://motcua.test/motcua/dossiers/list/",
        *(f"https://motcua.test/motcua/dossiers/by-code/{line.code}" for line in LINES),
    }
    assert set(re.findall(r"https?://\S+", mail.text)) == links


def test_the_mail_loads_nothing() -> None:
    html = read(write(BUSY)).html

    assert re.findall(r"src=|url\(|@import|<script|<link|<img", html) == []


def test_a_crowded_mail_stays_below_what_mail_programs_clip() -> None:
    """Gmail hides what comes after 102 kB."""
    lines = [line(group, number, number, procedure="Ư" * 500, office=OTHER) for group in Group for number in range(99)]
    officers = tuple(tally(f"A.{number}.", OTHER, 9, 9, 9, 9, 9) for number in range(99))

    letter = write(replace(DISTRICT, lines=tuple(lines), officers=officers))

    assert len(read(letter).html.encode()) < 102_000


# --- DIG-15: header injection ---------------------------------------------------------------

NASTY = (
    "x\r\nBcc: spy@evil.test",
    "x\nBcc: spy@evil.test",
    "x\rBcc: spy@evil.test",
    "=?utf-8?q?=0ABcc:_spy@evil.test?=",
    "=?utf-8?b?CkJjYzogc3B5QGV2aWwudGVzdA==?=",
    "=?utf-8?q?=0D=0ABcc:_spy@evil.test=0D=0A=0D=0Abody?=",
    "a, b <spy@evil.test>, c",
    '"<spy@evil.test>"',
    "x\u2028Bcc: spy@evil.test",
    "x\x00\x0b\x0cBcc: spy@evil.test",
    ".\r\n.\r\nMAIL FROM:<spy@evil.test>",
)
TEXTS = st.one_of(
    st.sampled_from(NASTY), st.text(max_size=60), st.lists(st.sampled_from(NASTY), min_size=2, max_size=3).map(" ".join)
)


@pytest.fixture(scope="module")
def listening() -> Iterator[FakeSMTP]:
    with RunningSMTP() as fake:
        yield fake


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(texts=st.tuples(TEXTS, TEXTS, TEXTS, TEXTS))
@example(texts=NASTY[:4])
@example(texts=NASTY[4:8])
def test_no_name_reaches_a_header(listening: FakeSMTP, texts: tuple[str, str, str, str]) -> None:
    """DIG-15: 1,000 names of offices, procedures, officers and readers, on this very Python, as the server sees it."""
    office, procedure, officer, reader = texts
    dossier = replace(LINES[0], office=office, procedure=procedure, officer=officer)
    digest = replace(
        BUSY, office=office, reader=reader, lines=(dossier,), officers=(tally(officer, office, 1, 0, 0, 0, 0),)
    )
    listening.mails.clear()

    way = SmtpDelivery(MailServer("127.0.0.1", listening.port, "none"))
    way.deliver(write(digest), at_hand_over=lambda: None)

    (mail,) = listening.mails
    assert (mail.sender, mail.recipients) == ("motcua@localhost", ["hoa@chauninh.test"])
    assert sorted(name for name in mail.message.keys() if name != "X-Peer") == sorted(HEADERS)  # noqa: SIM118
    assert mail.subject == "Hồ sơ ngày 02/12/2026: 1 quá hạn, 0 đến hạn hôm nay, 0 sắp đến hạn"


@settings(max_examples=1000, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(TEXTS)
def test_whatever_is_typed_as_a_subject_is_sealed_or_refused(subject: str) -> None:
    """DIG-15: should user text ever come to stand in a header, it still adds no other."""
    message = EmailMessage(policy=SMTP)
    for name in HEADERS:
        if name not in {"Subject", "MIME-Version", "Content-Type"}:
            message[name] = {"From": "a@b.test", "To": "c@d.test"}.get(name, "x")
    try:
        message["Subject"] = subject
        message.set_content("text")
        message["Content-Language"] = "vi"
        content = sealed(message, sender="a@b.test", recipient="c@d.test", subject=subject)
    except (UnsafeLetterError, ValueError):
        return
    head = content.partition(b"\r\n\r\n")[0]
    names = [row.partition(b":")[0] for row in head.split(b"\r\n") if not row.startswith((b" ", b"\t"))]
    assert sorted(name.decode() for name in names) == sorted(HEADERS)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "hoa",
        "@chauninh.test",
        "hoa@",
        "hoa@-x.test",
        "hoa@x..test",
        ".hoa@x.test",
        "hoa.@x.test",
        "ho a@x.test",
        "hoa@x.test\r\nBcc: spy@evil.test",
        "hoa@x.test\n",
        "hoa@x.test,spy@evil.test",
        "<hoa@x.test>",
        '"hoa"@x.test',
        "hoa@[127.0.0.1]",
        "hòa@x.test",
        "=?utf-8?q?hoa?=@x.test, spy@evil.test",
        f"{'h' * 65}@x.test",
        f"hoa@{'x.' * 130}test",
    ],
)
def test_an_address_a_header_could_trip_over_is_none(address: str) -> None:
    assert not is_usable_address(address)


@pytest.mark.parametrize(
    "address", ["hoa@chauninh.test", "le.thi-hoa+so_1@tinh.gov.vn", "hoa@localhost", "o'neil@x.ie"]
)
def test_an_ordinary_address_is_usable(address: str) -> None:
    assert is_usable_address(address)


@given(st.emails())
@example("0123456789abcdef@a" + ".a" * 60 + ".com")
@settings(max_examples=100, deadline=None, database=None)
def test_every_usable_address_arrives_as_it_is(address: str) -> None:
    if is_usable_address(address):
        assert read(write(QUIET, address=address)).message["To"] == address


def test_sealing_reads_every_header_back() -> None:
    message = EmailMessage(policy=SMTP)
    message["To"] = "c@d.test"

    with pytest.raises(UnsafeLetterError) as caught:
        sealed(message, sender="a@b.test", recipient="c@d.test", subject="x")

    assert str(caught.value) == "headers ['To']"


def test_writing_a_letter_asks_no_name_server(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_network(*_: object) -> None:
        pytest.fail("a letter asked for an address")

    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    monkeypatch.setattr(socket, "getfqdn", no_network)

    assert write(BUSY).content.startswith(b"From: motcua@localhost\r\n")
