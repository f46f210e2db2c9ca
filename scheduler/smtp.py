"""Mail by SMTP: one connection for each letter, and a deadline for every wait.

The recipient is settled before the hand-over is noted down, so that a server
that is away, or does not know the address, never leaves anything uncertain.
What remains is the moment between the last byte and the server's answer.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from motcua.scheduler.delivery import DeferredError, RefusedError, ServerAwayError, UncertainError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from motcua.scheduler.delivery import Letter
    from motcua.scheduler.settings import MailServer

#: For each answer of the server.
ANSWER_SECONDS = 15.0
#: For a whole letter, however slowly the server drips; far less than a lease (admin/domain/mails.py).
LETTER_SECONDS = 60.0
_SHUTTING_DOWN = 421
_PERMANENT = 500


class SmtpDelivery:
    """Hands letters to a mail server."""

    def __init__(
        self,
        server: MailServer,
        *,
        answer_seconds: float = ANSWER_SECONDS,
        letter_seconds: float = LETTER_SECONDS,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self.server = server
        self._answer_seconds = answer_seconds
        self._letter_seconds = letter_seconds
        self._trust = trust
        if trust is None and server.security != "none":
            self._trust = ssl.create_default_context()

    def deliver(self, letter: Letter, *, at_hand_over: Callable[[], None]) -> None:
        """Deliver as Delivery promises."""
        with self._conversation() as smtp:
            self._address(smtp, letter)
            at_hand_over()
            self._hand_over(smtp, letter)

    def probe(self) -> str:
        """Connect, encrypt and log in, and say goodbye."""
        with self._conversation():
            return f"{self.server.host}:{self.server.port}"

    @contextmanager
    def _conversation(self) -> Iterator[smtplib.SMTP]:
        """Open a conversation in which nothing is said about anybody's letter yet."""
        try:
            smtp = self._connect()
        except (OSError, smtplib.SMTPException) as error:
            raise ServerAwayError(_words(error)) from error
        # Each answer may take its time, the whole may not: a dripping server would outlive every time-out.
        patience = threading.Timer(self._letter_seconds, _hang_up, (smtp,))
        patience.daemon = True
        patience.start()
        try:
            self._introduce(smtp)
            yield smtp
            with suppress(OSError, smtplib.SMTPException):  # the letter is accepted; a rude goodbye changes nothing
                smtp.quit()
        finally:
            patience.cancel()
            smtp.close()

    def _connect(self) -> smtplib.SMTP:
        # Without a name of our own smtplib asks the DNS for one, which may take a minute in a cut-off hall.
        if self.server.security == "tls":
            return smtplib.SMTP_SSL(
                self.server.host,
                self.server.port,
                local_hostname="localhost",
                timeout=self._answer_seconds,
                context=self._trust,
            )
        return smtplib.SMTP(
            self.server.host, self.server.port, local_hostname="localhost", timeout=self._answer_seconds
        )

    def _introduce(self, smtp: smtplib.SMTP) -> None:
        """Greet, encrypt, log in. A refused password says nothing about a letter: it is the server that is away."""
        try:
            if self.server.security == "starttls":
                smtp.starttls(context=self._trust)
            smtp.ehlo_or_helo_if_needed()
            if self.server.username is not None:
                smtp.login(self.server.username, self.server.password or "")
        except (OSError, smtplib.SMTPException) as error:
            raise ServerAwayError(_words(error)) from error

    def _address(self, smtp: smtplib.SMTP, letter: Letter) -> None:
        """Say from whom and to whom; nothing can have arrived yet."""
        try:
            _check(smtp.mail(letter.sender))
            _check(smtp.rcpt(letter.recipient))
        except (OSError, smtplib.SMTPException) as error:
            raise ServerAwayError(_words(error)) from error

    def _hand_over(self, smtp: smtplib.SMTP, letter: Letter) -> None:
        try:
            answer = smtp.data(letter.content)
        except smtplib.SMTPDataError as error:  # the server did not want to hear the text at all
            answer = (error.smtp_code, _as_bytes(error.smtp_error))
        except (OSError, smtplib.SMTPException) as error:
            raise UncertainError(_words(error)) from error
        _check(answer)


def _check(answer: tuple[int, bytes]) -> None:
    """Raise what a server's answer means, unless it is yes."""
    code, said = answer
    words = f"{code} {said.decode('utf-8', 'replace')}"
    if code == _SHUTTING_DOWN:
        raise ServerAwayError(words)
    if code >= _PERMANENT:
        raise RefusedError(words)
    if code // 100 != 2:  # noqa: PLR2004 - RFC 5321: 2yz is yes
        raise DeferredError(words)


def _hang_up(smtp: smtplib.SMTP) -> None:
    """Cut the line under a conversation that takes too long; its own thread sees the end of it."""
    if smtp.sock is not None:
        with suppress(OSError):
            # The plain socket's, also under TLS: the encrypted one is in use by the other thread.
            socket.socket.shutdown(smtp.sock, socket.SHUT_RDWR)


def _words(error: Exception) -> str:
    """Say what went wrong without quoting what was sent: a reply to a login may hold the password."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"{error.smtp_code} login refused"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_as_bytes(error.smtp_error).decode('utf-8', 'replace')}"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"certificate not trusted: {error.verify_message}"
    # What smtplib raises is an OSError without a number; its text is the whole of it.
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def _as_bytes(text: bytes | str) -> bytes:
    return text if isinstance(text, bytes) else text.encode("utf-8", "replace")
