"""The ways out of the house: a folder, and SMTP with and without encryption, each with an end to every wait."""

from __future__ import annotations

import shutil
import socket
import ssl
import stat
import subprocess
import threading
from typing import TYPE_CHECKING

import pytest

from motcua.admin.domain.mails import LEASE
from motcua.scheduler.delivery import Delivery, FolderDelivery, Letter, ServerAwayError, UncertainError
from motcua.scheduler.post import delivery_for
from motcua.scheduler.settings import MailServer, read_scheduler_settings
from motcua.scheduler.smtp import ANSWER_SECONDS, LETTER_SECONDS, SmtpDelivery
from tests.scheduler.fake_smtp import FakeSMTP, RunningSMTP, tls_options

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LETTER = Letter(
    sender="motcua@chauninh.test",
    recipient="hoa@chauninh.test",
    message_id="<digest-2026-12-02-7@motcua.test>",
    name="2026-12-02_digest",
    content=b"Subject: x\r\n\r\n.a line that begins with a dot\r\n",
)


def no_hand_over() -> None:
    pytest.fail("nothing was to be handed over")


def nothing() -> None:
    """Stand for a hand-over that goes well."""


# --- the folder -----------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> FolderDelivery:
    return FolderDelivery(tmp_path / "out" / "mail")


def names(folder: FolderDelivery) -> list[str]:
    return sorted(path.name for path in folder.folder.iterdir())


def test_a_letter_becomes_a_file_with_a_name_people_can_read(folder: FolderDelivery) -> None:
    folder.deliver(LETTER, at_hand_over=nothing)

    (file,) = folder.folder.iterdir()
    assert file.name == "2026-12-02_digest_hoa@chauninh.test.eml"
    assert file.read_bytes() == LETTER.content
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.folder.stat().st_mode) == 0o700


def test_a_second_letter_of_the_same_name_stands_beside_the_first(folder: FolderDelivery) -> None:
    for _ in range(3):
        folder.deliver(LETTER, at_hand_over=nothing)

    stem = "2026-12-02_digest_hoa@chauninh.test"
    assert names(folder) == [f"{stem}.eml", f"{stem}_2.eml", f"{stem}_3.eml"]


def test_a_letter_is_in_the_folder_only_after_the_hand_over(folder: FolderDelivery) -> None:
    seen: list[list[str]] = []

    folder.deliver(LETTER, at_hand_over=lambda: seen.append([n for n in names(folder) if n.endswith(".eml")]))

    assert seen == [[]]


def test_a_hand_over_that_fails_leaves_nothing(folder: FolderDelivery) -> None:
    def lease_lost() -> None:
        raise KeyError

    with pytest.raises(KeyError):
        folder.deliver(LETTER, at_hand_over=lease_lost)

    assert names(folder) == []


def test_a_folder_that_cannot_be_written_is_a_server_that_is_away(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    delivery = FolderDelivery(tmp_path / "file")

    with pytest.raises(ServerAwayError) as caught:
        delivery.deliver(LETTER, at_hand_over=no_hand_over)
    assert str(caught.value) == "File exists"

    with pytest.raises(ServerAwayError):
        delivery.probe()


def test_trying_the_folder_leaves_nothing(folder: FolderDelivery) -> None:
    assert folder.probe() == str(folder.folder)
    assert names(folder) == []


# --- SMTP -----------------------------------------------------------------------------------


def way(smtp: FakeSMTP, **options: float) -> SmtpDelivery:
    return SmtpDelivery(MailServer("127.0.0.1", smtp.port, "none"), **options)


def test_the_server_gets_every_byte_as_it_was_sealed(smtp: FakeSMTP) -> None:
    way(smtp).deliver(LETTER, at_hand_over=nothing)

    assert [(mail.sender, mail.recipients) for mail in smtp.mails] == [(LETTER.sender, [LETTER.recipient])]
    assert smtp.mails[0].content == LETTER.content


def test_the_recipient_is_settled_before_the_hand_over(smtp: FakeSMTP) -> None:
    """A refused address never leaves anything uncertain."""
    smtp.to_recipient = {LETTER.recipient: "550 5.1.1 no such user"}

    with pytest.raises(Exception, match=r"550 5\.1\.1 no such user"):
        way(smtp).deliver(LETTER, at_hand_over=no_hand_over)


def test_a_hand_over_that_fails_sends_nothing(smtp: FakeSMTP) -> None:
    def lease_lost() -> None:
        raise KeyError

    with pytest.raises(KeyError):
        way(smtp).deliver(LETTER, at_hand_over=lease_lost)

    assert smtp.mails == []


def test_a_server_that_refuses_connections_is_away(server: RunningSMTP) -> None:
    server.stop()

    with pytest.raises(ServerAwayError, match="Connection refused"):
        way(server.fake).deliver(LETTER, at_hand_over=no_hand_over)


def test_a_server_that_never_greets_is_away() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        delivery = SmtpDelivery(MailServer("127.0.0.1", silent.getsockname()[1], "none"), answer_seconds=0.2)

        with pytest.raises(ServerAwayError, match="timed out"):
            delivery.deliver(LETTER, at_hand_over=no_hand_over)


@pytest.fixture
def dripping() -> Iterator[int]:
    """A server that greets, and then says one letter a tenth of a second for ever."""
    ended = threading.Event()

    def drip() -> None:
        connection, _ = listening.accept()
        with connection:
            connection.sendall(b"220 here\r\n")
            while not ended.wait(0.1):
                try:
                    connection.sendall(b"2")
                except OSError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=drip)
        thread.start()
        yield listening.getsockname()[1]
        ended.set()
        thread.join()


