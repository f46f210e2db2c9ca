"""A mail server nobody here wrote (aiosmtpd), taught to misbehave in the ways real ones do."""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from dataclasses import dataclass, field
from email import message_from_bytes
from email.parser import BytesHeaderParser
from email.policy import default
from functools import cached_property
from typing import TYPE_CHECKING, Any

from aiosmtpd.controller import Controller

if TYPE_CHECKING:
    import ssl
    from email.message import EmailMessage

    from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class Received:
    """One mail as the server took it."""

    sender: str
    recipients: list[str]
    content: bytes

    @cached_property
    def message(self) -> EmailMessage:
        """The mail, parsed by the standard library."""
        message: EmailMessage = message_from_bytes(self.content, policy=default)  # type: ignore[assignment]
        return message

    @cached_property
    def headers(self) -> EmailMessage:
        """Its headers alone: a thousand mails are counted by them."""
        headers: EmailMessage = BytesHeaderParser(policy=default).parsebytes(self.content)  # type: ignore[assignment]
        return headers

    @property
    def message_id(self) -> str:
        """The id in its header."""
        return str(self.headers["Message-ID"])

    @property
    def subject(self) -> str:
        """Its subject, decoded."""
        return str(self.headers["Subject"])

    @property
    def text(self) -> str:
        """What a reader without HTML sees."""
        return self._body("plain")

    @property
    def html(self) -> str:
        """What everybody else sees."""
        return self._body("html")

    def _body(self, kind: str) -> str:
        body = self.message.get_body((kind,))
        assert body is not None
        return str(body.get_content())


@dataclass
class FakeSMTP:
    """What was taken, and how the server behaves; change it while it runs."""

    port: int
    mails: list[Received] = field(default_factory=list)
    #: What the server says to RCPT, by address.
    to_recipient: dict[str, str] = field(default_factory=dict)
    #: What it says after the text, to everybody.
    to_data: str = "250 OK"
    #: It takes the mail and hangs up without a word.
    takes_and_drops: bool = False
    #: It hangs up in the middle of the text.
    drops: bool = False
    #: It takes the mail and says nothing for so long.
    silent_seconds: float = 0.0
    #: Connections that were made.
    visits: int = 0

    def copies(self) -> Counter[str]:
        """Count how often each Message-ID was taken."""
        return Counter(mail.message_id for mail in self.mails)

    async def handle_EHLO(  # noqa: N802 - aiosmtpd calls it so
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.visits += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        said = self.to_recipient.get(address, "250 OK")
        if said.startswith("250"):
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        taken = Received(str(envelope.mail_from), list(envelope.rcpt_tos), envelope.content)
        if self.drops:
            return self._hang_up(server)
        if not self.to_data.startswith("250"):
            return self.to_data
        self.mails.append(taken)
        if self.takes_and_drops:
            return self._hang_up(server)
        if self.silent_seconds:
            await asyncio.sleep(self.silent_seconds)
        return self.to_data

    def _hang_up(self, server: SMTP) -> str:
        assert server.transport is not None
        server.transport.abort()
        return "250 nobody hears this"


class RunningSMTP:
    """The server in a thread of its own; it may be away for a while."""

    def __init__(self, **options: Any) -> None:
        self.fake = FakeSMTP(_free_port())
        self._options = options
        self._controller: Controller | None = None

    def __enter__(self) -> FakeSMTP:
        self.start()
        return self.fake

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Answer from now on."""
        self._controller = Controller(self.fake, hostname="127.0.0.1", port=self.fake.port, **self._options)
        self._controller.start()

    def stop(self) -> None:
        """Refuse connections from now on."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None


def tls_options(context: ssl.SSLContext, *, from_the_first_byte: bool) -> dict[str, Any]:
    """Return the options of a server that encrypts."""
    if from_the_first_byte:
        return {"ssl_context": context}
    return {"tls_context": context, "require_starttls": True}


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port