def test_a_server_that_drips_is_left_after_a_while(dripping: int) -> None:
    """Each letter comes in time; the whole does not."""
    delivery = SmtpDelivery(MailServer("127.0.0.1", dripping, "none"), answer_seconds=5.0, letter_seconds=0.5)

    with pytest.raises(ServerAwayError):
        delivery.deliver(LETTER, at_hand_over=no_hand_over)


def test_a_silent_end_is_uncertain(smtp: FakeSMTP) -> None:
    smtp.silent_seconds = 1.0

    with pytest.raises(UncertainError, match="timed out"):
        way(smtp, answer_seconds=0.2).deliver(LETTER, at_hand_over=nothing)


def test_trying_the_server_sends_nothing(smtp: FakeSMTP) -> None:
    assert way(smtp).probe() == f"127.0.0.1:{smtp.port}"
    assert (smtp.visits, smtp.mails) == (1, [])


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return a certificate for this machine and its key, made for this run."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed: no certificate to encrypt with")
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    request = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
    names = "subjectAltName=DNS:localhost,IP:127.0.0.1"
    words = [openssl, *request.split(), "-addext", names, "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(words, check=True, capture_output=True)  # noqa: S603 - our own words
    return certificate, key


@pytest.fixture(params=["starttls", "tls"])
def encrypted(request: pytest.FixtureRequest, certificate: tuple[Path, Path]) -> Iterator[tuple[FakeSMTP, str]]:
    """Return a server that takes mail only encrypted, and how."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    options = tls_options(context, from_the_first_byte=request.param == "tls")
    with RunningSMTP(**options) as fake:
        yield fake, request.param


def test_mail_is_encrypted_with_a_server_that_is_trusted(
    encrypted: tuple[FakeSMTP, str], certificate: tuple[Path, Path]
) -> None:
    fake, security = encrypted
    trust = ssl.create_default_context(cafile=str(certificate[0]))

    SmtpDelivery(MailServer("localhost", fake.port, security), trust=trust).deliver(LETTER, at_hand_over=nothing)

    assert [mail.content for mail in fake.mails] == [LETTER.content]


def test_a_server_nobody_vouches_for_is_away(encrypted: tuple[FakeSMTP, str]) -> None:
    fake, security = encrypted

    with pytest.raises(ServerAwayError, match="certificate not trusted: self-signed certificate"):
        SmtpDelivery(MailServer("localhost", fake.port, security)).deliver(LETTER, at_hand_over=no_hand_over)

    assert fake.mails == []


def test_a_server_that_cannot_encrypt_gets_no_mail(smtp: FakeSMTP) -> None:
    delivery = SmtpDelivery(MailServer("127.0.0.1", smtp.port, "starttls"))

    with pytest.raises(ServerAwayError, match="STARTTLS extension not supported by server"):
        delivery.deliver(LETTER, at_hand_over=no_hand_over)


def test_a_refused_password_is_not_repeated_in_the_reason(smtp: FakeSMTP) -> None:
    server = MailServer("127.0.0.1", smtp.port, "none", username="hoa", password="a secret")

    with pytest.raises(ServerAwayError) as caught:
        SmtpDelivery(server).deliver(LETTER, at_hand_over=no_hand_over)

    assert "secret" not in str(caught.value)
    assert "secret" not in repr(server)


def test_the_settings_choose_the_way(tmp_path: Path) -> None:
    to_folder: Delivery = delivery_for(read_scheduler_settings({"MOTCUA_MAIL_DIR": str(tmp_path)}))
    to_server: Delivery = delivery_for(
        read_scheduler_settings({"MOTCUA_MAIL_URL": "smtp://mail.test", "MOTCUA_MAIL_FROM": "a@b.test"})
    )

    assert isinstance(to_folder, FolderDelivery)
    assert to_folder.folder == tmp_path
    assert isinstance(to_server, SmtpDelivery)
    assert to_server.server == MailServer("mail.test", 587, "starttls")


def test_no_wait_is_longer_than_a_lease() -> None:
    assert LEASE.total_seconds() / 2 > LETTER_SECONDS + ANSWER_SECONDS
